"""The token endpoint: codes, refresh tokens and client credentials against tokens, after the client proved itself."""

import hashlib
import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any, Final

from jwcrypto.jwk import JWK

from concord_core.errors import ConcordError
from concord_core.identity.client_keys import with_names
from concord_core.identity.jose import signed, verified
from concord_core.identity.loopback.directory import CLI_CLIENT, Directory, same
from concord_core.identity.loopback.settings import Client, Person
from concord_core.identity.loopback.state import IssuerState, SignedIn
from concord_core.identity.staff import LOGOUT_EVENT
from concord_core.identity.tokens import ASSERTION_SECONDS, ASSERTION_TYPE, BROKER_AUDIENCE

ACCESS_SECONDS: Final = 300
LOGOUT_SECONDS: Final = 120
_SKEW_SECONDS: Final = 15


class GrantError(Exception):
    """A refusal in the words of RFC 6749, section 5.2."""

    def __init__(self, error: str, status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.status = status


class Grants:
    """Gives tokens signed by a key that lives as long as the process."""

    def __init__(
        self, issuer: str, directory: Directory, state: IssuerState, *, now: Callable[[], float] = time.time
    ) -> None:
        self._issuer = issuer
        self._directory = directory
        self._state = state
        self._now = now
        self._key = with_names(JWK.generate(kty="EC", crv="P-256"), "ES256")

    @property
    def public_keys(self) -> dict[str, Any]:
        """The issuer's JWKS."""
        return {"keys": [self._key.export_public(as_dict=True)]}

    def token(self, form: Mapping[str, str]) -> dict[str, Any]:
        """The answer to a token request; GrantError otherwise."""
        client_id = self.proven_client(form)
        match form.get("grant_type"):
            case "authorization_code":
                return self._code(form, client_id)
            case "refresh_token":
                session, scope = self._refreshed(form, client_id)
                return self._person_tokens(session, client_id, scope, None, form["refresh_token"])
            case "client_credentials":
                return self._service_token(form, client_id)
        raise GrantError("unsupported_grant_type")

    def end_session(self, form: Mapping[str, str]) -> SignedIn:
        """Ends the session of a client's refresh token and gives what it was; GrantError otherwise."""
        client_id = self.proven_client(form)
        session, _ = self._refreshed(form, client_id)
        ended = self._state.end(session.sid)
        if ended is None:
            raise GrantError("invalid_grant")
        return ended

    def _refreshed(self, form: Mapping[str, str], client_id: str) -> tuple[SignedIn, str]:
        found = self._state.refreshed(form.get("refresh_token", ""), client_id)
        if found is None:
            raise GrantError("invalid_grant")
        return found

    def logout_token(self, session: SignedIn, client_id: str) -> str:
        """What tells a client that a session ended (OpenID Connect Back-Channel Logout 1.0, section 2.4)."""
        claims = self._common(session.user, LOGOUT_SECONDS)
        claims |= {"aud": client_id, "sid": session.sid, "events": {LOGOUT_EVENT: {}}}
        return signed(claims, self._key, typ="logout+jwt")

    def proven_client(self, form: Mapping[str, str]) -> str:
        """The client's id: by its signed assertion, once, or for the public client by its name alone."""
        client_id = form.get("client_id", "")
        if client_id == CLI_CLIENT:
            return client_id
        client = self._directory.client(client_id)
        if client is None or form.get("client_assertion_type") != ASSERTION_TYPE:
            raise GrantError("invalid_client", 401)
        try:
            claims = verified(
                form.get("client_assertion", ""), lambda kid: self._client_key(client, kid), types=("jwt",)
            )
        except ConcordError:
            raise GrantError("invalid_client", 401) from None
        if not self._assertion_holds(claims, client_id):
            raise GrantError("invalid_client", 401)
        return client_id

    def _client_key(self, client: Client, kid: str) -> JWK:
        key = self._directory.public_key(client)
        if key.get("kid") != kid:
            raise GrantError("invalid_client", 401)
        return key

    def _assertion_holds(self, claims: Mapping[str, Any], client_id: str) -> bool:
        now, issued, used_id = self._now(), claims.get("iat"), claims.get("jti")
        if (claims.get("iss"), claims.get("sub"), claims.get("aud")) != (client_id, client_id, self._issuer):
            return False
        if not isinstance(issued, int) or not isinstance(used_id, str):
            return False
        in_time = issued - _SKEW_SECONDS <= now < issued + ASSERTION_SECONDS
        return in_time and self._state.first_use(f"{client_id} {used_id}", issued + ASSERTION_SECONDS)

    def _code(self, form: Mapping[str, str], client_id: str) -> dict[str, Any]:
        code = self._state.take_code(form.get("code", ""))
        if code is None or code.client_id != client_id or code.redirect_uri != form.get("redirect_uri"):
            raise GrantError("invalid_grant")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if not same(urlsafe_b64encode(digest).rstrip(b"=").decode(), code.challenge):
            raise GrantError("invalid_grant")
        session = self._state.session(code.sid)
        if session is None:
            raise GrantError("invalid_grant")
        refresh_token = self._state.new_refresh(session.sid, client_id, code.scope)
        return self._person_tokens(session, client_id, code.scope, code.nonce, refresh_token)

    def _person_tokens(
        self, session: SignedIn, client_id: str, scope: str, nonce: str | None, refresh_token: str
    ) -> dict[str, Any]:
        person = self._person(session)
        access = self._common(person.user, ACCESS_SECONDS) | {"sid": session.sid, "scope": scope}
        access |= self._directory.person_claims(person, client_id, frozenset(scope.split()))
        identity = self._common(person.user, ACCESS_SECONDS) | {
            "aud": client_id,
            "azp": client_id,
            "sid": session.sid,
            "auth_time": int(session.began),
            "name": person.name,
        }
        if nonce is not None:
            identity["nonce"] = nonce
        return {
            "access_token": signed(access, self._key, typ="at+jwt"),
            "id_token": signed(identity, self._key, typ="JWT"),
            "refresh_token": refresh_token,
            "token_type": "Bearer",
            "expires_in": ACCESS_SECONDS,
        }

    def _person(self, session: SignedIn) -> Person:
        person = self._directory.person(session.user)
        if person is None:
            raise GrantError("invalid_grant")
        return person

    def _service_token(self, form: Mapping[str, str], client_id: str) -> dict[str, Any]:
        client = self._directory.client(client_id)
        if client is None:
            raise GrantError("unauthorized_client")
        audience = form.get("scope", "").removeprefix("svc:")
        if audience != BROKER_AUDIENCE and audience not in self._directory.agreement.clients:
            raise GrantError("invalid_scope")
        claims = self._common(f"service-account-{client_id}", ACCESS_SECONDS)
        claims |= self._directory.service_claims(client, audience)
        access = signed(claims, self._key, typ="at+jwt")
        return {"access_token": access, "token_type": "Bearer", "expires_in": ACCESS_SECONDS}

    def _common(self, subject: str, seconds: int) -> dict[str, Any]:
        now = int(self._now())
        return {"iss": self._issuer, "sub": subject, "iat": now, "exp": now + seconds, "jti": str(uuid.uuid4())}
