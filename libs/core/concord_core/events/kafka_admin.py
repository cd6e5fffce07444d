"""Makes the broker's topics and access control what the agreement says. Repeats change nothing.

Run by the broker's administrator (`concord agreement apply`, the stack, the tests) over the internal listener, never by
a service. What the agreement does not give is removed at once; topics are never removed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ConfigResource,
    ConfigResourceType,
    KafkaAdminClient,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
)
from kafka.errors import KafkaError

from concord_core.agreement import Acl
from concord_core.events.log import LogUnavailableError
from concord_core.events.topics import PARTITIONS

IN_FORCE_SECONDS = 15.0

_OPERATIONS = {"read": ACLOperation.READ, "write": ACLOperation.WRITE}
_RESOURCES = {"topic": ResourceType.TOPIC, "group": ResourceType.GROUP}
_PATTERNS = {False: ACLResourcePatternType.LITERAL, True: ACLResourcePatternType.PREFIXED}
_TOPIC = ConfigResourceType.TOPIC
_SETTINGS = {
    # Facts are kept for ever, so that every projection can be filled again; a broker's own default is a week.
    "retention.ms": "-1",
    "retention.bytes": "-1",
    "cleanup.policy": "delete",
    # Readers believe keys at the broker's time, and cannot unpack what another node's client packed in its own way.
    "message.timestamp.type": "LogAppendTime",
    "compression.type": "uncompressed",
}


@dataclass(frozen=True)
class Changes:
    """What an apply did, or a plan would do."""

    topics: tuple[str, ...]
    settings: tuple[str, ...]
    """Topics whose settings are not ours: made by an earlier version, or altered by hand."""
    granted: tuple[Acl, ...]
    removed: tuple[Acl, ...]


def plan(bootstrap: str, username: str, password: str, *, topics: Iterable[str], acls: Sequence[Acl]) -> Changes:
    """What `apply` would change. Raises LogUnavailableError when the broker cannot be asked."""
    with _administrator(bootstrap, username, password) as admin:
        return _changes(admin, topics, acls)


def apply(bootstrap: str, username: str, password: str, *, topics: Iterable[str], acls: Sequence[Acl]) -> Changes:
    """Brings the broker to these topics and permissions; returns what changed. Errors as `plan`."""
    with _administrator(bootstrap, username, password) as admin:
        changes = _changes(admin, topics, acls)
        if changes.granted and admin.create_acls([_entry(acl) for acl in changes.granted])["failed"]:
            raise LogUnavailableError("the broker did not take the access list")
        if changes.removed:
            admin.delete_acls([_entry(acl) for acl in changes.removed])
        _wait(lambda: set(_present(admin)) == set(acls), "access list")
        if changes.topics:
            new = {topic: {"num_partitions": PARTITIONS, "configs": _SETTINGS} for topic in changes.topics}
            admin.create_topics(new, wait_for_metadata=True)
        if changes.settings:
            admin.alter_configs([ConfigResource(_TOPIC, topic, _SETTINGS) for topic in changes.settings])
            _wait(lambda: not _otherwise_set(admin, changes.settings), "settings of the topics")
        return changes


def _wait(in_force: Callable[[], bool], what: str) -> None:
    """The controller answers before the broker has heard: waits until it has."""
    end = time.monotonic() + IN_FORCE_SECONDS
    while not in_force():
        if time.monotonic() > end:
            raise LogUnavailableError(f"the broker did not take the {what} over in time")
        time.sleep(0.02)


@contextmanager
def _administrator(bootstrap: str, username: str, password: str) -> Iterator[Any]:
    try:
        with closing(
            KafkaAdminClient(
                bootstrap_servers=bootstrap.split(","),
                security_protocol="SASL_PLAINTEXT",
                sasl_mechanism="PLAIN",
                sasl_plain_username=username,
                sasl_plain_password=password,
                bootstrap_timeout_ms=10_000,
            )
        ) as admin:
            yield admin
    except KafkaError as error:
        raise LogUnavailableError(f"the broker's administration failed: {type(error).__name__}") from error


def _changes(admin: Any, topics: Iterable[str], acls: Sequence[Acl]) -> Changes:
    existing, wanted = set(admin.list_topics()), tuple(topics)
    now = set(_present(admin))
    return Changes(
        topics=tuple(topic for topic in wanted if topic not in existing),
        settings=_otherwise_set(admin, [topic for topic in wanted if topic in existing]),
        granted=tuple(sorted(set(acls) - now)),
        removed=tuple(sorted(now - set(acls))),
    )


def _otherwise_set(admin: Any, topics: Sequence[str]) -> tuple[str, ...]:
    if not topics:
        return ()
    asked = [ConfigResource(_TOPIC, topic, list(_SETTINGS)) for topic in topics]
    found = admin.describe_configs(asked, config_filter="all")["topic"]
    return tuple(topic for topic in topics if {name: one["value"] for name, one in found[topic].items()} != _SETTINGS)


def _present(admin: Any) -> Iterator[Acl]:
    """The entries of principals that are ours to give: topics and groups, reading and writing."""
    everything = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
    found, _ = admin.describe_acls(ACLFilter(None, None, ACLOperation.ANY, ACLPermissionType.ANY, everything))
    operations = {value: name for name, value in _OPERATIONS.items()}
    for entry in found:
        pattern = entry.resource_pattern
        operation = operations.get(entry.operation)
        prefixed = pattern.pattern_type == ACLResourcePatternType.PREFIXED
        principal = entry.principal.removeprefix("User:")
        if operation == "read" and pattern.resource_type == ResourceType.GROUP:
            yield Acl(principal, "group", pattern.resource_name, prefixed, "read")
        elif operation is not None and pattern.resource_type == ResourceType.TOPIC:
            yield Acl(principal, "topic", pattern.resource_name, prefixed, "read" if operation == "read" else "write")


def _entry(acl: Acl) -> Any:
    pattern = ResourcePattern(_RESOURCES[acl.resource], acl.name, _PATTERNS[acl.prefixed])
    operation = _OPERATIONS[acl.operation]
    return ACL(f"User:{acl.principal}", "*", operation, ACLPermissionType.ALLOW, pattern)
