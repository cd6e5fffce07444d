"""Staff sign-in of one service: authorization code flow with PKCE, sessions, refresh, sign-out, back-channel logout.

What stops whom: `state` is sealed into a cookie of the browser that began, so nobody can be signed in as somebody else
by a link; the session id is made after sign-in, so none can be planted before; `nonce` ties the ID token to this
sign-in; PKCE ties the code to it; the issuer's name in the answer is compared, so that no other issuer can answer.
"""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from concord_core.config import ServiceSettings
from concord_core.errors import ConcordError, ErrorKind
from concord_core.errors.codes import FORBIDDEN
from concord_core.identity.errors import ISSUER_REFUSED, LOGOUT_INVALID, SIGNIN_FAILED, TOKEN_AUDIENCE
from concord_core.identity.provider import Provider, is_loopback
from concord_core.identity.sessions import Session, SessionStore
from concord_core.identity.tokens import ClientProof, scope_for
from concord_core.identity.verifier import ID_TOKEN_TYPES, LOGOUT_TOKEN_TYPES, TokenVerifier
from concord_core.vault import SealedBox

SIGNIN_LIFE: Final = timedelta(minutes=10)
REFRESH_BEFORE: Final = timedelta(seconds=20)
LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_LIFE: Final = timedelta(minutes=5)
_CONTEXT: Final = "staff-signin"
_SAFE_PATH: Final = re.compile(r"/[A-Za-z0-9/_.~%-]*(\?[A-Za-z0-9/_.~%=&+:,;@!$'()*?-]*)?")


@dataclass(frozen=True)
class Started:
    """A sign-in that begins: where to send the browser, and the cookie that it must bring back."""

    location: str
    cookie: str


@dataclass(frozen=True)
class Finished:
    """A sign-in that succeeded: the session cookie and the page that was wanted."""

    cookie: str
    next_path: str


