"""Who exists at the loopback issuer, people and clients, and what a token says of them: the claims of Keycloak."""

import hmac
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from jwcrypto.jwk import JWK

from concord_core.agreement import SERVICES, Agreement
from concord_core.identity.loopback.settings import Client, Person
from concord_core.identity.principal import PEER_ROLE
from concord_core.identity.tokens import scope_for

CLI_CLIENT: Final = "concord-cli"
"""The public client of people's own programs: code flow with PKCE, redirect to any port of this machine."""
_NAMESPACE: Final = uuid.UUID("6f0f2b1e-52a4-5f0e-9a53-0f8c1d8f3a11")


@dataclass(frozen=True)
class Directory:
    """People and clients, checked against the agreement."""

    agreement: Agreement
    people: tuple[Person, ...]
    clients: tuple[Client, ...]

    def __post_init__(self) -> None:
        """ValueError for a person of no agency, or a client that the agreement does not know."""
        known = {agency.slug for agency in self.agreement.agencies}
        if strange := {person.agency for person in self.people} - known:
            raise ValueError(f"people of agencies that are not in the agreement: {', '.join(sorted(strange))}")
        for client in self.clients:
            if self.agreement.clients.get(client.client_id) != (client.node, client.service):
                raise ValueError(f"client {client.client_id} is not what the agreement says")

    def person(self, user: str) -> Person | None:
        """The person of that id."""
        return next((person for person in self.people if person.user == user), None)

    def client(self, client_id: str) -> Client | None:
        """The confidential client of that id."""
        return next((client for client in self.clients if client.client_id == client_id), None)

    def may_redirect(self, client_id: str, redirect_uri: str) -> bool:
        """Whether the address is one of the client's; the public client's may have any port (RFC 8252, 7.3)."""
        client = self.client(client_id)
        if client is not None:
            return redirect_uri in client.redirect_uris
        parts = urlsplit(redirect_uri)
        plain = parts.scheme == "http" and not parts.query and not parts.fragment and "@" not in parts.netloc
        return client_id == CLI_CLIENT and plain and parts.hostname in ("127.0.0.1", "::1")

    def person_claims(self, person: Person, client_id: str, scopes: frozenset[str]) -> dict[str, Any]:
        """Claims of a person's access token for that client, with the audiences that its scopes ask for.

        As at Keycloak, a service where the person has no role is left out of the audiences.
        """
        agency = self.agreement.agency(person.agency)
        access = {
            reached.client_id: {"roles": list(person.roles[reached.service])}
            for reached in self._reached(client_id, scopes)
            if person.roles.get(reached.service)
        }
        client = self.client(client_id)
        own = [client_id] if client is not None and client.service not in SERVICES else []
        claims: dict[str, Any] = {
            "aud": sorted({*access, *own}),
            "azp": client_id,
            "name": person.name,
            "organization": {
                person.agency: {
                    "id": str(uuid.uuid5(_NAMESPACE, person.agency)),
                    "entity": [agency.entity],
                    "domain": [agency.domain],
                }
            },
            "resource_access": access,
        }
        if agency.identity_provider is not None:
            claims["idp"] = agency.identity_provider
        return claims

    def service_claims(self, client: Client, audience: str) -> dict[str, Any]:
        """Claims of a service's own access token for one audience: a client of the agreement, or the broker."""
        claims: dict[str, Any] = {
            "aud": audience,
            "azp": client.client_id,
            "client_id": client.client_id,
            "node": client.node,
        }
        if audience in self.agreement.clients:
            claims["resource_access"] = {audience: {"roles": [PEER_ROLE]}}
        return claims

    def _reached(self, client_id: str, scopes: frozenset[str]) -> Iterable[Client]:
        """Services for which a person's token is made: a service's own if asked for; all for front and programs."""
        client = self.client(client_id)
        if client is not None and client.service in SERVICES:
            return [client] if scope_for(client_id) in scopes else []
        return [c for c in self.clients if c.service in SERVICES and (client is None or c.node == client.node)]

    def public_key(self, client: Client) -> JWK:
        """The key with which the client proves itself."""
        return JWK(**client.jwk)


def same(left: str, right: str) -> bool:
    """Compares secrets in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())
