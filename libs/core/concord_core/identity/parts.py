"""Puts a service's identity together from its settings."""

from dataclasses import dataclass

from fastapi import APIRouter, FastAPI

from concord_core.agreement import Agreement
from concord_core.config import ServiceSettings
from concord_core.identity.gate import Gate
from concord_core.identity.policy import PolicyTable
from concord_core.identity.provider import JwksCache, Provider
from concord_core.identity.sessions import SessionStore
from concord_core.identity.signin import signin_router
from concord_core.identity.staff import StaffSessions
from concord_core.identity.tokens import ClientProof
from concord_core.identity.verifier import TokenVerifier
from concord_core.storage import Database
from concord_core.vault import KeyService, SealedBox


@dataclass(frozen=True)
class IdentityParts:
    """Everything by which one service knows who asks."""

    verifier: TokenVerifier
    gate: Gate
    router: APIRouter

    def install(self, app: FastAPI) -> None:
        """Puts the gate before the app's routes; the router is among the app's routers already."""
        self.gate.install(app)


def identity_parts(
    settings: ServiceSettings,
    agreement: Agreement,
    keys: KeyService,
    app_db: Database,
    policy: PolicyTable,
    staff_prefix: str,
) -> IdentityParts:
    """The parts of the service that the settings' client id names in the agreement."""
    provider = Provider(settings.identity.issuer)
    client_id = settings.identity.client_id
    verifier = TokenVerifier(settings.identity.issuer, client_id, JwksCache(provider), agreement, settings.node)
    staff = StaffSessions(
        settings,
        name=agreement.client(client_id).service,
        prefix=staff_prefix,
        store=SessionStore(app_db, keys),
        box=SealedBox(keys.node_key("staff-signin")),
        verifier=verifier,
        provider=provider,
        proof=ClientProof(settings.identity),
    )
    return IdentityParts(verifier, Gate(policy, verifier, staff), signin_router(staff))
