"""A projection filled anew, and skipped facts read again, by one process or several of a group, on both engines."""

import time

from sqlalchemy import text

from concord.intake.v1.events_pb2 import CaseClosed, ClockBreached
from concord_core.events import generations
from tests.contract.eventlog.hub import Hub, running, wait_for
from tests.support.counting.service import ACTOR, effects, subscription


def seen(hub: Hub, consumer: str) -> int:
    with hub.counting.consume.work(None, actor=ACTOR) as work:
        return int(
            work.conn.execute(
                text("select count(*) from inbox where consumer = :name"), {"name": consumer}
            ).scalar_one()
        )


def test_types_without_a_handler_are_skipped_and_applied_when_asked(hub: Hub) -> None:
    hub.emit("K0", 1)
    hub.emit("K0", 2, ClockBreached(clock="assess", due_date="2026-03-01", holder="agency"))
    hub.emit("K0", 3)
    hub.send()
    with running(hub.consumer(subscription("skipping", types=[CaseClosed])).run):
        wait_for(lambda: len(hub.effects()) == 2)
    with running(hub.consumer(subscription("skipping")).run):
        time.sleep(1)
        assert hub.effects() == [("K0", 1), ("K0", 3)]
        with hub.counting.consume.work(None, actor=ACTOR) as work:
            generations.ask_skipped(work.conn, "skipping")
        wait_for(lambda: len(hub.effects()) == 3)
        time.sleep(1)
    assert sorted(hub.effects()) == [("K0", 1), ("K0", 2), ("K0", 3)]


def test_every_member_of_a_group_reads_its_skipped_facts_again(hub: Hub) -> None:
    keys = range(12)
    for key in keys:
        hub.emit(f"K{key}", 1, ClockBreached(clock="assess", due_date="2026-03-01", holder="agency"))
    hub.send()
    with running(hub.consumer(subscription("members", types=[CaseClosed])).run):
        wait_for(lambda: seen(hub, "members") == len(keys))
    with running(*(hub.consumer(subscription("members")).run for _ in range(2))):
        time.sleep(4)  # both are in the group, each with places of its own
        with hub.counting.consume.work(None, actor=ACTOR) as work:
            generations.ask_skipped(work.conn, "members")
        wait_for(lambda: len(hub.effects()) == len(keys))
        time.sleep(1)
    assert sorted(hub.effects()) == sorted((f"K{key}", 1) for key in keys)


def test_one_member_of_a_group_rebuilds_and_the_others_wait(hub: Hub) -> None:
    def counted(generation: int) -> int:
        return len(effects(hub.counting.app, f"generation = {generation}"))

    keys = range(12)
    for key in keys:
        hub.emit(f"K{key}", 1)
    hub.send()
    projection = subscription("shared", rebuildable=True)
    with running(*(hub.consumer(projection).run for _ in range(2))):
        wait_for(lambda: counted(1) == len(keys))
        with hub.counting.consume.work(None, actor=ACTOR) as work:
            generations.ask_rebuild(work.conn, "shared")
        wait_for(lambda: counted(2) == len(keys) and counted(1) == 0, 60)
        hub.emit("K0", 2)
        hub.send()
        wait_for(lambda: counted(2) == len(keys) + 1, 60)


def test_a_rebuild_fills_a_new_generation_and_then_replaces_the_old(hub: Hub) -> None:
    def counted(generation: int) -> list[tuple[str, int]]:
        return effects(hub.counting.app, f"generation = {generation}")

    for sequence in range(1, 6):
        hub.emit("K0", sequence)
    projection = subscription("rebuilt", rebuildable=True)
    with running(hub.relay().run, hub.consumer(projection).run):
        wait_for(lambda: len(counted(1)) == 5)
        with hub.counting.consume.work(None, actor=ACTOR) as work:
            asked = generations.ask_rebuild(work.conn, "rebuilt")
        assert asked.rebuilding == 2
        wait_for(lambda: len(counted(2)) == 5 and not counted(1))
        hub.emit("K0", 6)
        wait_for(lambda: len(counted(2)) == 6)
    with hub.counting.app.work(None, actor=ACTOR) as work:
        state = generations.state(work.conn, "rebuilt")
        assert (state.generation, state.rebuilding, state.applied, state.total) == (2, None, 5, 5)
        assert generations.current(work.conn, "rebuilt") == 2
    assert counted(2) == [("K0", n) for n in range(1, 7)]
