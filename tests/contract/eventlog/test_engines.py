"""What is special about each engine: how a broker refuses, and what the log's database keeps from its clients."""

import json
import shutil
import signal
import subprocess
import threading
import time
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from concord_core.events.kafka import KafkaLog
from concord_core.events.log import LogError, LogUnavailableError, NotAuthorisedError, TokenRefusedError
from concord_core.events.topics import group_name, topic_name
from concord_core.identity.errors import ISSUER_UNAVAILABLE
from tests.contract.eventlog.hub import Counting, Hub, letters, running, wait_for
from tests.contract.eventlog.test_belief import genuine
from tests.contract.eventlog.test_log import read, records
from tests.support.counting.service import subscription
from tests.support.engines import EmbeddedEngine, KafkaEngine
from tests.support.exchange import Exchange, make_exchange


@pytest.fixture
def on_kafka(kafka_engine: KafkaEngine, tmp_path: Path) -> Exchange:
    made = make_exchange(tmp_path)
    kafka_engine.apply(made.topics, made.acls)
    return made


@pytest.fixture
def on_embedded(embedded_engine: EmbeddedEngine, tmp_path: Path) -> Exchange:
    made = make_exchange(tmp_path)
    embedded_engine.apply(made.topics, made.acls)
    return made


def kcat(engine: KafkaEngine, *arguments: str | bytes, content: bytes = b"") -> bytes:
    """What an independent client of the broker's administrator says."""
    program = shutil.which("kcat")
    assert program is not None, "kcat is missing: apt-get install kcat"
    access = ["-b", engine.access.internal, "-X", "security.protocol=SASL_PLAINTEXT", "-X", "sasl.mechanism=PLAIN"]
    access += ["-X", "sasl.username=administrator", "-X", f"sasl.password={engine.access.password}"]
    return subprocess.run(
        [program, *access, *arguments], input=content, capture_output=True, timeout=60, check=True
    ).stdout


def test_an_independent_client_reads_valid_cloudevents(kafka_engine: KafkaEngine, on_kafka: Exchange) -> None:
    topic = topic_name("intake", on_kafka.own)
    record = genuine(on_kafka, "C-1")
    log = kafka_engine.log("hub-intake")
    assert log.publish([record]) == [None]
    log.close()

    found = kcat(kafka_engine, "-C", "-t", topic, "-o", "beginning", "-e", "-q", "-J")

    event = json.loads(found)
    headers = dict(zip(event["headers"][::2], event["headers"][1::2], strict=True))
    assert event["key"] == headers["ce_subject"] == "C-1"
    assert event["tstype"] == "logappend"
    assert headers["ce_specversion"] == "1.0"
    assert headers["content-type"] == "application/protobuf"
    assert headers["ce_type"] == "concord.intake.v1.CaseClosed"
    assert headers["ce_source"] == "/hub/intake"
    assert {"ce_id", "ce_time", "ce_sequence", "ce_concordagency", "ce_concordkeyid"} < headers.keys()
    assert "concord-signature" in headers


@pytest.mark.parametrize(
    "strange",
    [("-z", "zstd"), ("-z", "lz4"), ("-z", "snappy"), ("-z", "gzip"), ("-H", b"\xff\xfe=1")],
    ids=lambda strange: str(strange[-1]),
)
def test_what_another_nodes_client_writes_stops_no_reader(
    kafka_engine: KafkaEngine, on_kafka: Exchange, counting: Counting, strange: tuple[str | bytes, ...]
) -> None:
    hub, topic = Hub(kafka_engine, on_kafka, counting), topic_name("intake", on_kafka.own)
    hub.emit("K0", 1)
    hub.send()
    kcat(kafka_engine, "-P", "-t", topic, "-p", "0", *strange, content=b"\n".join([b"x" * 2_000] * 3))
    for number in range(1, 9):  # in every partition, behind it, too
        hub.emit(f"B{number}", 1)
    with running(hub.relay().run, hub.consumer(subscription("strange")).run):
        wait_for(lambda: len(hub.effects()) == 9)
        wait_for(lambda: len(letters(hub)) == 3)
    assert {letter.reason for letter in letters(hub)} == {"malformed_headers"}


def test_a_topic_keeps_its_facts_for_ever_whoever_made_or_altered_it(
    kafka_engine: KafkaEngine, on_kafka: Exchange
) -> None:
    topic, access = topic_name("intake", on_kafka.own), kafka_engine.access
    resource = ConfigResource(ConfigResourceType.TOPIC, topic, {"retention.ms": "1000", "compression.type": "zstd"})
    with closing(
        KafkaAdminClient(
            bootstrap_servers=access.internal,
            security_protocol="SASL_PLAINTEXT",
            sasl_mechanism="PLAIN",
            sasl_plain_username="administrator",
            sasl_plain_password=access.password,
        )
    ) as administrator:

        def settings() -> dict[str, str]:
            found = administrator.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
            return {name: str(one["value"]) for name, one in found["topic"][topic].items()}

        assert settings()["retention.ms"] == "-1"
        administrator.alter_configs([resource])
        wait_for(lambda: settings()["retention.ms"] == "1000")
        assert kafka_engine.apply(on_kafka.topics, on_kafka.acls).settings == (topic,)
        mended = settings()
        assert kafka_engine.apply(on_kafka.topics, on_kafka.acls).settings == ()
    assert (mended["retention.ms"], mended["compression.type"]) == ("-1", "uncompressed")
    assert (mended["retention.bytes"], mended["message.timestamp.type"]) == ("-1", "LogAppendTime")


