"""The systems to which `concord agreement plan` and `apply` bring a version: Keycloak, Kafka, the embedded log.

Each is named on the command line with the operator's settings file: `--target keycloak=FILE`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from concord_core.agreement import Acl, Agreement
from concord_core.agreement.targets import Change
from concord_core.config.load import SettingsError
from concord_core.events import embedded_admin, kafka_admin
from concord_core.identity.admin.compare import differs
from concord_core.identity.admin.keycloak import KeycloakAdministration
from concord_core.identity.admin.port import ServiceClient
from concord_core.identity.admin.realm import Realm
from concord_core.identity.admin.services import ours, settings_of
from concord_core.identity.admin.settings import Administration, EmbeddedLogSection, KafkaSection, KeycloakSection

S = TypeVar("S")


class KeycloakTarget:
    """Service clients with their roles, scopes and permissions towards each other."""

    def __init__(self, section: KeycloakSection) -> None:
        self._section = section

    def plan(self, agreement: Agreement) -> Sequence[Change]:
        """Which clients come, go, or have other settings; their roles and scopes follow from the agreement."""
        realm = Realm(self._section.access(), self._section.realm, [])
        there = ours(realm)
        wanted = {client.client_id: client for client in self._clients(agreement)}
        found = [Change("add", "client", name) for name in sorted(wanted.keys() - there.keys())]
        found += [Change("remove", "client", name) for name in sorted(there.keys() - wanted.keys())]
        for name in sorted(wanted.keys() & there.keys()):
            if differs(there[name], settings_of(wanted[name])):
                found.append(Change("change", "client", name))
        return found

    def apply(self, agreement: Agreement) -> Sequence[Change]:
        administration = KeycloakAdministration(self._section.access())
        lines = administration.prepare() + administration.apply_clients(agreement, self._clients(agreement))
        return [Change("change", "identity", line) for line in lines]

    def _clients(self, agreement: Agreement) -> list[ServiceClient]:
        """Those of the settings that the agreement knows: a node whose agencies have all left has none."""
        return [one for one in self._section.service_clients() if one.client_id in agreement.clients]


class KafkaTarget:
    """Topics and access control of the broker."""

    def __init__(self, section: KafkaSection) -> None:
        self._section = section

    def plan(self, agreement: Agreement) -> Sequence[Change]:
        return _log_changes(kafka_admin.plan(*self._where(), topics=agreement.topics(), acls=agreement.acls()))

    def apply(self, agreement: Agreement) -> Sequence[Change]:
        return _log_changes(kafka_admin.apply(*self._where(), topics=agreement.topics(), acls=agreement.acls()))

    def _where(self) -> tuple[str, str, str]:
        section = self._section
        return section.bootstrap, section.user, section.password.read_text(encoding="utf-8").strip()


class EmbeddedTarget:
    """Topics and permissions of the embedded log."""

    def __init__(self, section: EmbeddedLogSection) -> None:
        self._section = section

    def plan(self, agreement: Agreement) -> Sequence[Change]:
        section, administrator = self._section, self._administrator()
        topics, acls = embedded_admin.current(administrator, section.database)
        found = [Change("add", "topic", topic) for topic in agreement.topics() if topic not in topics]
        wanted = set(agreement.acls())
        found += [Change("add", "acl", _acl(acl)) for acl in sorted(wanted - acls)]
        return found + [Change("remove", "acl", _acl(acl)) for acl in sorted(acls - wanted)]

    def apply(self, agreement: Agreement) -> Sequence[Change]:
        changes = self.plan(agreement)
        embedded_admin.apply(
            self._administrator(),
            self._section.database,
            self._section.passwords,
            topics=agreement.topics(),
            acls=agreement.acls(),
        )
        return changes

    def _administrator(self) -> str:
        return self._section.administrator.read_text(encoding="utf-8").strip()


def keycloak(config: Path) -> KeycloakTarget:
    """The target of the settings' section `keycloak`."""
    return KeycloakTarget(_needed(Administration.load(config).keycloak, "keycloak"))


def kafka(config: Path) -> KafkaTarget:
    """The target of the settings' section `kafka`."""
    return KafkaTarget(_needed(Administration.load(config).kafka, "kafka"))


def embedded(config: Path) -> EmbeddedTarget:
    """The target of the settings' section `embedded`."""
    return EmbeddedTarget(_needed(Administration.load(config).embedded, "embedded"))


def _needed(section: S | None, name: str) -> S:
    if section is None:
        raise SettingsError(f"the administration file has no section {name}")
    return section


def _log_changes(changes: kafka_admin.Changes) -> list[Change]:
    return [
        *(Change("add", "topic", topic) for topic in changes.topics),
        *(Change("change", "topic settings", topic) for topic in changes.settings),
        *(Change("add", "acl", _acl(acl)) for acl in changes.granted),
        *(Change("remove", "acl", _acl(acl)) for acl in changes.removed),
    ]


def _acl(acl: Acl) -> str:
    return f"{acl.principal} {acl.operation} {acl.resource} {acl.name}{'*' if acl.prefixed else ''}"
