"""The same walk on real Kafka and real Keycloak, with C on a node of its own.

And people sign in at their own agency's login in a real browser.
"""

import pytest
from playwright.sync_api import sync_playwright
from rich.console import Console

from concord_stack.full import FullStack
from concord_stack.people import person
from concord_stack.walk.steps import STEPS
from concord_stack.walk.walk import walk
from tests.browser.harness import chromium
from tests.support.worlds import full_world


def test_the_whole_path_on_real_kafka_and_keycloak(full_stack: FullStack) -> None:
    console = Console(width=160, record=True)
    assert walk(full_world(full_stack), STEPS, console), console.export_text()


@pytest.mark.parametrize(("user", "path"), [("unicef-officer", "/cases"), ("unhcr-recruiter", "/screening")])
def test_staff_sign_in_at_their_own_agency_in_a_real_browser(full_stack: FullStack, user: str, path: str) -> None:
    """The hub asks for the e-mail address only; the password is typed at the agency's own realm, never at the hub's."""
    somebody = person(user)
    with sync_playwright() as playwright, chromium(playwright) as browser:
        page = browser.new_context().new_page()
        page.goto(f"{full_stack.origin}{path}")
        assert page.url.startswith(full_stack.issuer)
        assert page.locator("input[type=password]:visible").count() == 0
        page.fill("input[name=username]", somebody.email)
        page.locator("[type=submit]").first.click()
        page.wait_for_selector("input[type=password]")
        assert f"/realms/agency-{somebody.agency}/" in page.url
        page.fill("input[name=username]", somebody.desk)
        page.fill("input[type=password]", full_stack.password(user))
        page.locator("[type=submit]").first.click()
        page.wait_for_url(f"{full_stack.origin}{path}**")
        assert somebody.family in page.locator(".who").inner_text()
        page.goto(f"{full_stack.origin}/work")
        page.wait_for_url(f"{full_stack.origin}/work**")
        assert page.locator("input[type=password]").count() == 0, "the second sign-in is silent"
