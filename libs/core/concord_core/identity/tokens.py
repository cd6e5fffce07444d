"""A service's own tokens: client credentials, proved by a signed assertion instead of a shared secret (RFC 7523)."""

import threading
import time
import uuid
from collections.abc import Callable
from typing import Final

from concord_core.config import IdentitySettings
from concord_core.identity.client_keys import client_key
from concord_core.identity.errors import ISSUER_REFUSED
from concord_core.identity.jose import signed
from concord_core.identity.provider import Provider

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS: Final = 60
RENEW_BEFORE_SECONDS: Final = 30
BROKER_AUDIENCE: Final = "kafka"


def scope_for(audience: str) -> str:
    """The client scope that puts an audience into a token: one per service client, and one for the broker."""
    return audience if audience == BROKER_AUDIENCE else f"svc:{audience}"


class ClientProof:
    """Makes the form fields by which a client proves its id to the issuer; each assertion is used once."""

    def __init__(self, settings: IdentitySettings, *, now: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._key = client_key(settings.client_key)
        self._now = now

    def fields(self) -> dict[str, str]:
        """`client_id`, `client_assertion_type` and a fresh `client_assertion` for the issuer."""
        issued = int(self._now())
        claims = {
            "iss": self._settings.client_id,
            "sub": self._settings.client_id,
            "aud": self._settings.issuer,
            "jti": str(uuid.uuid4()),
            "iat": issued,
            "exp": issued + ASSERTION_SECONDS,
        }
        return {
            "client_id": self._settings.client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": signed(claims, self._key, typ="JWT"),
        }


class ServiceTokens:
    """Access tokens of this service, one per audience, renewed before they end. Safe for threads."""

    def __init__(
        self,
        settings: IdentitySettings,
        *,
        provider: Provider | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._provider = provider or Provider(settings.issuer)
        self._proof = ClientProof(settings, now=now)
        self._now = now
        self._lock = threading.Lock()
        self._held: dict[str, tuple[str, float]] = {}

    def token(self, audience: str) -> str:
        """A token for the called client's id, or for `kafka`.

        Raises ISSUER_UNAVAILABLE when the issuer does not answer, ISSUER_REFUSED when it does not give one.
        """
        with self._lock:
            held = self._held.get(audience)
            if held is not None and self._now() < held[1] - RENEW_BEFORE_SECONDS:
                return held[0]
            form = {"grant_type": "client_credentials", "scope": scope_for(audience), **self._proof.fields()}
            answer = self._provider.post("token_endpoint", form)
            token, lifetime = answer.get("access_token"), answer.get("expires_in")
            if not isinstance(token, str) or not isinstance(lifetime, int):
                raise ISSUER_REFUSED.error()
            self._held[audience] = (token, self._now() + lifetime)
            return token
