"""Facts from one service's outbox to another's effects, on both engines: once each, in order, whatever crashes."""

import time
from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from concord.assistance.v1.events_pb2 import ReferralOffered
from concord.intake.v1.events_pb2 import CaseClosed
from concord_core.events import Fact, Subscription, dead_letters
from concord_core.events.consumer import Consumer
from concord_core.events.relay import REFUSED_SECONDS
from concord_core.events.waits import CONSUMER_APPLIED, RELAY_READ, RELAY_SENT, Hold
from concord_core.storage import Work
from tests.contract.eventlog.hub import (
    SECONDS,
    Counting,
    Hub,
    ask_retry,
    crash_once,
    letters,
    running,
    wait_for,
)
from tests.support.counting import service as counting_service
from tests.support.counting.service import ACTOR, emit, subscription
from tests.support.engines import Engine
from tests.support.exchange import Exchange


def in_order(found: list[tuple[str, int]], keys: int, each: int) -> bool:
    """Every sequence once, rising within each key."""
    return (
        all([n for key, n in found if key == f"K{k}"] == list(range(1, each + 1)) for k in range(keys))
        and len(found) == keys * each
    )


def test_facts_have_their_effects_once_and_in_order(hub: Hub) -> None:
    with running(hub.relay().run, hub.consumer(subscription("flow")).run):
        for sequence in range(1, 6):
            for key in range(4):
                hub.emit(f"K{key}", sequence)
        wait_for(lambda: len(hub.effects()) >= 20)
    assert in_order(hub.effects(), 4, 5)
    assert hub.unsent() == 0


@pytest.mark.parametrize("moment", [RELAY_READ, RELAY_SENT])
def test_a_relay_that_dies_loses_nothing_and_doubles_no_effect(hub: Hub, moment: str) -> None:
    for sequence in range(1, 4):
        hub.emit("K0", sequence)
    with running(hub.relay(crash_once(moment)).run):
        time.sleep(1)
    assert hub.unsent() == 3
    hub.send()
    hub.emit("K0", 4)
    with running(hub.relay().run, hub.consumer(subscription("relay-dies")).run):
        wait_for(lambda: len(hub.effects()) >= 4)
        time.sleep(1)
    assert hub.effects() == [("K0", 1), ("K0", 2), ("K0", 3), ("K0", 4)]


def test_a_consumer_that_dies_before_it_commits_its_offset_repeats_no_effect(hub: Hub) -> None:
    for sequence in range(1, 6):
        hub.emit("K0", sequence)
    hub.send()
    with running(hub.consumer(subscription("dies"), crash_once(CONSUMER_APPLIED)).run):
        wait_for(lambda: len(hub.effects()) >= 5)
    hub.emit("K0", 6)
    with running(hub.relay().run, hub.consumer(subscription("dies")).run):
        wait_for(lambda: len(hub.effects()) >= 6)
    assert hub.effects() == [("K0", n) for n in range(1, 7)]


def test_a_refused_fact_is_set_aside_its_aggregate_waits_and_a_retry_keeps_the_order(hub: Hub) -> None:
    with hub.counting.app.engine.begin() as conn:
        conn.execute(text("insert into banned values ('K1')"))
    for sequence in (1, 2, 3):
        for key in ("K0", "K1"):
            hub.emit(key, sequence)
    with running(hub.relay().run, hub.consumer(subscription("refusing")).run):
        wait_for(lambda: len(letters(hub)) == 3 and len(hub.effects()) == 3)
        assert [(letter.kind, letter.reason) for letter in letters(hub)] == [
            ("refused", "counting_banned"),
            ("parked", "behind_refused"),
            ("parked", "behind_refused"),
        ]
        ask_retry(hub)  # still banned: it is refused again, nothing behind it runs
        wait_for(lambda: letters(hub)[0].attempts == 2)
        assert hub.effects() == [("K0", 1), ("K0", 2), ("K0", 3)]

        with hub.counting.app.engine.begin() as conn:
            conn.execute(text("delete from banned"))
        ask_retry(hub)
        wait_for(lambda: letters(hub) == [])
        hub.emit("K1", 4)
        wait_for(lambda: len(hub.effects()) == 7)
    assert hub.effects()[3:] == [("K1", 1), ("K1", 2), ("K1", 3), ("K1", 4)]


