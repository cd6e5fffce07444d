"""Real Kafka with real Keycloak's tokens: who may write, read and join what; what a restart needs."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from concord_core.agreement.domain import topic_parts
from concord_core.config import IdentitySettings
from concord_core.events.ids import uuid7
from concord_core.events.kafka import KafkaLog
from concord_core.events.kafka_admin import Changes
from concord_core.events.log import LogError, NotAuthorisedError, TokenRefusedError
from concord_core.events.model import Record
from concord_core.events.records import Event, encode
from concord_core.identity.tokens import ServiceTokens
from concord_core.vault import FileKeyring
from concord_stack.full import FullStack
from concord_stack.kafka import Kafka
from concord_stack.process import StartError

OpenLog = Callable[[str], KafkaLog]


def tokens(stack: FullStack, client_id: str) -> ServiceTokens:
    node, _, service = client_id.partition("-")
    key = stack.node(node).client_key(service)
    return ServiceTokens(IdentitySettings(issuer=stack.issuer, client_id=client_id, client_key=key))


@pytest.fixture
def open_log(full_infra: FullStack) -> Iterator[OpenLog]:
    """Logs of a service with its own tokens, closed at the end."""
    opened: list[KafkaLog] = []

    def open_one(client_id: str) -> KafkaLog:
        own = tokens(full_infra, client_id)
        opened.append(KafkaLog(full_infra.kafka.access.bootstrap, lambda: own.token("kafka"), client_id))
        return opened[-1]

    yield open_one
    for log in opened:
        log.close()


def fact(stack: FullStack, topic: str) -> Record:
    """A fact that the agency's own node signed, of a type that no service knows: those that read it skip it. What
    these tests leave on the topics so hinders nothing that runs on the same servers later."""
    service, agency = topic_parts(topic)
    node = stack.signed.agreement.agency(agency).nodes[service]
    identity = str(uuid7())
    event = Event(identity, topic, identity, f"concord.{service}.v1.Probe", 1, agency, datetime.now(UTC), b"", None)
    return encode(event, FileKeyring(stack.node(node).keyring), node=node, service=service)


def published(stack: FullStack, log: KafkaLog, topic: str) -> LogError | None:
    return log.publish([fact(stack, topic)])[0]


def test_a_node_writes_the_topics_of_the_agencies_that_it_hosts(full_infra: FullStack, open_log: OpenLog) -> None:
    assert published(full_infra, open_log("unfpa-assistance"), "concord.assistance.unfpa.v1") is None
    assert published(full_infra, open_log("hub-assistance"), "concord.assistance.unicef.v1") is None


@pytest.mark.parametrize(
    ("client_id", "topic"),
    [
        ("unfpa-assistance", "concord.assistance.unicef.v1"),
        ("unfpa-assistance", "concord.intake.unfpa.v1"),
        ("hub-assistance", "concord.assistance.unfpa.v1"),
        ("hub-intake", "concord.screening.unicef.v1"),
    ],
)
def test_it_writes_no_other_topic(full_infra: FullStack, open_log: OpenLog, client_id: str, topic: str) -> None:
    assert isinstance(published(full_infra, open_log(client_id), topic), NotAuthorisedError)


def test_it_reads_what_a_flow_leads_to_it(full_infra: FullStack, open_log: OpenLog) -> None:
    sent = fact(full_infra, "concord.assistance.unicef.v1")
    assert open_log("hub-assistance").publish([sent]) == [None]
    reader = open_log("unfpa-assistance")
    reader.subscribe("concord.unfpa.assistance.test", ["concord.assistance.unicef.v1"])
    end, keys = time.monotonic() + 60, set[bytes]()
    while sent.key not in keys and time.monotonic() < end:
        keys |= {one.key for one in reader.poll(100, 0.5)}
    assert sent.key in keys


@pytest.mark.parametrize("topic", ["concord.screening.unicef.v1", "concord.intake.unicef.v1"])
def test_it_reads_nothing_without_a_flow(open_log: OpenLog, topic: str) -> None:
    reader = open_log("unfpa-assistance")
    with pytest.raises(NotAuthorisedError):  # noqa: PT012 - it may come at either call
        reader.subscribe("concord.unfpa.assistance.test-refused", [topic])
        for _ in range(20):
            reader.poll(10, 0.5)


def test_it_joins_no_group_of_another_node(full_infra: FullStack, open_log: OpenLog) -> None:
    reader = open_log("unfpa-assistance")
    with pytest.raises(NotAuthorisedError):  # noqa: PT012 - it may come at either call
        reader.subscribe("concord.hub.assistance.referrals", ["concord.assistance.unfpa.v1"])
        for _ in range(20):
            reader.poll(10, 0.5)


def test_a_token_for_a_service_does_not_open_the_broker(full_infra: FullStack) -> None:
    own = tokens(full_infra, "hub-assistance")
    log = KafkaLog(full_infra.kafka.access.bootstrap, lambda: own.token("hub-intake"), "hub-assistance")
    assert isinstance(published(full_infra, log, "concord.assistance.unicef.v1"), TokenRefusedError)
    log.close()


def test_without_keycloak_the_broker_serves_but_does_not_start(full_infra: FullStack) -> None:
    own = tokens(full_infra, "hub-intake")
    token = own.token("kafka")
    access = full_infra.kafka.access
    full_infra.keycloak.stop()
    try:
        new_connection = KafkaLog(access.bootstrap, lambda: token, "hub-intake")
        assert published(full_infra, new_connection, "concord.intake.unicef.v1") is None
        new_connection.close()
        folder = full_infra.folder / "lonely-broker"
        realm = full_infra.access.realm
        issuer, jwks = full_infra.keycloak.access.issuer(realm), full_infra.keycloak.access.jwks(realm)
        lonely = Kafka(folder, issuer, jwks, folder / "logs")
        with pytest.raises(StartError):
            lonely.start()
        lonely.stop()
    finally:
        full_infra.keycloak.start()


def test_a_restarted_broker_has_everything(full_infra: FullStack, open_log: OpenLog) -> None:
    assert published(full_infra, open_log("hub-intake"), "concord.intake.unicef.v1") is None
    full_infra.kafka.stop()
    full_infra.kafka.start()
    assert published(full_infra, open_log("hub-intake"), "concord.intake.unicef.v1") is None
    assert isinstance(published(full_infra, open_log("hub-intake"), "concord.screening.unicef.v1"), NotAuthorisedError)
    changes = full_infra.apply_agreement()
    assert changes == Changes(topics=(), settings=(), granted=(), removed=())
