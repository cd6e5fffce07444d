"""Finds a person's pages by following links, one of each kind, as a person would who tries everything once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, StorageState

from concord_stack.exchange import NAMES

NOT_PAGES = re.compile(r"/signin|^/z$|/assets/|/api/|\.(csv|json|svg|txt)$")
AGENCIES = "|".join(NAMES)
REFERENCE = re.compile(rf"[0-9A-Z]{{2}}|[0-9a-f]{{8}}-|^(?:{AGENCIES})$")
MOST = 60


def sign_in(browser: Browser, origin: str, path: str, user: str) -> StorageState:
    """Signs a demo person in at the loopback issuer, as somebody at a screen does; returns the browser's cookies."""
    context = browser.new_context()
    try:
        page = context.new_page()
        page.goto(f"{origin}{path}")
        page.locator(f'button[value="{user}"]').click()
        page.wait_for_url(f"{origin}{path}**")
        return context.storage_state()
    finally:
        context.close()


def shape(address: str) -> str:
    """What kind of page an address leads to: references become `*`, of the query only the names remain."""
    parts = urlsplit(address)
    path = "/".join("*" if REFERENCE.search(segment) else segment for segment in parts.path.split("/"))
    names = sorted({name for name, _ in parse_qsl(parts.query) if name != "lang"})
    return f"{path}?{'&'.join(names)}" if names else path


@dataclass(frozen=True)
class Found:
    """Shape → address of a person's pages, and the browser's cookies after all of them were opened."""

    pages: dict[str, str]
    session: StorageState


def pages_of(
    browser: Browser, origin: str, starts: Sequence[str], within: str, *, session: StorageState | None = None
) -> Found:
    """Every kind of page that links lead to from `starts` without leaving the paths of `within`."""
    context = browser.new_context(storage_state=session, java_script_enabled=False)
    try:
        return Found(_walk(context, origin, starts, re.compile(within)), context.storage_state())
    finally:
        context.close()


def _walk(context: BrowserContext, origin: str, starts: Sequence[str], within: re.Pattern[str]) -> dict[str, str]:
    page, waiting = context.new_page(), list(starts)
    found: dict[str, str] = {}
    while waiting and len(found) < MOST:
        address = waiting.pop(0)
        kind = shape(address)
        if kind in found:
            continue
        response = page.goto(f"{origin}{address}")
        if response is None or "text/html" not in response.headers.get("content-type", ""):
            continue
        found[kind] = address
        waiting += [link for link in _links(page, origin) if within.search(urlsplit(link).path)]
    return found


def _links(page: Page, origin: str) -> Iterator[str]:
    for href in page.locator("main a[href]").evaluate_all("all => all.map(one => one.getAttribute('href'))"):
        path = href.removeprefix(origin).partition("#")[0]
        query = "&".join(part for part in urlsplit(path).query.split("&") if part and not part.startswith("lang="))
        path = path.partition("?")[0]
        if path.startswith("/") and not NOT_PAGES.search(path):
            yield f"{path}?{query}" if query else path
