"""Fills a new generation of a projection from the first fact, then shows it to readers; reads skipped facts again."""

from __future__ import annotations

import time
from collections.abc import Sequence

from sqlalchemy import text

from concord_core.events import dead_letters, generations
from concord_core.events.dead_letters import Owner
from concord_core.events.generations import State
from concord_core.events.inbox import Inbox, ProjectionWork
from concord_core.events.log import EventLog, Place
from concord_core.events.model import Subscription
from concord_core.events.topics import PARTITIONS

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


def seek_skipped(inbox: Inbox, owner: Owner, log: EventLog) -> bool:
    """Goes back to the first skipped fact of each place; facts that were applied since are dropped as repeats.

    Returns False while the group has not let this member in. The offsets are committed first, so that a crash in
    between forgets nothing.
    """
    here = set(log.places())
    if not here:
        return False
    with inbox.transaction() as work:
        rows = work.conn.execute(_SKIPPED, owner.values).all()
        back = {Place(topic, partition): offset for topic, partition, offset in rows}
        wanted = {place: min(offset, log.position(place)) for place, offset in back.items() if place in here}
        if wanted:
            log.commit(wanted)
        for place, offset in wanted.items():
            log.seek(place, offset)
        generations.skipped_done(work.conn, owner.consumer)
    return True


_SKIPPED = text(
    """select topic, partition, min(log_offset) from inbox
    where consumer = :consumer and generation = :generation and outcome = 'skipped' group by topic, partition"""
)
