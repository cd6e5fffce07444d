"""What the loopback issuer remembers while it runs: sessions, codes, refresh tokens, assertions that were used."""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

CODE_SECONDS: Final = 60
IDLE_SECONDS: Final = 1800
LONGEST_SECONDS: Final = 8 * 3600


@dataclass
class SignedIn:
    """One person's session at the issuer, and the clients that have tokens from it."""

    sid: str
    user: str
    began: float
    seen: float
    clients: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Code:
    """An authorization code: one use, one client, one redirect address, one PKCE challenge."""

    client_id: str
    redirect_uri: str
    challenge: str
    nonce: str | None
    scope: str
    sid: str
    ends: float


@dataclass(frozen=True)
class Refresh:
    """What a refresh token stands for: a session, for one client, with the scope that was asked for."""

    sid: str
    client_id: str
    scope: str


class IssuerState:
    """Safe for threads. All of it is gone with the process."""

    def __init__(self, *, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._sessions: dict[str, SignedIn] = {}
        self._browsers: dict[str, str] = {}
        self._codes: dict[str, Code] = {}
        self._used_codes: dict[str, str] = {}
        self._refresh: dict[str, Refresh] = {}
        self._assertions: dict[str, float] = {}

    def sign_in(self, user: str) -> tuple[str, str]:
        """Begins a session: `(browser cookie, session id)`."""
        cookie, sid = secrets.token_urlsafe(32), secrets.token_urlsafe(16)
        with self._lock:
            now = self._now()
            self._sessions[sid] = SignedIn(sid, user, now, now)
            self._browsers[cookie] = sid
        return cookie, sid

    def by_browser(self, cookie: str) -> str | None:
        """The living session of a browser."""
        with self._lock:
            sid = self._browsers.get(cookie)
            return sid if sid is not None and self._living(sid) is not None else None

    def session(self, sid: str) -> SignedIn | None:
        """The living session; its idle time starts again."""
        with self._lock:
            found = self._living(sid)
            if found is not None:
                found.seen = self._now()
            return found

    def new_code(
        self, client_id: str, redirect_uri: str, *, challenge: str, nonce: str | None, scope: str, sid: str
    ) -> str:
        """A code for 60 seconds."""
        value = secrets.token_urlsafe(32)
        with self._lock:
            ends = self._now() + CODE_SECONDS
            self._codes[value] = Code(client_id, redirect_uri, challenge, nonce, scope, sid, ends)
        return value

    def take_code(self, value: str) -> Code | None:
        """The code, once. A second use ends the session that came of the first (RFC 6749, 4.1.2)."""
        with self._lock:
            code = self._codes.pop(value, None)
            if code is None:
                self._sessions.pop(self._used_codes.get(value, ""), None)
                return None
            self._used_codes[value] = code.sid
            return code if code.ends > self._now() else None

    def new_refresh(self, sid: str, client_id: str, scope: str) -> str:
        """A refresh token of a session for a client."""
        value = secrets.token_urlsafe(32)
        with self._lock:
            self._refresh[value] = Refresh(sid, client_id, scope)
            if sid in self._sessions:
                self._sessions[sid].clients.add(client_id)
        return value

    def refreshed(self, value: str, client_id: str) -> tuple[SignedIn, str] | None:
        """The living session of a client's refresh token, and its scope."""
        with self._lock:
            refresh = self._refresh.get(value)
            if refresh is None or refresh.client_id != client_id:
                return None
            found = self._living(refresh.sid)
            if found is None:
                return None
            found.seen = self._now()
            return found, refresh.scope

    def end(self, sid: str) -> SignedIn | None:
        """Ends a session; what it was, to tell its clients."""
        with self._lock:
            return self._sessions.pop(sid, None)

    def first_use(self, assertion_id: str, ends: float) -> bool:
        """Whether a client's assertion is new."""
        with self._lock:
            now = self._now()
            self._assertions = {key: until for key, until in self._assertions.items() if until > now}
            if assertion_id in self._assertions:
                return False
            self._assertions[assertion_id] = ends
            return True

    def _living(self, sid: str) -> SignedIn | None:
        found, now = self._sessions.get(sid), self._now()
        if found is None or found.seen + IDLE_SECONDS <= now or found.began + LONGEST_SECONDS <= now:
            return None
        return found
