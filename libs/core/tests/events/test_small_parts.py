"""Names, ids, streaks: the small rules that both engines share."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concord_core.events.ids import uuid7
from concord_core.events.streaks import LIMIT, Streaks
from concord_core.events.topics import group_name, parse_topic, partition_of, topic_name


def test_ids_are_of_version_7_and_rise_with_time() -> None:
    first = uuid7()
    time.sleep(0.002)
    second = uuid7()
    assert (first.version, second.variant) == (7, first.variant)
    assert first < second
    assert abs((first.int >> 80) - time.time() * 1000) < 5000


MURMUR2 = {  # hash values that Apache Kafka's own tests give for these keys
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


@pytest.mark.parametrize(("key", "murmur2"), MURMUR2.items())
def test_partitions_are_those_of_every_kafka_client(key: bytes, murmur2: int) -> None:
    assert partition_of(key) == (murmur2 & 0x7FFFFFFF) % 4


def test_topics_say_service_and_agency_and_nothing_else_is_a_topic() -> None:
    assert parse_topic(topic_name("intake", "un-women")) == ("intake", "un-women")
    for other in (
        "concord.intake.a.v2",
        "intake.a.v1",
        "concord.intake..v1",
        "concord.intake.A.v1",
        "x\nconcord.a.b.v1",
    ):
        assert parse_topic(other) is None
    assert group_name("hub", "intake", "counts") == "concord.hub.intake.counts"
    assert group_name("hub", "intake", "counts", 2) == "concord.hub.intake.counts.g2"


@given(st.lists(st.booleans(), max_size=60))
def test_a_topic_rests_exactly_after_a_full_run(believed: list[bool]) -> None:
    streaks, run = Streaks(), 0
    for one in believed:
        taken = streaks.take("t", believed=one)
        assert taken == (run < LIMIT)
        if run < LIMIT:
            run = 0 if one else run + 1
    assert ("t" in streaks.paused) == (run >= LIMIT)
    assert streaks.take("other", believed=False)
