"""Who a token says its bearer is. The same rules for HTTP and gRPC, for every issuer.

A token is believed only if the issuer is exactly ours, this service is among its audiences, it is an access token
(`typ` `at+jwt`) signed by a current key of the issuer, it has not ended, and

* a person belongs to exactly one organization, which is an agency of the agreement hosted here, and signed in through
  that agency's own identity provider;
* a service names the node that the agreement gives its client id.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from concord_core.agreement import SERVICES, Agreement
from concord_core.errors import ConcordError
from concord_core.identity.errors import (
    NODE_CLAIM,
    NOT_HOSTED,
    TOKEN_AUDIENCE,
    TOKEN_EXPIRED,
    TOKEN_INVALID,
    TOKEN_ORGANIZATION,
    TOKEN_PROVIDER,
)
from concord_core.identity.jose import Claims, verified
from concord_core.identity.principal import PEER_ROLE, Principal
from concord_core.identity.provider import JwksCache

LEEWAY_SECONDS: Final = 5
ACCESS_TOKEN_TYPES: Final = ("at+jwt",)
ID_TOKEN_TYPES: Final = ("jwt",)
LOGOUT_TOKEN_TYPES: Final = ("logout+jwt", "jwt")


class TokenVerifier:
    """Verifies tokens for one client of one node. Safe for threads."""

    def __init__(
        self,
        issuer: str,
        audience: str,
        jwks: JwksCache,
        agreement: Agreement,
        node: str,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._jwks = jwks
        self._agreement = agreement
        self._node = node
        self._now = now
        service = agreement.client(audience).service
        # The front serves every agency of its node; a service those that it hosts.
        self._service = service if service in SERVICES else None

    @property
    def audience(self) -> str:
        """The client id that tokens for this service name."""
        return self._audience

    def verify(self, token: str) -> Principal:
        """The bearer of an access token. Raises one of the errors of `identity.errors`; nothing is half believed."""
        claims = self.claims(token, types=ACCESS_TOKEN_TYPES)
        subject = _text(claims, "sub")
        roles = self._roles(claims)
        is_service = "client_id" in claims
        if is_service and "organization" in claims:
            raise TOKEN_INVALID.error()
        return self._service_account(claims, roles) if is_service else self._person(claims, subject, roles)

    def acting(self, principal: Principal, agency: str) -> Principal:
        """The calling service as it acts for `agency`; NOT_HOSTED unless the agreement places that agency there."""
        caller = self._agreement.client(principal.subject)
        if principal.kind != "service" or not self._agreement.hosts(caller.node, agency, caller.service):
            raise NOT_HOSTED.error()
        return replace(principal, agency=agency)

    def hosted_here(self, agency: str) -> bool:
        """Whether this service holds the records of that agency."""
        return self._agreement.hosts(self._node, agency, self._service)

    def claims(self, token: str, *, types: tuple[str, ...]) -> Claims:
        """Claims of any token of our issuer for us: signature, issuer, audience and time are checked, no more."""
        claims = verified(token, self._jwks.key, types=types)
        if claims.get("iss") != self._issuer:
            raise TOKEN_INVALID.error()
        audience = claims.get("aud")
        named = [audience] if isinstance(audience, str) else audience
        if not isinstance(named, list) or self._audience not in named:
            raise TOKEN_AUDIENCE.error()
        now = self._now()
        expires, issued = _moment(claims, "exp"), _moment(claims, "iat")
        if now >= expires + LEEWAY_SECONDS:
            raise TOKEN_EXPIRED.error()
        starts = _moment(claims, "nbf") if "nbf" in claims else issued
        if max(starts, issued) > now + LEEWAY_SECONDS:
            raise TOKEN_INVALID.error()
        return claims

    def _person(self, claims: Claims, subject: str, roles: frozenset[str]) -> Principal:
        organization = claims.get("organization")
        if not isinstance(organization, dict) or len(organization) != 1:
            raise TOKEN_ORGANIZATION.error()
        slug = str(next(iter(organization)))
        try:
            agency = self._agreement.agency(slug)
        except ConcordError:
            raise TOKEN_ORGANIZATION.error() from None
        if claims.get("idp") != agency.identity_provider:
            raise TOKEN_PROVIDER.error()
        if not self.hosted_here(slug):
            raise NOT_HOSTED.error()
        name = claims.get("name")
        return Principal(
            kind="person",
            subject=subject,
            agency=slug,
            roles=roles - {PEER_ROLE},
            name=name if isinstance(name, str) else "",
        )

    def _service_account(self, claims: Claims, roles: frozenset[str]) -> Principal:
        client_id, node = _text(claims, "client_id"), _text(claims, "node")
        try:
            caller = self._agreement.client(client_id)
        except ConcordError:
            raise NODE_CLAIM.error() from None
        if caller.node != node or claims.get("azp", client_id) != client_id or caller.service not in SERVICES:
            raise NODE_CLAIM.error()
        return Principal(kind="service", subject=client_id, agency=None, roles=roles & {PEER_ROLE}, node=node)

    def _roles(self, claims: Claims) -> frozenset[str]:
        """Roles at this service; the front has none of its own and takes those at the services of its node."""
        clients = [self._audience]
        if self._service is None:
            clients = [endpoint.client_id for endpoint in self._agreement.node(self._node).services.values()]
        access = claims.get("resource_access")
        found: set[str] = set()
        for client in clients:
            given = access.get(client) if isinstance(access, dict) else None
            roles = given.get("roles") if isinstance(given, dict) else None
            found |= {role for role in roles if isinstance(role, str)} if isinstance(roles, list) else set()
        return frozenset(found)


def _text(claims: Claims, name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value or len(value) > 255:
        raise TOKEN_INVALID.error()
    return value


def _moment(claims: Claims, name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TOKEN_INVALID.error()
    return value
