"""Looks at pages as people see them, takes pictures into `test-output/pages/`, and says what is wrong with each.

The pages are data (`PageCase`): a service adds its own to a list and has a `Viewer` look at them.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, Request, StorageState

OUTPUT = Path(__file__).parents[2] / "test-output" / "pages"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
SIZES = {360: 740, 1280: 900}


@dataclass(frozen=True)
class PageCase:
    """One page: the name of its pictures, where it is, in which voice it speaks, the status it answers with."""

    name: str
    path: str
    voice: Literal["public", "staff"]
    status: int = 200


@dataclass(frozen=True)
class Look:
    """One way to see a page."""

    lang: str
    width: int
    dark: bool = False

    @property
    def examined(self) -> bool:
        """Whether axe looks, too: once small, once mirrored, once in the dark; the rest differs in nothing it sees."""
        return (self.lang, self.width) in (("en", 360), ("ar", 1280)) or (self.dark and self.width == 1280)

    @property
    def label(self) -> str:
        """The end of the picture's name."""
        return f"{self.lang}-{self.width}{'-dark' if self.dark else ''}"


def looks(case: PageCase, langs: Sequence[str] = ("en", "ar")) -> list[Look]:
    """Both sizes in each language; staff pages in the dark, too, in English."""
    found = [Look(lang, width) for lang in langs for width in SIZES]
    return [*found, *(Look("en", width, dark=True) for width in SIZES)] if case.voice == "staff" else found


@contextlib.contextmanager
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The system's Chromium, its headless shell if it is there (the same engine without the rest of a desktop browser:
    half the processor time a page); the message says what to install when there is none."""
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if program is None:
        raise FileNotFoundError(
            "Chromium is needed: apt-get install chromium-headless-shell fonts-noto-core fonts-noto-cjk"
        )
    browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
    try:
        yield browser
    finally:
        browser.close()


class Viewer:
    """Looks at pages in one window for each session: a new one for every look would cost a third of the time."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._windows: dict[str, Page] = {}

    def look(self, origin: str, case: PageCase, one: Look, *, session: StorageState | None = None) -> list[str]:
        """Opens the page, takes its picture, and returns everything that is wrong, in words.

        No page may hold a script at all; that it works without JavaScript is then only a matter of its forms, which
        the journeys try in a browser with JavaScript switched off (there axe could not run).
        """
        page = self._window(one, session)
        elsewhere: list[str] = []

        def note(request: Request) -> None:
            if urlsplit(request.url)[:2] != urlsplit(origin)[:2]:
                elsewhere.append(request.url)

        page.on("request", note)
        joiner = "&" if "?" in case.path else "?"
        response = page.goto(f"{origin}{case.path}{joiner}lang={one.lang}")
        OUTPUT.mkdir(parents=True, exist_ok=True)
        wrong = [] if response and response.status == case.status else [f"status {response and response.status}"]
        wrong += faults(page, one, case.voice)
        page.screenshot(path=OUTPUT / f"{case.name}-{one.label}.png", full_page=True)
        page.remove_listener("request", note)
        wrong += [f"request to elsewhere: {url}" for url in elsewhere]
        if case.voice == "public" and page.context.cookies():
            wrong.append("a public page set a cookie")
        return [f"{case.name} {one.label}: {fault}" for fault in wrong]

    def _window(self, one: Look, session: StorageState | None) -> Page:
        key = json.dumps(session)
        if key not in self._windows:
            self._windows[key] = self._browser.new_context(storage_state=session).new_page()
        page = self._windows[key]
        page.set_viewport_size({"width": one.width, "height": SIZES[one.width]})
        page.emulate_media(color_scheme="dark" if one.dark else "light")
        return page


def press(control: Locator) -> None:
    """Clicks what leads to another page and waits until that page stands: a click alone waits for nothing."""
    with control.page.expect_navigation():
        control.click()


def faults(page: Page, one: Look, voice: str) -> list[str]:
    """What is wrong with a page that is open: overflow, frame, script, accessibility."""
    found = []
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > one.width:
        found.append(f"{width} px wide: {widest(page, one.width)}")
    if page.locator("h1").count() != 1:
        found.append("not exactly one h1")
    if page.locator("html").get_attribute("lang") != one.lang:
        found.append("the page says another language")
    if page.locator("script, [onclick], [style], link[href^=http], img[src^=http]").count():
        found.append("a script, an inline style or something from elsewhere")
    if voice == "public" and page.locator("a.leave:visible").count() != 1:
        found.append("no way to leave")
    if one.examined:
        results = Axe().run(page, options=AXE)
        found += [results.generate_report()] if results.violations_count else []
    return found


def widest(page: Page, width: int) -> str:
    """The elements that stick out, for the message."""
    return str(
        page.evaluate(
            """width => [...document.querySelectorAll('main *, header *, nav *')]
              .filter(e => { const r = e.getBoundingClientRect(); return r.right > width + 1 || r.left < -1 })
              .slice(0, 4).map(e => e.outerHTML.slice(0, 120)).join(' | ')""",
            width,
        )
    )


def keyboard_reaches_main(context: BrowserContext, url: str) -> bool:
    """Whether the first Tab reaches a visible link that leads to the content."""
    page = context.new_page()
    page.goto(url)
    page.keyboard.press("Tab")
    return page.locator(".skip:focus").is_visible() and page.locator(".skip").get_attribute("href") == "#main"
