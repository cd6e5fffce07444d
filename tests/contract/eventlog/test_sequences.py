"""A gap and a repeat in an aggregate's sequence are counted, and the facts have their effects."""

import pytest
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from sqlalchemy import text

from concord.assistance.v1.events_pb2 import ReferralOffered
from concord.intake.v1.events_pb2 import CaseClosed, ClockBreached
from concord_core.telemetry.metrics import EVENTS_GAPS, EVENTS_REPEATS
from tests.contract.eventlog.hub import Hub, measured, running, wait_for
from tests.support.counting.service import ACTOR, subscription

IN_ORDER = [("K0", n) for n in range(1, 5)]


def remembered(hub: Hub, consumer: str) -> dict[str, int]:
    """The last sequence of each aggregate, as this consumer's inbox has it."""
    wanted = text("select key, sequence from inbox_sequences where consumer = :consumer")
    with hub.counting.consume.work(None, actor=ACTOR) as work:
        return {row.key: row.sequence for row in work.conn.execute(wanted, {"consumer": consumer})}


@pytest.mark.parametrize("at_once", [True, False], ids=["in one poll", "one by one"])
def test_gaps_and_repeats_are_counted(hub: Hub, reader: InMemoryMetricReader, at_once: bool) -> None:
    consumer = f"sequences-{hub.engine.name}-{at_once}".lower()
    broken = [("GAP", 2), ("K1", 1), ("K1", 3), ("K1", 3), ("K1", 2), ("K1", 4)]
    counted = {name: measured(reader, name, consumer=consumer) for name in (EVENTS_GAPS, EVENTS_REPEATS)}
    assert counted == {EVENTS_GAPS: [], EVENTS_REPEATS: []}
    with running(hub.relay().run):
        if at_once:
            for key, sequence in IN_ORDER + broken:
                hub.emit(key, sequence)
            wait_for(lambda: hub.unsent() == 0)
        with running(hub.consumer(subscription(consumer)).run):
            for done, (key, sequence) in enumerate(() if at_once else IN_ORDER + broken, 1):
                hub.emit(key, sequence)
                wait_for(lambda done=done: len(hub.effects()) == done)  # type: ignore[misc]
            wait_for(lambda: len(hub.effects()) == len(IN_ORDER + broken))
    assert measured(reader, EVENTS_GAPS, consumer=consumer) == [2]  # GAP begins at 2, K1 has no 2 before its 3
    assert measured(reader, EVENTS_REPEATS, consumer=consumer) == [2]  # K1's second 3, and the 2 behind it
    assert remembered(hub, consumer) == {"K0": 4, "K1": 4, "GAP": 2}


def test_what_is_in_order_counts_nothing(hub: Hub, reader: InMemoryMetricReader) -> None:
    """Also a fact of a type that the consumer has no handler for leaves no gap."""
    consumer = f"in-order-{hub.engine.name}"
    types = [CaseClosed, ReferralOffered]
    with running(hub.relay().run, hub.consumer(subscription(consumer, types=types)).run):
        for key, sequence in IN_ORDER:
            hub.emit(key, sequence)
        hub.emit("K0", 5, ClockBreached(clock="assess", due_date="2026-03-01", holder="agency"))
        hub.emit("K0", 6)
        wait_for(lambda: len(hub.effects()) == 5)
    assert measured(reader, EVENTS_GAPS, consumer=consumer) == []
    assert measured(reader, EVENTS_REPEATS, consumer=consumer) == []
    assert remembered(hub, consumer) == {"K0": 6}