def test_a_dropped_fact_lets_those_behind_it_go(hub: Hub) -> None:
    with hub.counting.app.engine.begin() as conn:
        conn.execute(text("insert into banned values ('K1')"))
    hub.emit("K1", 1)
    hub.emit("K1", 2)
    with running(hub.relay().run, hub.consumer(subscription("dropping")).run):
        wait_for(lambda: len(letters(hub)) == 2)
        with hub.counting.app.engine.begin() as conn:
            conn.execute(text("delete from banned"))
        with hub.counting.consume.work(None, actor=ACTOR) as work:
            dead_letters.drop(work.conn, dead_letters.letters(work.conn)[0])
        wait_for(lambda: letters(hub) == [])
    assert hub.effects() == [("K1", 2)]


def test_ten_refusals_in_a_row_rest_the_topic_only_and_a_retry_wakes_it(hub: Hub) -> None:
    with hub.counting.app.engine.begin() as conn:
        conn.execute(text("insert into banned select 'B' || n from generate_series(1, 12) n"))
    for number in range(1, 13):
        hub.emit(f"B{number}", 1)
    emit(hub.counting.app, hub.exchange.peer, "K0", 1)
    with running(hub.relay().run, hub.consumer(subscription("pausing")).run):
        wait_for(lambda: len(letters(hub)) >= 10 and hub.effects() == [("K0", 1)])
        emit(hub.counting.app, hub.exchange.peer, "K0", 2)
        wait_for(lambda: len(hub.effects()) == 2)
        assert len(letters(hub)) == 10
        with hub.counting.app.engine.begin() as conn:
            conn.execute(text("delete from banned"))
        ask_retry(hub)
        wait_for(lambda: len(hub.effects()) == 5)
        assert len(letters(hub)) == 9


def test_a_database_that_fails_for_a_while_sets_nothing_aside(hub: Hub) -> None:
    left = [1, 2]

    def weak(work: object, fact: object) -> None:
        if left:
            left.pop()
            raise OperationalError("select", {}, Exception("the server went away"))
        counting_service.count(work, fact)  # type: ignore[arg-type]

    hub.emit("K0", 1)
    with running(hub.relay().run, hub.consumer(subscription("weak", handler=weak)).run):
        wait_for(lambda: hub.effects() == [("K0", 1)])
    assert letters(hub) == []


def test_a_fact_that_the_database_never_takes_is_set_aside_and_the_others_go_on(hub: Hub) -> None:
    def too_long(work: Work, fact: Fact[Any]) -> None:
        if fact.key == "LONG":
            work.conn.execute(text("do $$ begin raise sqlstate '54000'; end $$"))  # too long for an index
        counting_service.count(work, fact)

    hub.emit("LONG", 1)
    hub.emit("K0", 1)
    with running(hub.relay().run, hub.consumer(subscription("limits", handler=too_long)).run):
        wait_for(lambda: hub.effects() == [("K0", 1)])
        wait_for(lambda: len(letters(hub)) == 1)


def test_a_handler_runs_for_each_hosted_agency_that_a_fact_concerns_and_sees_its_rows_only(
    engine: Engine, exchange: Exchange, counting: Counting
) -> None:
    concerned = Subscription(
        "concerned",
        ("assistance",),
        {ReferralOffered: counting_service.note},
        concerns=lambda fact: [fact.agency, exchange.peer, exchange.third],
    )
    hub = Hub(engine, exchange, counting)
    consumer = Consumer(
        concerned,
        counting.consume,
        lambda: engine.log("hub-assistance"),
        exchange.agreement,
        node="hub",
        service="assistance",
    )
    emit(counting.app, exchange.own, "R1", 1, ReferralOffered(), service="assistance")

    def notes(agency: str) -> int:
        with counting.app.work(agency, actor=ACTOR) as work:
            return int(work.conn.execute(text("select count(*) from notes")).scalar_one())

    with running(hub.relay(service="assistance").run, consumer.run):
        wait_for(lambda: notes(exchange.own) == 1)
    assert (notes(exchange.peer), notes(exchange.third)) == (1, 0)


