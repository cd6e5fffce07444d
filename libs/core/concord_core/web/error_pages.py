"""Error pages for people: what happened, what was kept, what to do next, and a reference that support can find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse

from concord_core.errors import ConcordError, ErrorKind
from concord_core.web.catalogues import CORE
from concord_core.web.marks import msgid
from concord_core.web.pages import Pages
from concord_core.web.problems import headers_of, reference, said
from concord_core.web.state import state_of
from concord_core.web.translator import translator_of

NOTHING_STORED = msgid("Nothing from this page was stored. What you sent before is safe.")
PAGES = Pages(CORE)

# kind → heading, what was kept, what to do next
WORDS: Mapping[ErrorKind, tuple[str, str, str]] = {
    ErrorKind.NOT_FOUND: (
        msgid("We cannot show this page"),
        msgid("Nothing you sent has been lost."),
        msgid("Check the address, or begin again from the first page."),
    ),
    ErrorKind.UNAUTHENTICATED: (
        msgid("Please sign in"),
        NOTHING_STORED,
        msgid("Sign in, then open the page again."),
    ),
    ErrorKind.FORBIDDEN: (
        msgid("You cannot do this here"),
        NOTHING_STORED,
        msgid("Go back to the page before, or ask the administrator of your agency for the role."),
    ),
    ErrorKind.CONFLICT: (
        msgid("This could not be saved"),
        NOTHING_STORED,
        msgid("Go back, load the page again, and send it once more."),
    ),
    ErrorKind.STALE: (
        msgid("Somebody else changed this"),
        NOTHING_STORED,
        msgid("Go back, load the page again, look at what changed, and decide again."),
    ),
    ErrorKind.TOO_LARGE: (
        msgid("This is too large to send"),
        NOTHING_STORED,
        msgid("Go back and send less at once, for example shorter text or fewer rows."),
    ),
    ErrorKind.LIMITED: (
        msgid("Too many tries"),
        NOTHING_STORED,
        msgid("Wait a minute, then try again."),
    ),
    ErrorKind.UNAVAILABLE: (
        msgid("This does not work at the moment"),
        NOTHING_STORED,
        msgid("Wait a minute, then send the page again. Your browser still has what you typed if you go back."),
    ),
    ErrorKind.INTERNAL: (
        msgid("Something went wrong on our side"),
        NOTHING_STORED,
        msgid("Try again in a few minutes. If it happens again, tell us the reference below."),
    ),
}
INPUT = (
    msgid("Something in this page is not right"),
    NOTHING_STORED,
    msgid("Go back, correct it, and send it again."),
)


def error_page(
    request: Request,
    error: ConcordError,
    *,
    heading: str = "",
    kept: str = "",
    next_steps: Sequence[tuple[str, str]] = (),
) -> HTMLResponse:
    """The page of an error. `heading` and `kept` replace the general words; `next_steps` are `(label, path)` links;
    without them one link leads to the first page of this part."""
    words, state = translator_of(request), state_of(request)
    staff = state.is_staff(request.url.path)
    general, stored, advice = WORDS.get(error.kind, INPUT)
    home = (words.gettext("My work"), "/work") if staff else (words.gettext("To the first page"), "/")
    return PAGES.render(
        request,
        "error_staff.html" if staff else "error_public.html",
        error.kind.http_status,
        headers=headers_of(error, words.lang),
        heading=heading or words.gettext(general),
        what=said(words, error),
        kept=kept or words.gettext(stored),
        advice=words.gettext(advice),
        next_steps=list(next_steps) or [home],
        fields=[field for field in error.fields if field.path],
        reference=reference(),
    )
