"""What Concord needs from whoever keeps people and clients: the port, and what is said through it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from concord_core.agreement import Agency, Agreement

Changes = list[str]
"""What a call changed, one line per change; empty when everything already was as it should be."""


@dataclass(frozen=True)
class ServiceClient:
    """A service of a node as a client of the hub.

    `keys` are its public keys (JWK, ES256): two during a rotation. `staff_url` is the address of its staff pages,
    under which it signs people in; None for a service that signs nobody in.
    """

    client_id: str
    node: str
    service: str
    keys: tuple[Mapping[str, Any], ...]
    staff_url: str | None = None


@dataclass(frozen=True)
class Provider:
    """An agency's own login (OpenID Connect): its issuer, and the hub's client there."""

    issuer: str
    authorization_url: str
    token_url: str
    jwks_url: str
    logout_url: str
    client_id: str
    client_secret: str

    @classmethod
    def keycloak(cls, issuer: str, client_id: str, client_secret: str) -> "Provider":
        """An agency whose login is a Keycloak realm itself."""
        base = f"{issuer}/protocol/openid-connect"
        return cls(issuer, f"{base}/auth", f"{base}/token", f"{base}/certs", f"{base}/logout", client_id, client_secret)


@dataclass(frozen=True)
class Joined:
    """An agency as the hub knows it. `problems` say what makes its login unsafe, in words for the operator."""

    agency: str
    enabled: bool
    provider: str | None
    people: int
    problems: tuple[str, ...]


@dataclass(frozen=True)
class HubAccount:
    """A person who signs in at the hub itself. `roles` are names like `reporting.publisher`; with `code_secret` the
    person already has a code generator that holds it, without one they set up theirs at the first sign-in."""

    user: str
    email: str
    given: str
    family: str
    roles: tuple[str, ...]
    code_secret: str | None = None


class IdentityAdmin(Protocol):
    """The hub's people and clients. Every call may be repeated."""

    def prepare(self) -> Changes:
        """The realm itself: limits of sessions and tokens, flows, profile, shared scopes."""

    def apply_clients(self, agreement: Agreement, clients: Sequence[ServiceClient]) -> Changes:
        """Exactly these service clients, with their roles, scopes and permissions towards each other."""

    def onboard(self, agency: Agency, agreement: Agreement, provider: Provider | None) -> Changes:
        """The agency's organization and, if it has one, its own login with the roles that it may give."""

    def add_hub_account(self, agency: Agency, agreement: Agreement, account: HubAccount) -> Changes:
        """A person of an agency that has no login of its own."""

    def offboard(self, slug: str) -> Changes:
        """Ends the agency's membership: its login first, then its organization with its people."""

    def sign_out(self, slug: str) -> int:
        """Ends every session of an agency's people at once; returns how many people that were."""

    def joined(self) -> tuple[Joined, ...]:
        """Every agency of the hub, with what is unsafe about it."""
