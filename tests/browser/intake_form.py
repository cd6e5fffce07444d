"""Walking through the public form: what two reporters answer, screen by screen, and how a screen is filled and seen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Error, Page

from tests.browser.harness import OUTPUT, Look, faults, press

ADULT = {
    "safe": {"safe_now": "yes"},
    "age": {"age_band": "18_or_over"},
    "concern": {"concern": "sea"},
    "relation": {"relation": "self"},
    "what": {"narrative": "Somebody asked for something in exchange for food.\nIt happened twice."},
    "where": {"country": "CAF", "place": "Bangui", "happened": "March 2026"},
    "who": {"person_kind": "soldier", "accused": "He wears a blue cap"},
    "contact": {"reporter_name": "Marker Reporter", "safe_contact": "+000 000 000"},
    "help": {"help_wanted": "yes", "needs": "medical"},
    "consent": {"consent_contact": "given", "consent_share_with_member_state": "refused"},
}
CHILD = {
    "safe": {"safe_now": "unsure"},
    "age": {"age_band": "under_18"},
    "child_what": {"narrative": "A man at school."},
    "child_contact": {"safe_contact": "my sister"},
    "child_home": {"home_safe": "no"},
    "help": {"help_wanted": "yes"},
}


def fill(page: Page, answers: dict[str, str]) -> None:
    """Fills one screen by the names of its controls; runs no script, so that it works where there is none."""
    for name, value in answers.items():
        if page.locator(f"select[name={name}]").count():
            page.locator(f"select[name={name}]").select_option(value)
        elif page.locator(f"input[type=radio][name={name}], input[type=checkbox][name={name}]").count():
            page.locator(f"[name={name}][value='{value}']").check()
        else:
            page.locator(f"[name={name}]").fill(value)


def go_on(page: Page) -> None:
    """Presses the one filled button of the page."""
    press(page.locator("button.filled"))


def go_back(page: Page) -> None:
    """The browser's Back to a page that a form led to: it asks whether to send that form again, and is told yes."""
    with pytest.raises(Error, match="ERR_CACHE_MISS"):
        page.go_back()
    page.wait_for_function("location.protocol === 'chrome-error:'")
    page.reload()


def walk(page: Page, address: str, way: dict[str, dict[str, str]], until: str = "") -> None:
    """Opens the form and fills it up to the screen of a step, which stays empty; without one, up to the review."""
    page.goto(address)
    for key, answers in way.items():
        if key == until:
            return
        fill(page, answers)
        go_on(page)


def choose_language(page: Page, lang: str) -> None:
    """Changes the language of a page on which something was typed."""
    page.locator("details.langs summary").click()
    press(page.locator(f"button[name=to_lang][value={lang}]"))


def shot(page: Page, name: str, one: Look, *, whole: bool = True) -> list[str]:
    """The picture and the faults of a page that a form led to; `whole`: with axe, else whether it fits only."""
    if whole:
        wrong = faults(page, one, "public")
    else:
        width = page.evaluate("document.documentElement.scrollWidth")
        wrong = [f"{width} px wide"] if width > one.width else []
    OUTPUT.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=OUTPUT / f"intake-{name}-{one.label}.png", full_page=True)
    return [f"{name} {one.label}: {fault}" for fault in wrong]
