"""The event logs to which `concord agreement plan` and `apply` bring a version: Kafka, and the embedded one.

Each is named on the command line with the operator's settings file: `--target kafka=FILE`.
"""

from collections.abc import Sequence
from pathlib import Path

from concord_core.agreement import Acl, Agreement
from concord_core.agreement.targets import Change
from concord_core.events import embedded_admin, kafka_admin
from concord_core.identity.admin.settings import Administration, EmbeddedLogSection, KafkaSection, needed, read_secret


class KafkaTarget:
    """Topics and access control of the broker."""

    def __init__(self, section: KafkaSection) -> None:
        self._section = section

    def plan(self, agreement: Agreement) -> Sequence[Change]:
        return _changes(kafka_admin.plan(*self._where(), topics=agreement.topics(), acls=agreement.acls()))

    def apply(self, agreement: Agreement) -> Sequence[Change]:
        return _changes(kafka_admin.apply(*self._where(), topics=agreement.topics(), acls=agreement.acls()))

    def _where(self) -> tuple[str, str, str]:
        section = self._section
        return section.bootstrap, section.user, read_secret(section.password)


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
        return read_secret(self._section.administrator)


def kafka(config: Path) -> KafkaTarget:
    """The target of the settings' section `kafka`."""
    return KafkaTarget(needed(Administration.load(config).kafka, "kafka"))


def embedded(config: Path) -> EmbeddedTarget:
    """The target of the settings' section `embedded`."""
    return EmbeddedTarget(needed(Administration.load(config).embedded, "embedded"))


def _changes(changes: kafka_admin.Changes) -> list[Change]:
    return [
        *(Change("add", "topic", topic) for topic in changes.topics),
        *(Change("change", "topic settings", topic) for topic in changes.settings),
        *(Change("add", "acl", _acl(acl)) for acl in changes.granted),
        *(Change("remove", "acl", _acl(acl)) for acl in changes.removed),
    ]


def _acl(acl: Acl) -> str:
    return f"{acl.principal} {acl.operation} {acl.resource} {acl.name}{'*' if acl.prefixed else ''}"
