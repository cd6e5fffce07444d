"""The front door and the list of work: full, empty, and with a service that is down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, StorageState

from tests.browser.harness import PageCase, Viewer, looks, press
from tests.support.front import COOKIE, Answer, answering, front, item
from tests.support.serving import served

TODAY = datetime.now(UTC).date()
pytestmark = pytest.mark.xdist_group("browser-front")


def _day(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


def _paused(days: int, holder: str) -> list[dict[str, Any]]:
    return [
        {"from": _day(-20), "to": _day(-days), "state": "running", "holder": "agency"},
        {"from": _day(-days), "to": None, "state": "paused", "holder": holder},
    ]


FULL = answering(
    {
        "intake": [
            item("UNICEF-26-7K3Q9X", state="late", due=_day(-2), started=_day(-9)),
            item("UNICEF-26-M4T0WB", verb="Refer to investigation", due=_day(1), country="COD"),
            item(
                "UNICEF-26-Z8H2RV",
                verb="Record who investigates",
                due=_day(6),
                type="sexual_exploitation",
                country="CAF",
            ),
            item(
                "UNICEF-26-P0QS6D",
                verb="Record the answer of the contributing country",
                state="waiting",
                waiting_for="the contributing country",
                due=_day(4),
                started=_day(-20),
                segments=_paused(6, "the contributing country"),
                country="VEN",
            ),
        ],
        "screening": [item("SCR-26-11AB", verb="Compare the candidate with the listing", type="review", country="")],
        "assistance": [
            item(
                "REF-26-9XYZ",
                verb="Wait for the answer to the referral",
                state="waiting",
                waiting_for="unfpa",
                type="referral",
            )
        ],
        "reporting": 0,
    }
)
STATES: dict[str, Answer] = {
    "full": FULL,
    "empty": answering({}),
    "down": answering(dict.fromkeys(("intake", "screening"), 0)),
}


def _session(origin: str) -> StorageState:
    cookie = {"name": COOKIE, "value": "open", "url": f"{origin}/work"}
    return {"cookies": [cookie], "origins": []}  # type: ignore[list-item]


def test_the_front_door(viewer: Viewer) -> None:
    with served(front(FULL)) as origin:
        case = PageCase("front-door", "/", "public")
        assert [fault for one in looks(case) for fault in viewer.look(origin, case, one)] == []


@pytest.mark.parametrize("state", STATES)
def test_the_list_of_work(viewer: Viewer, state: str) -> None:
    with served(front(STATES[state])) as origin:
        case = PageCase(f"work-{state}", "/work", "staff")
        session = _session(origin)
        assert [fault for one in looks(case) for fault in viewer.look(origin, case, one, session=session)] == []


def test_the_list_narrows_without_javascript(browser: Browser) -> None:
    with served(front(FULL)) as origin:
        context = browser.new_context(java_script_enabled=False, storage_state=_session(origin))
        page = context.new_page()
        page.goto(f"{origin}/work?lang=en")
        press(page.locator(".filters a", has_text="Screening"))
        assert page.locator("tbody tr").count() == 1
        page.get_by_role("searchbox").fill("7k3q")
        with page.expect_navigation():
            page.get_by_role("searchbox").press("Enter")
        assert page.locator("tbody th a").all_inner_texts() == ["UNICEF-26-7K3Q9X"]
        context.close()
