"""What every engine of the event log promises: order, offsets, groups."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from concord_core.events.log import EventLog, NotAuthorisedError, Place
from concord_core.events.model import Record, StoredRecord
from concord_core.events.topics import group_name, partition_of, topic_name
from tests.contract.eventlog.conftest import OpenLog
from tests.support.engines import Engine, KafkaEngine
from tests.support.exchange import Exchange


def records(topic: str, count: int, keys: int = 12) -> list[Record]:
    headers = (("ce_id", b"one"), ("odd", b"\xff\x00"))
    return [Record(topic, f"K-{n % keys}".encode(), f"value {n}".encode(), headers) for n in range(count)]


def read(log: EventLog, count: int, seconds: float = 120) -> list[StoredRecord]:
    """Polls until `count` records came; fewer when time is up."""
    found: list[StoredRecord] = []
    end = time.monotonic() + seconds
    while len(found) < count and time.monotonic() < end:
        found += log.poll(500, 0.5)
    return found


def nexts(found: Sequence[StoredRecord]) -> dict[Place, int]:
    return {Place(record.topic, record.partition): record.offset + 1 for record in found}


def test_records_come_back_unchanged_in_order_with_the_logs_own_time(exchange: Exchange, open_log: OpenLog) -> None:
    topic = topic_name("intake", exchange.own)
    sent = records(topic, 60)
    before = datetime.now(UTC) - timedelta(seconds=1)
    assert open_log("hub-intake").publish(sent) == [None] * 60

    log = open_log("hub-intake")
    log.subscribe(group_name("hub", "intake", "order"), [topic])
    found = read(log, 60)

    assert len(found) == 60
    for partition in range(4):
        mine = [record for record in found if record.partition == partition]
        wanted = [record for record in sent if partition_of(record.key) == partition]
        assert [(r.key, r.value, r.headers) for r in mine] == [(r.key, r.value, r.headers) for r in wanted]
        assert [record.offset for record in mine] == list(range(len(mine)))
    assert len({record.partition for record in found}) > 1
    assert all(before <= record.appended <= datetime.now(UTC) + timedelta(seconds=1) for record in found)


def test_a_group_goes_on_where_it_committed_and_others_read_for_themselves(
    exchange: Exchange, open_log: OpenLog
) -> None:
    topic = topic_name("intake", exchange.own)
    open_log("hub-intake").publish(records(topic, 20))
    group = group_name("hub", "intake", "resume")

    first = open_log("hub-intake")
    first.subscribe(group, [topic])
    found = read(first, 20)
    half = [record for record in found if record.offset < 2]
    first.commit(nexts(half))
    first.close()

    second = open_log("hub-intake")
    second.subscribe(group, [topic])
    again = read(second, 20 - len(half))
    assert {(r.partition, r.offset) for r in again} == {(r.partition, r.offset) for r in found if r.offset >= 2}

    other = open_log("hub-reporting")
    other.subscribe(group_name("hub", "reporting", "resume"), [topic])
    assert len(read(other, 20)) == 20


def test_seek_reads_again_and_ends_say_where_the_log_ends(exchange: Exchange, open_log: OpenLog) -> None:
    topic = topic_name("intake", exchange.own)
    open_log("hub-intake").publish(records(topic, 10, keys=1))
    place = Place(topic, partition_of(b"K-0"))
    log = open_log("hub-intake")
    log.subscribe(group_name("hub", "intake", "seek"), [topic])
    assert len(read(log, 10)) == 10
    assert log.ends()[place] == log.position(place) == 10
    assert sorted(log.places()) == [Place(topic, number) for number in range(4)]

    log.seek(place, 7)

    assert [record.offset for record in read(log, 3)] == [7, 8, 9]


def test_a_paused_topic_rests_and_loses_nothing(exchange: Exchange, open_log: OpenLog) -> None:
    resting, awake = topic_name("intake", exchange.own), topic_name("intake", exchange.peer)
    writer, log = open_log("hub-intake"), open_log("hub-intake")
    writer.publish(records(resting, 5))
    log.subscribe(group_name("hub", "intake", "pause"), [resting, awake])
    log.pause([resting])
    end = time.monotonic() + 120
    while not log.places():
        assert time.monotonic() < end
        assert not log.poll(500, 2)  # the one that joins has time to read, too
    writer.publish(records(awake, 5))
    assert {record.topic for record in read(log, 5) + read(log, 1, seconds=2)} == {awake}

    log.pause([])

    assert [record.topic for record in read(log, 5)] == [resting] * 5


def test_members_of_a_group_never_both_read_a_record_and_one_takes_over(
    engine: Engine, exchange: Exchange, open_log: OpenLog
) -> None:
    topic = topic_name("intake", exchange.own)
    group = group_name("hub", "intake", "members")
    writer, first, second = (open_log("hub-intake") for _ in range(3))
    first.subscribe(group, [topic])
    first.poll(1, 1)
    second.subscribe(group, [topic])
    shares = (2, 2) if isinstance(engine, KafkaEngine) else (4, 0)  # the embedded log lets one read, the others wait
    end = time.monotonic() + 120
    while (len(first.places()), len(second.places())) != shares:
        assert time.monotonic() < end
        assert not [*first.poll(1, 0.5), *second.poll(1, 0.5)]
    writer.publish(records(topic, 40, keys=20))
    found: list[StoredRecord] = []
    rests = 0
    while rests < 4 and time.monotonic() < end:
        for log in (first, second):
            got = log.poll(500, 0.5)
            log.commit(nexts(got))
            found += got
            rests = 0 if got or len(found) < 40 else rests + 1
    assert sorted(r.value for r in found) == sorted(r.value for r in records(topic, 40, keys=20))

    first.close()
    writer.publish(records(topic, 8, keys=8))

    assert len(read(second, 8)) == 8


@pytest.mark.parametrize("service", ["assistance", "intake"])
def test_only_the_hosting_node_writes_an_agencys_topic(exchange: Exchange, open_log: OpenLog, service: str) -> None:
    topic = topic_name(service, exchange.own)
    [error] = open_log("field-assistance").publish(records(topic, 1))
    assert isinstance(error, NotAuthorisedError)
    assert (error.resource, error.names) == ("topic", (topic,))
    reader = open_log(f"hub-{service}")
    reader.subscribe(group_name("hub", service, "nothing"), [topic])
    assert read(reader, 1, seconds=2) == []


def test_a_refused_topic_does_not_hold_the_others_of_the_same_call(exchange: Exchange, open_log: OpenLog) -> None:
    mine, other = topic_name("assistance", exchange.third), topic_name("assistance", exchange.own)
    log = open_log("field-assistance")

    outcomes = log.publish([*records(mine, 2), *records(other, 2)])

    assert outcomes[:2] == [None, None]
    assert all(isinstance(error, NotAuthorisedError) for error in outcomes[2:])
    assert log.publish(records(mine, 3)) == [None, None, None]


def test_without_a_flow_a_topic_cannot_be_read(exchange: Exchange, open_log: OpenLog) -> None:
    log = open_log("field-assistance")
    group = group_name("field", "assistance", "reader")
    open_log("hub-assistance").publish(records(topic_name("assistance", exchange.own), 2))
    log.subscribe(group, [topic_name("assistance", exchange.own)])
    assert len(read(log, 2)) == 2
    for service, agency in (("intake", exchange.own), ("assistance", exchange.peer)):
        with pytest.raises(NotAuthorisedError) as caught:
            _follow(log, group, topic_name(service, agency))
        assert caught.value.resource == "topic"


def test_another_nodes_group_cannot_be_joined(exchange: Exchange, open_log: OpenLog) -> None:
    topic = topic_name("assistance", exchange.own)
    for group in (group_name("hub", "assistance", "reader"), "concord.field"):
        with pytest.raises(NotAuthorisedError) as caught:
            _follow(open_log("field-assistance"), group, topic)
        assert caught.value.resource == "group"


def _follow(log: EventLog, group: str, topic: str) -> None:
    log.subscribe(group, [topic])
    read(log, 1)
