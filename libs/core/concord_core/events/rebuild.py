"""Fills a new generation of a projection from the first fact, then shows it to readers; reads skipped facts again."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager

from sqlalchemy import text

from concord_core.events import dead_letters, generations
from concord_core.events.dead_letters import Owner
from concord_core.events.generations import State
from concord_core.events.inbox import Inbox, ProjectionWork
from concord_core.events.log import EventLog, Place
from concord_core.events.model import Subscription
from concord_core.events.topics import PARTITIONS
from concord_core.storage import Database

PROGRESS_SECONDS = 0.5


class Rebuild:
    """One rebuild under way. It ends where the log ended when the rebuild, or its last restart, began."""

    def __init__(self, subscription: Subscription, inbox: Inbox, state: State) -> None:
        self._subscription = subscription
        self._inbox = inbox
        self._state = state
        self._ends: dict[Place, int] = {}
        self._progress_at = 0.0

    def finished(self, log: EventLog, topics: Sequence[str]) -> bool:
        """Writes the progress down; at the end switches the generations, once, and says so."""
        if topics and not self._ends:
            if len(log.places()) < len(topics) * PARTITIONS:
                return False  # the group has not let us in yet
            self._ends = dict(log.ends())
        reached = {place: min(log.position(place), end) for place, end in self._ends.items()}
        complete = reached == self._ends
        if complete or time.monotonic() >= self._progress_at:
            self._progress_at = time.monotonic() + PROGRESS_SECONDS
            with self._inbox.transaction() as work:
                applied, total = sum(reached.values()), sum(self._ends.values())
                generations.progress(work.conn, self._subscription.consumer, applied, total)
        if complete:
            self._switch()
        return complete

    def _switch(self) -> None:
        old = Owner(self._subscription.consumer, self._state.generation)
        with self._inbox.transaction() as work:
            generations.switch(work.conn, old.consumer)
            dead_letters.supersede(work.conn, old)
        if self._subscription.discard is not None:
            with self._inbox.transaction() as work:
                self._subscription.discard(ProjectionWork(work.conn, None, work.actor), old.generation)


@contextmanager
def alone(database: Database, consumer: str) -> Iterator[bool]:
    """Whether this process is the one that rebuilds while the block runs: it has to see every place of the log."""
    with database.engine.connect() as conn:
        conn.detach()  # closed with its lock when this ends, not given back to the pool with it
        name = f"concord.rebuild.{consumer}"
        taken = conn.scalar(text("select pg_try_advisory_lock(hashtext(:name))"), {"name": name})
        conn.rollback()
        yield bool(taken)


def seek_skipped(inbox: Inbox, owner: Owner, log: EventLog, sought: AbstractSet[Place]) -> AbstractSet[Place]:
    """Goes back to the first skipped fact of each place that is not `sought` yet; facts that were applied since are
    dropped as repeats.

    Returns the places of this member of the group that were looked at: none while the group has not let it in. What was
    asked stays so for a while, so that every member sees it. The offsets are committed first, so that a crash in
    between forgets nothing.
    """
    here = set(log.places()) - sought
    with inbox.transaction() as work:
        rows = work.conn.execute(_SKIPPED, owner.values).all()
        back = {Place(topic, partition): offset for topic, partition, offset in rows}
        wanted = {place: min(offset, log.position(place)) for place, offset in back.items() if place in here}
        if wanted:
            log.commit(wanted)
        for place, offset in wanted.items():
            log.seek(place, offset)
        generations.skipped_seen(work.conn, owner.consumer)
    return here


_SKIPPED = text(
    """select topic, partition, min(log_offset) from inbox
    where consumer = :consumer and generation = :generation and outcome = 'skipped' group by topic, partition"""
)
