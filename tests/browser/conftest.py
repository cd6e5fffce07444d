"""A browser, and intake served to it; a module that looks at another service makes its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.harness import Viewer, chromium
from tests.support.intake import House, make_app, make_house
from tests.support.postgres import Databases
from tests.support.serving import served


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, chromium(playwright) as found:
        yield found


@pytest.fixture(scope="module")
def viewer(browser: Browser) -> Viewer:
    return Viewer(browser)


@pytest.fixture(scope="module")
def house(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Intake of today, because its pages draw the clocks until now."""
    with make_house(databases, tmp_path_factory.mktemp("intake")) as house:
        house.today.day = datetime.now(UTC).date()
        yield house


@pytest.fixture(scope="module")
def origin(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(make_app(house, tmp_path_factory.mktemp("app"))) as address:
        yield address
