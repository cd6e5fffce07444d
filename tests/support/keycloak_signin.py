"""Tokens of real Keycloak as `concord-cli` gets them, by filling in its pages: the hub asks for the e-mail address and
leads to the agency's own login, where the person types name and password; who has a hub account types a one-time code.
"""

import hashlib
import hmac
import html
import re
import secrets
import struct
import threading
import time
from collections.abc import Callable, Mapping
from http.cookiejar import Cookie, CookieJar
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx

from concord_stack.people import person
from concord_stack.walk.evidence import StepError
from concord_stack.walk.signin import REDIRECT, authorization, redemption

_RENEW_SECONDS = 60
_HOPS = 25
_FORM = re.compile(r'<form[^>]*\baction="([^"]+)"', re.IGNORECASE)
_FIELD = re.compile(r'<input[^>]*\bname="([^"]+)"', re.IGNORECASE)


class _OnLoopback(CookieJar):
    """Keycloak's cookies are `Secure`; browsers send them to loopback addresses over http all the same."""

    def set_cookie(self, cookie: Cookie) -> None:
        cookie.secure = False
        super().set_cookie(cookie)


class Visitor:
    """A browser at Keycloak: keeps cookies, follows redirects until one leads to `stop`, fills in forms."""

    def __init__(self, stop: str = REDIRECT) -> None:
        self._stop = stop
        language = {"accept-language": "en"}
        self.http = httpx.Client(cookies=_OnLoopback(), timeout=60, trust_env=False, headers=language)
        self.url = ""
        self.page = ""

    def open(self, url: str) -> str | None:
        """Go to an address. Returns the address that begins with `stop`, once led there; else the page is kept."""
        return self._follow(self.http.get(url))

    def submit(self, values: Mapping[str, str]) -> str | None:
        """Send the page's form. `StepError` if the page has none."""
        form = _FORM.search(self.page)
        if form is None:
            raise StepError(f"the sign-in page has no form: {self.words()}")
        return self._follow(self.http.post(urljoin(self.url, html.unescape(form.group(1))), data=dict(values)))

    def asks(self, *fields: str) -> bool:
        """Whether the page has these fields."""
        return set(fields) <= set(_FIELD.findall(self.page))

    def words(self) -> str:
        """The visible words of the page, shortened."""
        text = re.sub(r"<(script|style|head).*?</\1>", " ", self.page, flags=re.DOTALL | re.IGNORECASE)
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())[:400]

    def _follow(self, answer: httpx.Response) -> str | None:
        for _ in range(_HOPS):
            if not answer.is_redirect:
                self.url, self.page = str(answer.url), answer.text
                return None
            target = urljoin(str(answer.url), answer.headers["location"])
            if target.startswith(self._stop):
                return target
            answer = self.http.get(target)
        raise StepError("the sign-in leads round in circles")


class KeycloakTokens:
    """Access tokens of a stack's people, kept until shortly before they end. Safe for threads.

    `secret` gives a person's password at their agency's login or, for a hub account, the secret of their codes.
    """

    def __init__(self, issuer: str, secret: Callable[[str], str]) -> None:
        self._issuer = issuer
        self._secret = secret
        self._lock = threading.Lock()
        self._held: dict[str, tuple[str, float]] = {}

    def __call__(self, user: str) -> str:
        """The token of a person; `StepError` if there is none to be had."""
        with self._lock:
            held = self._held.get(user)
            if held is None or held[1] - _RENEW_SECONDS < time.time():
                content = self.sign_in(user, Visitor())
                held = str(content["access_token"]), time.time() + float(content["expires_in"])
                self._held[user] = held
            return held[0]

    def sign_in(self, user: str, visitor: Visitor) -> dict[str, Any]:
        """A new sign-in in that browser; what the token endpoint answered."""
        verifier = secrets.token_urlsafe(48)
        back = visitor.open(authorize_url(self._issuer, verifier))
        back = back or fill_in(visitor, user, self._secret(user))
        return redeem(self._issuer, back, verifier)


def authorize_url(issuer: str, verifier: str, **more: str) -> str:
    """Where a sign-in of `concord-cli` begins."""
    query = authorization(verifier, secrets.token_urlsafe(16), **more)
    return f"{issuer}/protocol/openid-connect/auth?{urlencode(query)}"


def fill_in(visitor: Visitor, user: str, secret: str) -> str:
    """Fills in every page until the browser is led back; `StepError` when a page asks for something else."""
    somebody = person(user)
    for _ in range(6):
        if visitor.asks("username", "password"):
            back = visitor.submit({"username": somebody.desk, "password": secret})
        elif visitor.asks("otp"):
            back = visitor.submit({"otp": one_time_code(secret, time.time())})
        elif visitor.asks("username"):
            back = visitor.submit({"username": somebody.email})
        else:
            raise StepError(f"the sign-in stops at a page that asks for something else: {visitor.words()}")
        if back is not None:
            return back
    raise StepError(f"the sign-in does not end: {visitor.words()}")


def redeem(issuer: str, back: str, verifier: str) -> dict[str, Any]:
    """What the token endpoint gives for the code in the address that the browser was led back to."""
    query = parse_qs(urlsplit(back).query)
    if "code" not in query:
        raise StepError(f"the issuer gave no code: {query.get('error', ['?'])[0]}")
    form = redemption(query["code"][0], verifier)
    answer = httpx.post(f"{issuer}/protocol/openid-connect/token", data=form, trust_env=False, timeout=60)
    if answer.status_code != 200:
        raise StepError(f"the issuer's token endpoint answered {answer.status_code}")
    content: dict[str, Any] = answer.json()
    return content


def one_time_code(secret: str, at: float) -> str:
    """Six digits (RFC 6238, SHA-1, 30 seconds)."""
    digest = hmac.new(secret.encode(), struct.pack(">Q", int(at) // 30), hashlib.sha1).digest()
    number = struct.unpack(">I", digest[digest[-1] & 15 :][:4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"
