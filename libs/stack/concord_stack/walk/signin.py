"""Tokens as `concord-cli` gets them: authorization code with PKCE (RFC 7636) and a loopback redirect (RFC 8252).

At the loopback issuer a person is chosen on its page, as somebody at a screen would do; no other way in is used.
"""

import base64
import hashlib
import secrets
import threading
import time
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from concord_stack.walk.browser import Browser
from concord_stack.walk.evidence import StepError, expect

CLIENT = "concord-cli"
REDIRECT = "http://127.0.0.1:1/callback"
"""Nothing listens there: the walk reads the code from the redirect itself."""
_RENEW_SECONDS = 60


def authorization(verifier: str, state: str, **more: str) -> dict[str, str]:
    """What `concord-cli` asks an issuer for; `verifier` redeems the code that comes of it."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return {
        "client_id": CLIENT,
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": "openid organization",
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **more,
    }


def redemption(code: str, verifier: str) -> dict[str, str]:
    """What is sent to the token endpoint for the code."""
    return {
        "grant_type": "authorization_code",
        "client_id": CLIENT,
        "redirect_uri": REDIRECT,
        "code": code,
        "code_verifier": verifier,
    }


class LoopbackTokens:
    """Access tokens of the demo's people, kept until shortly before they end. Safe for threads."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()
        self._held: dict[str, tuple[str, float]] = {}

    def __call__(self, user: str) -> str:
        """The token of a person; `StepError` if the issuer does not give one."""
        with self._lock:
            lock = self._locks.setdefault(user, threading.Lock())
        with lock:
            held = self._held.get(user)
            if held is None or held[1] - _RENEW_SECONDS < time.time():
                held = self._sign_in(user)
                self._held[user] = held
            return held[0]

    def _sign_in(self, user: str) -> tuple[str, float]:
        verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
        with httpx.Client(base_url=self._issuer, timeout=30, trust_env=False) as client:
            page = Browser(client).open(f"/authorize?{urlencode(authorization(verifier, state))}")
            form = page.form("asked")
            answer = client.post("/authorize", data={**form.values, "user": user})
            returned = parse_qs(urlsplit(answer.headers.get("location", "")).query)
            expect(returned.get("state") == [state], "the issuer did not return the state that it was given")
            if "code" not in returned:
                raise StepError("the issuer gave no code")
            token = client.post("/token", data=redemption(returned["code"][0], verifier))
        expect(token.status_code == 200, f"the issuer's token endpoint answered {token.status_code}")
        content = token.json()
        return str(content["access_token"]), time.time() + float(content["expires_in"])