class StaffSessions:
    """Signs the staff of one service in and out. Safe for threads."""

    def __init__(
        self,
        settings: ServiceSettings,
        *,
        name: str,
        prefix: str,
        store: SessionStore,
        box: SealedBox,
        verifier: TokenVerifier,
        provider: Provider,
        proof: ClientProof,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`name` is the service's short name, `prefix` the path of its staff pages (`/cases`).

        ValueError for a public origin without TLS that is not on this machine.
        """
        self.secure = settings.public_origin.startswith("https://")
        if not self.secure and not is_loopback(settings.public_origin):
            raise ValueError("staff pages off this machine need an https origin")
        self.prefix = prefix
        self.cookie_name = f"concord_{settings.node}_{name}"
        self.signin_cookie_name = f"{self.cookie_name}_signin"
        self.origin = settings.public_origin
        self._client_id = settings.identity.client_id
        self._issuer = settings.identity.issuer
        self._store = store
        self._box = box
        self._verifier = verifier
        self._provider = provider
        self._proof = proof
        self._now = now

    @property
    def signin_path(self) -> str:
        """Where a sign-in begins."""
        return f"{self.prefix}/signin"

    @property
    def _redirect_uri(self) -> str:
        return f"{self.origin}{self.signin_path}/callback"

    # --- in ---------------------------------------------------------------------------------------------------

    def begin(self, next_path: str) -> Started:
        """Begins a sign-in that leads to `next_path`, if that is a page of ours.

        ISSUER_UNAVAILABLE when the issuer does not answer now: the browser is not sent to nobody.
        """
        state, nonce, code_verifier = (secrets.token_urlsafe(32) for _ in range(3))
        challenge = urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect_uri,
            # The audience is asked for, not given by default: a token of this client sent to a peer must not be
            # good for coming back to us with it.
            "scope": f"openid organization {scope_for(self._client_id)}",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        kept = {"state": state, "nonce": nonce, "verifier": code_verifier, "next": self.safe_path(next_path)}
        location = f"{self._provider.live_endpoint('authorization_endpoint')}?{urlencode(query)}"
        return Started(location, self._box.seal(kept, _CONTEXT, SIGNIN_LIFE))

    def finish(
        self, *, cookie: str | None, state: str | None, code: str | None, issuer: str | None, old_session: str | None
    ) -> Finished:
        """Ends a sign-in; SIGNIN_FAILED unless this browser began it and the issuer confirms it.

        A session that the browser had before ends, whoever's it was.
        """
        kept = self._opened(cookie)
        if state is None or not hmac.compare_digest(state.encode(), str(kept["state"]).encode()) or code is None:
            raise SIGNIN_FAILED.error()
        if issuer is not None and issuer != self._issuer:
            raise SIGNIN_FAILED.error()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": str(kept["verifier"]),
            **self._proof.fields(),
        }
        try:
            answer = self._provider.post("token_endpoint", form)
        except ConcordError as error:
            if error.definition is ISSUER_REFUSED:
                raise SIGNIN_FAILED.error() from None
            raise
        session, claims = self._checked(answer, str(kept["nonce"]))
        if old_session:
            self._store.end_cookie(old_session)
        issuer_session = claims.get("sid")
        value, _ = self._store.create(session, issuer_session if isinstance(issuer_session, str) else None)
        return Finished(value, str(kept["next"]))

    def _opened(self, cookie: str | None) -> dict[str, Any]:
        try:
            return self._box.open(cookie or "", _CONTEXT)
        except ConcordError:
            raise SIGNIN_FAILED.error() from None

    def _checked(self, answer: dict[str, Any], nonce: str) -> tuple[Session, dict[str, Any]]:
        """The session that the issuer's answer gives, and the claims of its ID token."""
        id_token = answer.get("id_token")
        if not isinstance(id_token, str):
            raise SIGNIN_FAILED.error()
        claims = self._verifier.claims(id_token, types=ID_TOKEN_TYPES)
        if claims.get("nonce") != nonce or claims.get("azp", self._client_id) != self._client_id:
            raise SIGNIN_FAILED.error()
        session = self._session(answer, b"")
        if session.principal.subject != claims.get("sub"):
            raise SIGNIN_FAILED.error()
        return session, claims

    def _session(self, answer: dict[str, Any], id_hash: bytes) -> Session:
        access, refresh, lifetime = answer.get("access_token"), answer.get("refresh_token"), answer.get("expires_in")
        if not isinstance(access, str) or not isinstance(refresh, str) or not isinstance(lifetime, int):
            raise SIGNIN_FAILED.error()
        try:
            principal = self._verifier.verify(access)
        except ConcordError as error:
            if error.definition is TOKEN_AUDIENCE:  # the issuer leaves out a service where the person has no role
                raise FORBIDDEN.error() from None
            raise
        if principal.kind != "person":
            raise SIGNIN_FAILED.error()
        return Session(id_hash, principal, access, self._now() + timedelta(seconds=lifetime), refresh)

    # --- while signed in --------------------------------------------------------------------------------------

    def current(self, cookie: str | None) -> Session | None:
        """The living session of a cookie, with roles not older than an access token's life.

        ISSUER_UNAVAILABLE when the token has ended and the issuer cannot be asked.
        """
        session = self._store.find(cookie) if cookie else None
        if session is not None and not self._verifier.hosted_here(session.principal.own_agency):
            self._store.end(session.id_hash)  # the agency left while its staff were signed in
            return None
        if session is None or session.access_ends - REFRESH_BEFORE > self._now():
            return session
        try:
            return self._store.renew(session, self._refreshed)
        except ConcordError as error:
            if error.kind is ErrorKind.UNAVAILABLE and error.definition is not ISSUER_REFUSED:
                if session.access_ends > self._now():
                    return session
                raise
            self._store.end(session.id_hash)
            return None

    def _refreshed(self, session: Session) -> Session:
        if session.access_ends - REFRESH_BEFORE > self._now():
            return session
        form = {"grant_type": "refresh_token", "refresh_token": session.refresh_token, **self._proof.fields()}
        renewed = self._session(self._provider.post("token_endpoint", form), session.id_hash)
        if (renewed.principal.subject, renewed.principal.agency) != (
            session.principal.subject,
            session.principal.agency,
        ):
            raise SIGNIN_FAILED.error()
        name = renewed.principal.name or session.principal.name
        return replace(renewed, principal=replace(renewed.principal, name=name))

    def safe_path(self, path: str) -> str:
        """`path` if it is an address under our prefix, else the prefix: nobody is led away from here."""
        ours = path == self.prefix or path.startswith((f"{self.prefix}/", f"{self.prefix}?"))
        climbs = "//" in path or "/." in path or "%2e" in path.lower() or "%2f" in path.lower()
        return path if ours and not climbs and _SAFE_PATH.fullmatch(path) else self.prefix

    # --- out --------------------------------------------------------------------------------------------------

    def sign_out(self, cookie: str) -> None:
        """Ends the session here, then at the issuer, which tells every other service."""
        session = self._store.find(cookie)
        if session is None:
            return
        self._store.end(session.id_hash)
        form = {"refresh_token": session.refresh_token, **self._proof.fields()}
        try:
            self._provider.post("end_session_endpoint", form)
        except ConcordError as error:
            # Here the person is signed out in any case; elsewhere their sessions end by their own limits.
            if error.kind is not ErrorKind.UNAVAILABLE:
                raise

    def logged_out_by_issuer(self, logout_token: str) -> None:
        """Believes a logout token (OpenID Connect Back-Channel Logout 1.0, section 2.6) once; LOGOUT_INVALID else."""
        try:
            claims = self._verifier.claims(logout_token, types=LOGOUT_TOKEN_TYPES)
        except ConcordError as error:
            if error.kind is ErrorKind.UNAVAILABLE:
                raise
            raise LOGOUT_INVALID.error() from None
        events, token_id = claims.get("events"), claims.get("jti")
        session, subject = claims.get("sid"), claims.get("sub")
        if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict) or "nonce" in claims:
            raise LOGOUT_INVALID.error()
        if not isinstance(token_id, str) or not (isinstance(session, str) or isinstance(subject, str)):
            raise LOGOUT_INVALID.error()
        issued = datetime.fromtimestamp(float(claims["iat"]), UTC)
        if issued + LOGOUT_LIFE < self._now():
            raise LOGOUT_INVALID.error()
        first = self._store.end_by_issuer(
            token_id,
            max(datetime.fromtimestamp(float(claims["exp"]), UTC), issued + LOGOUT_LIFE) + timedelta(minutes=1),
            session if isinstance(session, str) else None,
            subject if isinstance(subject, str) else None,
        )
        if not first:
            raise LOGOUT_INVALID.error()
