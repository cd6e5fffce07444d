"""Another language in the middle of a public form: the same page with all that was typed, no script, no cookie."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.harness import OUTPUT, SIZES, Look
from tests.browser.intake_form import ADULT, choose_language, fill, go_on, shot, walk
from tests.support.intake import House

pytestmark = pytest.mark.xdist_group("browser-intake-language")


@pytest.fixture
def page(browser: Browser, origin: str) -> Iterator[Page]:
    """A page without JavaScript, which must end without a cookie and with nothing in its address but the language."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    yield page
    assert context.cookies() == []
    path, _, query = page.url.removeprefix(origin).partition("?")
    assert path in ("/a/unicef", "/b")
    assert query.removeprefix("lang=") in ("ar", "zh", "en", "fr", "ru", "es")
    context.close()


def text(page: Page, name: str) -> str:
    return page.locator(f"[name={name}]").input_value().strip()


def test_a_half_filled_step_stays_as_it_was_typed(page: Page, origin: str) -> None:
    walk(page, f"{origin}/a/unicef?lang=en", ADULT, until="where")
    step = page.locator(".step").inner_text()
    fill(page, {"country": "CAF", "place": "Bangui"})
    choose_language(page, "ar")
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert page.locator(".langs button[aria-current]").get_attribute("value") == "ar"
    assert (text(page, "country"), text(page, "place"), text(page, "happened")) == ("CAF", "Bangui", "")
    choose_language(page, "en")
    assert page.locator(".step").inner_text() == step
    fill(page, ADULT["where"])
    choose_language(page, "fr")
    go_on(page)
    for key in ("who", "contact", "help", "consent"):
        fill(page, ADULT[key])
        go_on(page)
    shown = page.locator(".review").inner_text()
    assert all(words in shown for words in ("It happened twice.", "Bangui", "March 2026", "He wears a blue cap"))


def test_choices_are_kept_too_and_another_answer_replaces_them(page: Page, origin: str) -> None:
    walk(page, f"{origin}/a/unicef?lang=en", ADULT, until="help")
    fill(page, ADULT["help"])
    choose_language(page, "zh")
    assert page.locator("[name=help_wanted][value=yes]").is_checked()
    assert page.locator("[name=needs][value=medical]").is_checked()
    page.locator("[name=needs][value=medical]").uncheck()
    choose_language(page, "ru")
    assert page.locator("[name=needs]:checked").count() == 0


def test_nothing_is_found_wrong_by_a_mere_change_of_language(page: Page, origin: str) -> None:
    walk(page, f"{origin}/a/unicef?lang=en", ADULT, until="what")
    choose_language(page, "es")
    assert page.locator(".errors").count() == 0
    go_on(page)
    assert page.locator(".errors").count() == 1
    page.locator("[name=narrative]").fill("Only a few words")
    choose_language(page, "en")
    assert page.locator(".errors").count() == 0
    assert text(page, "narrative") == "Only a few words"
    go_on(page)
    page.locator("[name=place]").fill("x" * 301)
    go_on(page)
    assert page.locator(".errors").count() == 1
    choose_language(page, "ar")
    assert page.locator(".errors").count() == 0
    assert text(page, "place") == "x" * 301
    go_on(page)
    assert page.locator(".errors").count() == 1


def test_review_and_receipt_are_read_in_another_language(page: Page, origin: str) -> None:
    walk(page, f"{origin}/a/unicef?lang=en", ADULT)
    choose_language(page, "zh")
    assert page.locator("button[name=send]").count() == 1
    assert "Bangui" in page.locator(".review").inner_text()
    go_on(page)
    code = page.locator(".receipt code").inner_text()
    for lang in ("ar", "en"):
        choose_language(page, lang)
        assert page.locator("html").get_attribute("lang") == lang
        assert page.locator(".receipt code").inner_text() == code
    assert page.locator("h1").inner_text() == "We have your report"


def test_coming_back_keeps_a_half_typed_code_and_answers_that_are_not_saved(
    page: Page, origin: str, house: House
) -> None:
    walk(page, f"{origin}/a/unicef?lang=en", ADULT)
    go_on(page)
    code = page.locator(".receipt code").inner_text()
    page.goto(f"{origin}/b?lang=en")
    page.locator("[name=code]").fill(code[:11])
    choose_language(page, "ar")
    assert text(page, "code") == code[:11]
    assert page.locator(".errors").count() == 0
    page.locator("[name=code]").fill(code)
    go_on(page)
    changes = "select count(*) from consents where state = 'withdrawn'"
    before = house.rows(changes)[0][0]
    page.locator("[name=contact][value=refused]").check()
    choose_language(page, "fr")
    assert page.locator("[name=contact][value=refused]").is_checked()
    assert house.rows(changes)[0][0] == before
    go_on(page)
    assert page.locator("[name=contact][value=refused]").is_checked()
    assert house.rows(changes)[0][0] == before + 1


def test_return_in_a_text_field_goes_on_and_changes_no_language(page: Page, origin: str) -> None:
    walk(page, f"{origin}/a/unicef?lang=en", ADULT, until="where")
    page.locator("[name=place]").fill("Bangui")
    with page.expect_navigation():
        page.locator("[name=place]").press("Enter")
    assert page.locator("[name=accused]").count() == 1
    assert page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize(
    "one", [Look(lang, width) for lang in ("en", "ar", "zh") for width in SIZES], ids=lambda one: one.label
)
def test_the_open_list_of_languages_is_finished(browser: Browser, origin: str, one: Look) -> None:
    context = browser.new_context(viewport={"width": one.width, "height": SIZES[one.width]})
    page = context.new_page()
    walk(page, f"{origin}/a/unicef?lang={one.lang}", ADULT, until="where")
    fill(page, {"place": "Bangui"})
    page.locator("details.langs summary").click()
    assert shot(page, "languages", one) == []
    assert page.locator(".langs button").all_inner_texts() == [
        "العربية",
        "中文",
        "English",
        "Français",
        "Русский",
        "Español",
    ]
    page.screenshot(path=OUTPUT / f"intake-languages-{one.label}.png")
    context.close()