def test_a_slow_transaction_with_a_lower_number_is_not_skipped(hub: Hub) -> None:
    with running(hub.relay().run, hub.consumer(subscription("slow")).run):
        with hub.counting.app.work(hub.exchange.own, actor=ACTOR) as slow:
            slow.emit("intake", "SLOW", 1, CaseClosed(reason="resolved"))
            hub.emit("FAST", 1)
            wait_for(lambda: hub.effects() == [("FAST", 1)])
        wait_for(lambda: len(hub.effects()) == 2)
    assert hub.effects() == [("FAST", 1), ("SLOW", 1)]


def test_one_relay_sends_and_another_takes_over(hub: Hub) -> None:
    led: list[str] = []  # who sent, pass by pass

    def named(name: str) -> Hold:
        def note(moment: str) -> None:
            if moment == RELAY_SENT:
                led.append(name)

        return note

    emitted = [hub.emit("K0", 1)]
    with ExitStack() as leading:
        leading.enter_context(running(hub.relay(named("first")).run))
        wait_for(lambda: hub.unsent() == 0)
        with running(hub.relay(named("second")).run):
            wait_for(lambda: hub.waiting_relays() == 1 or "second" in led)
            for sequence in range(2, 5):
                emitted.append(hub.emit("K0", sequence))
                wait_for(lambda: hub.unsent() == 0)
            assert set(led) == {"first"}
            leading.close()
            sent_by_first = len(led)
            emitted.append(hub.emit("K0", 5))
            wait_for(lambda: hub.unsent() == 0)
            assert led[sent_by_first:] == ["second"]
    assert hub.in_topic() == emitted


def test_a_topic_that_is_refused_does_not_hold_the_others(hub: Hub) -> None:
    emit(hub.counting.app, hub.exchange.third, "T", 1)  # not hosted here: no key, no permission
    hub.emit("K0", 1)
    with running(hub.relay().run, hub.consumer(subscription("held")).run):
        wait_for(lambda: hub.effects() == [("K0", 1)])
        hub.emit("K0", 2)
        wait_for(lambda: len(hub.effects()) == 2)
    assert hub.unsent() == 1


def test_what_the_log_refuses_waits_in_the_outbox_until_it_may_be_written(hub: Hub) -> None:
    peer, whole = hub.exchange.peer, hub.exchange.acls
    without = [acl for acl in whole if not (acl.operation == "write" and peer in acl.name)]
    assert len(without) < len(whole)
    hub.engine.apply(hub.exchange.topics, without)
    emit(hub.counting.app, peer, "P", 1)
    hub.emit("K0", 1)
    with running(hub.relay().run):
        wait_for(lambda: hub.unsent() == 1)
        assert len(hub.in_topic()) == 1
        assert hub.in_topic(peer) == []
        hub.engine.apply(hub.exchange.topics, whole)
        wait_for(lambda: hub.unsent() == 0, REFUSED_SECONDS + SECONDS)
    assert len(hub.in_topic(peer)) == 1


def test_what_was_sent_long_ago_is_forgotten_and_nothing_else(hub: Hub) -> None:
    for key in ("K1", "K2"):
        hub.emit(key, 1)
    hub.send()
    hub.emit("K3", 1)
    old = text("update outbox set sent_at = now() - interval '31 days' where key = 'K1'")
    with hub.counting.relay.engine.begin() as conn:
        conn.execute(old)
    hub.send()
    with hub.counting.relay.engine.connect() as conn:
        assert set(conn.execute(text("select key from outbox")).scalars()) == {"K2", "K3"}
