"""Every page of the running exchange that the people of the walk can reach by links, after the walk gave it content."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pytest
from playwright.sync_api import Browser, sync_playwright

from concord_stack.walk.walk import World
from tests.browser.crawl import Found, pages_of, sign_in
from tests.browser.harness import PageCase, chromium, look, looks

pytestmark = pytest.mark.xdist_group("embedded")


@dataclass(frozen=True)
class Visitor:
    """Somebody who looks around: where they begin, and the paths that are theirs. No user: the public."""

    user: str
    starts: tuple[str, ...]
    within: str


VISITORS = [
    Visitor("", ("/", "/help", "/a", "/b", "/data"), r"^/$|^/(help|a|b|data)\b"),
    Visitor("unicef-officer", ("/work", "/cases"), "^/(work|cases)"),
    Visitor("unicef-approver", ("/screening/register",), "^/screening"),
    Visitor("unicef-disclosure", ("/screening",), "^/screening"),
    Visitor("unhcr-recruiter", ("/screening",), "^/screening"),
    Visitor("unicef-advocate", ("/assistance",), "^/assistance"),
    Visitor("unfpa-referrals", ("/assistance",), "^/assistance"),
    Visitor("unicef-analyst", ("/reporting",), "^/reporting"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, chromium(playwright) as found:
        yield found


@pytest.mark.parametrize("visitor", VISITORS, ids=lambda visitor: visitor.user or "public")
def test_every_page_that_they_reach_is_finished(browser: Browser, walked: World, visitor: Visitor) -> None:
    origin = walked.origin(visitor.user.partition("-")[0])
    found = _visit(browser, origin, visitor)
    voice: Literal["public", "staff"] = "staff" if visitor.user else "public"
    wrong = []
    for shape, address in found.pages.items():
        case = PageCase(_name(visitor, shape), address, voice)
        session = found.session if visitor.user else None
        wrong += [fault for one in looks(case) for fault in look(browser, origin, case, one, session=session)]
    assert wrong == []


def _visit(browser: Browser, origin: str, visitor: Visitor) -> Found:
    session = sign_in(browser, origin, visitor.starts[0], visitor.user) if visitor.user else None
    found = pages_of(browser, origin, visitor.starts, visitor.within, session=session)
    assert len(found.pages) >= len(visitor.starts)
    return found


def _name(visitor: Visitor, shape: str) -> str:
    words = re.sub(r"[^a-z]+", "-", shape.replace("*", "one").lower()).strip("-")
    return f"{visitor.user or 'public'}-{words or 'door'}"
