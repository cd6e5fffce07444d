"""Every page of the running exchange that the people of the walk can reach by links, after the walk gave it content."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import pytest
from playwright.sync_api import Browser

from concord_stack.walk.walk import World
from tests.browser.crawl import Found, pages_of, sign_in
from tests.browser.harness import PageCase, Viewer, looks

pytestmark = pytest.mark.xdist_group("embedded")


@dataclass(frozen=True)
class Visitor:
    """Somebody who looks around: where they begin, the paths that are theirs, and what they must come to at least
    (shapes of addresses: `*` is a reference, `…` at the end any page below). No user: the public."""

    user: str
    starts: tuple[str, ...]
    within: str
    reaches: tuple[str, ...]


VISITORS = [
    Visitor(
        "",
        ("/", "/help", "/a", "/b", "/data"),
        r"^/$|^/(help|a|b|data)\b",
        (
            "/a/*",
            "/help/people",
            "/help/staff",
            "/help/staff?need",
            *(f"/data/r/*/{key}" for key in ("exploitation-and-abuse", "harassment", "assistance", "screening")),
        ),
    ),
    Visitor(
        "unicef-officer", ("/work", "/cases"), "^/(work|cases)", ("/work?part", "/cases?band", "/cases/*", "/cases/*/…")
    ),
    Visitor("unicef-approver", ("/screening/register",), "^/screening", ("/screening", "/screening/register/*")),
    Visitor("unicef-disclosure", ("/screening",), "^/screening", ("/screening/reviews", "/screening/reviews/*")),
    Visitor(
        "unhcr-recruiter",
        ("/screening",),
        "^/screening",
        ("/screening/checks", "/screening/checks/new", "/screening/checks/*"),
    ),
    Visitor(
        "unicef-advocate",
        ("/assistance",),
        "^/assistance",
        (
            "/assistance/persons",
            "/assistance/persons/new",
            "/assistance/persons/*/…",
            "/assistance/referrals",
            "/assistance/referrals/*",
        ),
    ),
    Visitor("unfpa-referrals", ("/assistance",), "^/assistance", ("/assistance/inbox", "/assistance/inbox/*")),
    Visitor("unicef-analyst", ("/reporting",), "^/reporting", ("/reporting/rows?concern&year",)),
]


@pytest.mark.parametrize("visitor", VISITORS, ids=lambda visitor: visitor.user or "public")
def test_every_page_that_they_reach_is_finished(
    browser: Browser, viewer: Viewer, walked: World, visitor: Visitor
) -> None:
    origin = walked.origin(visitor.user.partition("-")[0])
    found = _visit(browser, origin, visitor)
    voice: Literal["public", "staff"] = "staff" if visitor.user else "public"
    wrong = []
    for shape, address in found.pages.items():
        case = PageCase(_name(visitor, shape), address, voice)
        session = found.session if visitor.user else None
        wrong += [fault for one in looks(case) for fault in viewer.look(origin, case, one, session=session)]
    assert wrong == []


def _visit(browser: Browser, origin: str, visitor: Visitor) -> Found:
    session = sign_in(browser, origin, visitor.starts[0], visitor.user) if visitor.user else None
    found = pages_of(browser, origin, visitor.starts, visitor.within, session=session)
    asked = (*visitor.starts, *visitor.reaches)
    missed = [one for one in asked if not any(_is(shape, one) for shape in found.pages)]
    assert missed == [], f"reached only {sorted(found.pages)}"
    return found


def _is(shape: str, asked: str) -> bool:
    return shape.startswith(asked.removesuffix("…")) if asked.endswith("…") else shape == asked


def _name(visitor: Visitor, shape: str) -> str:
    words = re.sub(r"[^a-z]+", "-", shape.replace("*", "one").lower()).strip("-")
    return f"{visitor.user or 'public'}-{words or 'door'}"