def test_a_topic_woken_after_unreadable_records_in_each_partition_is_read_to_its_end(
    kafka_engine: KafkaEngine, on_kafka: Exchange
) -> None:
    topic = topic_name("intake", on_kafka.own)
    log = kafka_engine.log("hub-intake")
    for partition in range(4):
        kcat(kafka_engine, "-P", "-t", topic, "-p", str(partition), content=b"legible")
        kcat(kafka_engine, "-P", "-t", topic, "-p", str(partition), "-H", b"\xff=1", content=b"1\n2\n3")
    log.subscribe(group_name("hub", "intake", "woken", 1), [topic])
    found: set[tuple[int, int]] = set()
    end = time.monotonic() + 30
    while len(found) < 16:
        assert time.monotonic() < end
        for paused in ([topic], []):  # what rests is forgotten by nobody, whenever it rests
            log.pause(paused)
            found |= {(record.partition, record.offset) for record in log.poll(500, 0.1)}
    log.close()


def test_a_join_that_ends_between_two_polls_is_not_forgotten(kafka_engine: KafkaEngine, on_kafka: Exchange) -> None:
    """The first leads a group in which the second follows one topic more, as while a new agreement spreads."""
    own, peer = topic_name("intake", on_kafka.own), topic_name("intake", on_kafka.peer)
    group = group_name("hub", "intake", "lists")
    with closing(kafka_engine.log("hub-intake")) as first, closing(kafka_engine.log("hub-intake")) as second:

        def follow(stop: threading.Event) -> None:
            while not stop.is_set():
                second.poll(1, 0.1)

        def shared() -> bool:
            first.poll(1, 0.01)
            time.sleep(0.5)  # most joins end here
            places = [*first.places(), *second.places()]
            if not first.places() or not len(places) == len(set(places)) == 8:
                return False
            with suppress(LogError):  # a member that the group has forgotten may not
                first.commit({first.places()[0]: 0})
                return True
            return False

        first.subscribe(group, [own])
        wait_for(lambda: first.poll(1, 0.2) == [] and len(first.places()) == 4)
        second.subscribe(group, [own, peer])
        with running(follow):
            wait_for(shared)


def test_a_paused_topic_rests_when_the_group_gives_a_member_more_of_it(
    kafka_engine: KafkaEngine, on_kafka: Exchange
) -> None:
    topic = topic_name("intake", on_kafka.own)
    group = group_name("hub", "intake", "heir")
    with closing(kafka_engine.log("hub-intake")) as first, closing(kafka_engine.log("hub-intake")) as second:
        for log in (first, second):
            log.subscribe(group, [topic])
            log.pause([topic])
        wait_for(lambda: [*first.poll(1, 0.5), *second.poll(1, 0.5)] == [] and len(second.places()) == 2)
        assert first.publish(records(topic, 20)) == [None] * 20
        first.close()
        # Long enough to hear of it, to join again and to read, all in one poll.
        wait_for(lambda: second.poll(500, 6) == [] and len(second.places()) == 4)
        second.pause([])
        assert len(read(second, 20)) == 20


def senders() -> set[threading.Thread]:
    """The threads with which kafka-python sends."""
    return {thread for thread in threading.enumerate() if thread.name.endswith("network-thread")}


def test_a_broker_that_hangs_is_told_from_one_that_took_the_records_and_nothing_is_left_to_send_them_later(
    tmp_path: Path, on_kafka: Exchange
) -> None:
    with closing(KafkaEngine(tmp_path / "kafka")) as engine:
        engine.apply(on_kafka.topics, on_kafka.acls)
        several = [genuine(on_kafka, f"K{number}") for number in range(8)]  # in every partition
        others = senders()
        log = engine.log("hub-intake")
        assert log.publish([genuine(on_kafka, "C-1")]) == [None]
        assert senders() - others
        engine.broker.child.kill(signal.SIGSTOP)
        errors = log.publish(several)
        for sender in senders() - others:
            sender.join(60)  # it has been told to end: on a busy machine that takes a moment
        left = senders() - others
        engine.broker.child.kill(signal.SIGCONT)
        assert {type(error) for error in errors} == {LogUnavailableError}
        assert not left
        assert log.publish(several) == [None] * len(several)
        log.close()


