"""What staff read about a call-back. English message ids; the page translates them."""

from __future__ import annotations

from concord_core.web.marks import msgid as _
from concord_core.web.translator import Translator
from concord_intake.callbacks.domain import CallBack, Outcome

OUTCOMES: dict[Outcome, str] = {
    Outcome.REACHED: _("Reached"),
    Outcome.NOT_REACHED: _("Not reached, try again"),
    Outcome.UNSAFE: _("Unsafe to call"),
}
HINTS: dict[Outcome, str] = {
    Outcome.REACHED: _("A trained person has talked with the child."),
    Outcome.NOT_REACHED: _("Nobody answered, or somebody else did. The same hours begin again for the next call."),
    Outcome.UNSAFE: _("A call could put the child in danger. No further call is made."),
}
HOME_SAFE: dict[str, str] = {
    "yes": _("The adult at home is safe to talk to."),
    "no": _("The adult at home is not safe to talk to."),
    "unsure": _("The child is not sure whether the adult at home is safe to talk to."),
}
HOME_UNKNOWN = _("The child did not say whether the adult at home is safe to talk to.")


def home_safe(code: str, t: Translator) -> str:
    """What the child said of the adult at home, as a sentence."""
    return t.gettext(HOME_SAFE.get(code, HOME_UNKNOWN))


def verb(call: CallBack, t: Translator) -> str:
    """What is to be done, and what must be known before the telephone is taken up."""
    hours = t.number(call.clock.limit.amount)
    said = t.gettext("Call back within %(hours)s h", hours=hours)
    return f"{said} · {home_safe(call.home_safe, t)}"


def rule(call: CallBack, t: Translator) -> str:
    """The promise in one sentence."""
    hours = t.number(call.clock.limit.amount)
    return t.gettext("A child who left a way to be reached is called within %(hours)s hours.", hours=hours)


def source(call: CallBack, t: Translator) -> str:
    """Where the limit stands."""
    return t.gettext("Promise to the reporter, version %(version)s", version=call.clock.version)
