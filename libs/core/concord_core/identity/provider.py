"""The issuer as a relying party sees it: discovery, signing keys, token requests.

A key that is not known makes the keys be fetched again, at most once in ten seconds, so that forged key ids cannot
be used to flood the issuer. While the issuer is down, the keys that are known go on being used.
"""

import ipaddress
import threading
import time
from collections.abc import Callable, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from jwcrypto.common import JWException
from jwcrypto.jwk import JWK, JWKSet

from concord_core.errors import ConcordError
from concord_core.identity.errors import ISSUER_REFUSED, ISSUER_UNAVAILABLE, TOKEN_INVALID

REFRESH_SECONDS: Final = 300.0
RETRY_SECONDS: Final = 10.0
TIMEOUT_SECONDS: Final = 5.0


def is_loopback(url: str) -> bool:
    """Whether an address names this machine only."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Provider:
    """One OpenID issuer. Safe for threads."""

    def __init__(self, issuer: str, *, http: httpx.Client | None = None) -> None:
        """ValueError for an issuer that is reached without TLS and not on this machine."""
        if not issuer.startswith("https://") and not is_loopback(issuer):
            raise ValueError("an issuer must be reached by https")
        self.issuer = issuer
        # Requests of many people go through this client: a cookie that came with one must not go with another. Proxy
        # settings of the environment are not for this machine's own addresses.
        self._http = http or httpx.Client(
            timeout=TIMEOUT_SECONDS,
            trust_env=not is_loopback(issuer),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )
        self._lock = threading.Lock()
        self._metadata: dict[str, Any] | None = None

    def endpoint(self, name: str) -> str:
        """An address from the discovery document, such as `token_endpoint`."""
        with self._lock:
            if self._metadata is None:
                self._metadata = self._discovered()
            return self._address(self._metadata, name)

    def live_endpoint(self, name: str) -> str:
        """The same from a document asked for now; ISSUER_UNAVAILABLE if none comes.

        For sending a browser there: were the issuer away, nobody would tell the person so. That it was away is not
        remembered, so the first request after an outage finds it again.
        """
        found = self._discovered()
        with self._lock:
            self._metadata = found
        return self._address(found, name)

    def _discovered(self) -> dict[str, Any]:
        found = self._json("GET", f"{self.issuer}/.well-known/openid-configuration")
        if found.get("issuer") != self.issuer:
            raise ISSUER_REFUSED.error()
        return found

    def _address(self, metadata: Mapping[str, Any], name: str) -> str:
        address = metadata.get(name)
        if not isinstance(address, str) or _origin(address) != _origin(self.issuer):
            raise ISSUER_REFUSED.error()
        return address

    def keys(self) -> JWKSet:
        """The issuer's current signing keys."""
        content = self._json("GET", self.endpoint("jwks_uri"))
        keys = JWKSet()
        for entry in content.get("keys", []):
            try:
                if entry.get("kty") in ("RSA", "EC") and entry.get("use") in (None, "sig"):
                    keys.add(JWK(**entry))
            except (JWException, AttributeError, TypeError):
                continue  # an entry of a kind that we do not use must not hide the ones that we do
        return keys

    def post(self, endpoint: str, form: Mapping[str, str]) -> dict[str, Any]:
        """Posts a form to an endpoint by name. ISSUER_REFUSED for a 4xx answer, ISSUER_UNAVAILABLE without answer."""
        return self._json("POST", self.endpoint(endpoint), form)

    def _json(self, method: str, url: str, form: Mapping[str, str] | None = None) -> dict[str, Any]:
        try:
            response = self._http.request(method, url, data=form)
        except httpx.HTTPError:
            raise ISSUER_UNAVAILABLE.error() from None
        if response.status_code >= 500:
            raise ISSUER_UNAVAILABLE.error()
        if response.status_code == 204:
            return {}
        if response.status_code != 200:
            raise ISSUER_REFUSED.error()
        try:
            content = response.json()
        except ValueError:
            raise ISSUER_REFUSED.error() from None
        if not isinstance(content, dict):
            raise ISSUER_REFUSED.error()
        return content


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


class JwksCache:
    """The issuer's signing keys by id. Safe for threads."""

    def __init__(self, provider: Provider, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._provider = provider
        self._clock = clock
        self._lock = threading.Lock()
        self._keys = JWKSet()
        self._fetched_at: float | None = None
        self._tried_at: float | None = None

    def key(self, kid: str) -> JWK:
        """The key; TOKEN_INVALID if the issuer has none of that id, ISSUER_UNAVAILABLE if it cannot be asked."""
        with self._lock:
            found = self._keys.get_key(kid)
            now = self._clock()
            old = self._fetched_at is None or now - self._fetched_at >= REFRESH_SECONDS
            rested = self._tried_at is None or now - self._tried_at >= RETRY_SECONDS
            if (found is None or old) and rested:
                self._tried_at = now
                self._fetch(now, needed=found is None)
                found = self._keys.get_key(kid)
            if found is None:
                raise TOKEN_INVALID.error()
            return found

    def _fetch(self, now: float, *, needed: bool) -> None:
        try:
            self._keys = self._provider.keys()
            self._fetched_at = now
        except ConcordError:
            if self._fetched_at is None:
                self._tried_at = None  # nothing is known yet: the next request may ask at once
            if needed:
                raise
