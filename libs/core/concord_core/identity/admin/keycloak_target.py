"""Keycloak, as a system to which `concord agreement plan` and `apply` bring a version: `--target keycloak=FILE`."""

from collections.abc import Sequence
from pathlib import Path

from concord_core.agreement import Agreement
from concord_core.agreement.targets import Change
from concord_core.identity.admin.access import AdminAccess
from concord_core.identity.admin.compare import differs
from concord_core.identity.admin.keycloak import KeycloakAdministration
from concord_core.identity.admin.port import ServiceClient
from concord_core.identity.admin.realm import Realm
from concord_core.identity.admin.services import ours, settings_of
from concord_core.identity.admin.settings import Administration, KeycloakSection, needed


class KeycloakTarget:
    """Service clients with their roles, scopes and permissions towards each other."""

    def __init__(self, section: KeycloakSection) -> None:
        self._section = section

    def plan(self, agreement: Agreement) -> Sequence[Change]:
        """Which clients come, go, or have other settings; their roles and scopes follow from the agreement."""
        realm = Realm(AdminAccess.of(self._section).open(self._section.realm), self._section.realm, [])
        there = ours(realm)
        wanted = {client.client_id: client for client in self._clients(agreement)}
        found = [Change("add", "client", name) for name in sorted(wanted.keys() - there.keys())]
        found += [Change("remove", "client", name) for name in sorted(there.keys() - wanted.keys())]
        for name in sorted(wanted.keys() & there.keys()):
            if differs(there[name], settings_of(wanted[name])):
                found.append(Change("change", "client", name))
        return found

    def apply(self, agreement: Agreement) -> Sequence[Change]:
        administration = KeycloakAdministration(AdminAccess.of(self._section))
        lines = administration.prepare() + administration.apply_clients(agreement, self._clients(agreement))
        return [Change("change", "identity", line) for line in lines]

    def _clients(self, agreement: Agreement) -> list[ServiceClient]:
        """Those of the settings that the agreement knows: a node whose agencies have all left has none."""
        return [one for one in self._section.service_clients() if one.client_id in agreement.clients]


def keycloak(config: Path) -> KeycloakTarget:
    """The target of the settings' section `keycloak`."""
    return KeycloakTarget(needed(Administration.load(config).keycloak, "keycloak"))
