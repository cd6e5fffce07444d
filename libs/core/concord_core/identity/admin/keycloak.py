"""The identity port on Keycloak, by its administration interface."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from concord_core.agreement import Agency, Agreement
from concord_core.identity.admin import agencies, hub, services
from concord_core.identity.admin.access import AdminAccess
from concord_core.identity.admin.hub_accounts import ensure_hub_account
from concord_core.identity.admin.port import Changes, HubAccount, Joined, Provider, ServiceClient
from concord_core.identity.admin.realm import Realm


class KeycloakAdministration:
    """One hub realm, with one login for all that is done. Not to be shared between threads."""

    def __init__(self, access: AdminAccess) -> None:
        self._access = access

    @cached_property
    def _admin(self) -> Any:
        return self._access.open(self._access.realm)

    def _realm(self) -> Realm:
        return Realm(self._admin, self._access.realm, [])

    def prepare(self) -> Changes:
        realm = self._realm()
        hub.prepare(realm)
        return realm.changes

    def apply_clients(self, agreement: Agreement, clients: Sequence[ServiceClient]) -> Changes:
        realm = self._realm()
        services.apply_clients(realm, agreement, clients)
        return realm.changes

    def onboard(self, agency: Agency, agreement: Agreement, provider: Provider | None) -> Changes:
        realm = self._realm()
        agencies.onboard(realm, agency, agreement, provider)
        return realm.changes

    def add_hub_account(self, agency: Agency, agreement: Agreement, account: HubAccount) -> Changes:
        realm = self._realm()
        ensure_hub_account(realm, agency, agreement, account)
        return realm.changes

    def offboard(self, slug: str) -> Changes:
        realm = self._realm()
        agencies.offboard(realm, slug)
        return realm.changes

    def sign_out(self, slug: str) -> int:
        realm = self._realm()
        organization = agencies.find(realm, slug)
        people = agencies.members(realm, organization["id"]) if organization is not None else []
        for person in people:
            realm.admin.user_logout(person["id"])
        return len(people)

    def joined(self) -> tuple[Joined, ...]:
        return agencies.joined(self._realm())
