"""People signed in at the staff pages of a service, at the loopback issuer, as browsers are."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx

from concord_stack.config import STAFF_PREFIXES
from concord_stack.embedded import EmbeddedStack
from tests.support.signin import path_of
from tests.support.trust import choose

_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')
_WITH_A_FORM: Mapping[str, str] = {**STAFF_PREFIXES, "assistance": "/assistance/persons"}
"""A page of each service that carries the form of signing out, also when the person is refused the page."""


@dataclass(frozen=True)
class Session:
    """The cookie of a session, and the token of its forms."""

    cookie: str
    token: str


class Sessions:
    """Signs each person in at a service once. Safe for threads."""

    def __init__(self, stack: EmbeddedStack) -> None:
        self._stack = stack
        self._lock = threading.Lock()
        self._locks: dict[tuple[str, str], threading.Lock] = {}
        self._held: dict[tuple[str, str], Session] = {}

    def of(self, user: str, service: str) -> Session:
        """The person's session there; AssertionError when they are not let in."""
        with self._lock:
            lock = self._locks.setdefault((user, service), threading.Lock())
        with lock:
            if (user, service) not in self._held:
                with self.browser() as browser:
                    back = self.sign_in(browser, user, service)
                    assert back.status_code == 303, f"{user} cannot sign in at {service}: {back.status_code}"
                    page = browser.get(_WITH_A_FORM[service])
                    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
                    self._held[user, service] = Session(cookie, _TOKEN.findall(page.text)[0])
            return self._held[user, service]

    def browser(self) -> httpx.Client:
        """A browser that has been nowhere yet."""
        return httpx.Client(base_url=self._stack.origin, timeout=60, trust_env=False)

    def sign_in(self, browser: httpx.Client, user: str, service: str) -> httpx.Response:
        """What the service answers when the person comes back from the issuer."""
        started = browser.get(f"{STAFF_PREFIXES[service]}/signin")
        query = {name: values[0] for name, values in parse_qs(urlsplit(started.headers["location"]).query).items()}
        with httpx.Client(base_url=self._stack.issuer, timeout=60, trust_env=False) as issuer:
            return browser.get(path_of(choose(issuer, query, user)))
