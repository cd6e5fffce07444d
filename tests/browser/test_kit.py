"""The kit itself: every part of it, in a gallery that is a service like any other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.harness import PageCase, Viewer, keyboard_reaches_main, looks, press
from tests.support.gallery.app import make
from tests.support.serving import served

CASES = [
    PageCase("kit-question", "/a/question", "public"),
    PageCase("kit-receipt", "/a/receipt", "public"),
    PageCase("kit-missing", "/a/nothing", "public", 404),
    PageCase("kit-parts", "/cases/parts", "staff"),
    PageCase("kit-broken", "/cases/break", "staff", 500),
]
pytestmark = pytest.mark.xdist_group("browser-kit")


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with served(make()) as address:
        yield address


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_page_is_finished(viewer: Viewer, origin: str, case: PageCase) -> None:
    assert [fault for one in looks(case) for fault in viewer.look(origin, case, one)] == []


def test_errors_keep_what_was_typed_and_lead_to_the_field(browser: Browser, origin: str) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{origin}/a/question?lang=fr")
    page.get_by_label("Name of the place").fill("Près de l'école")
    press(page.locator("button.filled"))
    assert page.get_by_label("Name of the place").input_value() == "Près de l'école"
    page.locator(".errors a").click()
    assert page.locator("#where:focus").count() == 1
    assert page.locator("html").get_attribute("lang") == "fr"


@pytest.mark.parametrize("path", ["/a/question", "/cases/parts"])
def test_first_tab_leads_to_the_content(browser: Browser, origin: str, path: str) -> None:
    assert keyboard_reaches_main(browser.new_context(), origin + path)