@pytest.mark.parametrize("audience", ["hub-intake", "account"])
def test_a_token_that_the_broker_refuses_is_a_clear_error(
    kafka_engine: KafkaEngine, on_kafka: Exchange, audience: str
) -> None:
    log = kafka_engine.log("hub-intake", lambda: kafka_engine.issuer.token("hub-intake", audience))
    [error] = log.publish([genuine(on_kafka)])
    assert isinstance(error, TokenRefusedError)
    assert "did not accept this client's token" in str(error)
    log.close()


def test_an_issuer_without_an_answer_is_a_clear_error(kafka_engine: KafkaEngine, on_kafka: Exchange) -> None:
    asked = [0]

    def fetch() -> str:
        asked[0] += 1
        raise ISSUER_UNAVAILABLE.error()

    log = kafka_engine.log("hub-intake", fetch)
    with pytest.raises(TokenRefusedError) as caught:
        log.subscribe(group_name("hub", "intake", "x"), [topic_name("intake", on_kafka.own)])
    assert ISSUER_UNAVAILABLE.code in str(caught.value)
    assert asked[0] < 20
    log.close()


def test_a_permission_that_is_taken_stops_running_clients_and_comes_back(
    kafka_engine: KafkaEngine, on_kafka: Exchange
) -> None:
    topic = topic_name("intake", on_kafka.own)
    writer, reader = kafka_engine.log("hub-intake"), kafka_engine.log("hub-intake")
    reader.subscribe(group_name("hub", "intake", "taken"), [topic])
    assert writer.publish(records(topic, 1)) == [None]
    assert len(read(reader, 1)) == 1

    kafka_engine.apply(on_kafka.topics, [acl for acl in on_kafka.acls if acl.principal != "hub-intake"])
    assert isinstance(writer.publish(records(topic, 1))[0], NotAuthorisedError)
    with pytest.raises(NotAuthorisedError):
        read(reader, 1)

    kafka_engine.apply(on_kafka.topics, on_kafka.acls)
    assert _until_sent(writer, topic)
    reader.subscribe(group_name("hub", "intake", "taken"), [topic])
    assert read(reader, 1)
    for log in (writer, reader):
        log.close()


def _until_sent(writer: KafkaLog, topic: str) -> bool:
    """The client learns of the permission with the next look at the topic."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        outcome: list[LogError | None] = list(writer.publish(records(topic, 1)))
        if outcome == [None]:
            return True
    return False


@pytest.mark.parametrize(
    "statement",
    [
        "select * from concord_log.records",
        "select * from concord_log.acls",
        "insert into concord_log.acls values ('hub-intake', 'topic', 'concord.', true, 'write')",
        "update concord_log.partitions set next_offset = 0",
        "select concord_log.authorise('topic', array['x'], 'read')",
        "select concord_log.check_member('concord.hub.intake.x')",
        "select pg_try_advisory_lock(1)",
        "create table concord_log.mine (n int)",
        "create table mine (n int)",
        "set role concord_log_owner",
    ],
)
def test_clients_of_the_embedded_log_reach_nothing_but_its_functions(
    embedded_engine: EmbeddedEngine, on_embedded: Exchange, statement: str
) -> None:
    settings = embedded_engine.settings
    password = (settings.passwords / "hub-intake").read_text()
    with (
        psycopg.connect(
            host=settings.host, port=settings.port, dbname=settings.name, user="hub-intake", password=password
        ) as conn,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        conn.execute(statement.encode())


def test_no_login_of_the_embedded_log_is_privileged(embedded_engine: EmbeddedEngine, on_embedded: Exchange) -> None:
    with psycopg.connect(embedded_engine.administrator) as conn:
        rows = conn.execute(
            "select rolname, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb from pg_roles"
            " where rolname like 'hub-%' or rolname like 'field-%' or rolname = 'concord_log_owner'"
        ).fetchall()
    assert len(rows) >= 5
    assert [name for name, privileged in rows if privileged] == []


def test_applying_twice_changes_nothing_and_taking_away_ends_a_permission(
    embedded_engine: EmbeddedEngine, on_embedded: Exchange
) -> None:
    topic = topic_name("intake", on_embedded.own)
    log = embedded_engine.log("hub-intake")
    assert log.publish(records(topic, 1)) == [None]
    embedded_engine.apply(on_embedded.topics, on_embedded.acls)
    assert log.publish(records(topic, 1)) == [None]
    fewer = [acl for acl in on_embedded.acls if acl.operation != "write"]
    embedded_engine.apply(on_embedded.topics, fewer)
    assert isinstance(log.publish(records(topic, 1))[0], NotAuthorisedError)
    log.close()


def test_a_topic_that_the_agreement_does_not_have_takes_nothing(
    embedded_engine: EmbeddedEngine, kafka_engine: KafkaEngine, on_embedded: Exchange, on_kafka: Exchange
) -> None:
    for engine, exchange in ((embedded_engine, on_embedded), (kafka_engine, on_kafka)):
        record = replace(genuine(exchange), topic=topic_name("intake", "nobody"))
        log = engine.log("hub-intake")
        [error] = log.publish([record])
        assert isinstance(error, LogError)
        log.close()
