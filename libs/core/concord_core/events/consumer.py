"""Follows the topics of one subscription and applies their facts, for as long as the process lives.

A poll is one transaction; when it fails it is repeated record by record. What a rule refuses is set aside, what the
database or the key service could not do now is waited for. Effects are committed before the offset: a crash repeats,
the inbox drops the repeat.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from typing import TypeAlias

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from concord_core.agreement import Agreement
from concord_core.errors import ConcordError, ErrorKind
from concord_core.events import dead_letters, generations
from concord_core.events.dead_letters import Owner
from concord_core.events.generations import State
from concord_core.events.inbox import Believed, Inbox
from concord_core.events.log import EventLog, LogError, NotAuthorisedError, Place
from concord_core.events.model import Fact, StoredRecord, Subscription
from concord_core.events.rebuild import Rebuild, alone, seek_skipped
from concord_core.events.records import NotBelieved
from concord_core.events.retries import retry_wanted
from concord_core.events.streaks import Streaks
from concord_core.events.topics import group_name
from concord_core.events.waits import CONSUMER_APPLIED, Backoff, Hold, go_on
from concord_core.storage import Database
from concord_core.telemetry import failure, logger, metrics

POLL_SECONDS = 0.5
TICK_SECONDS = 1.0
MEASURE_SECONDS = 10.0
REBUILD_SECONDS = 5.0
"""While another process rebuilds, the others of its group look this often whether it is done."""
_LIMIT = "54"
"""SQLSTATE class of what PostgreSQL never takes, such as a value too long for an index. psycopg counts it among the
operational errors, but waiting changes nothing: one such fact would stop everybody's."""


Known: TypeAlias = frozenset[tuple[Place, int]]


class _Reopen(Exception):  # noqa: N818  # not an error: the generation to fill has changed
    """The consumer must follow another group."""


def retryable(error: BaseException) -> bool:
    """Whether the same fact may succeed later: something that we depend on is down, nothing was decided."""
    if isinstance(error, ConcordError):
        return error.kind is ErrorKind.UNAVAILABLE
    if isinstance(error, DBAPIError):
        if str(getattr(error.orig, "sqlstate", "")).startswith(_LIMIT):
            return False
        return isinstance(error, (OperationalError, InterfaceError)) or error.connection_invalidated
    return isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError, OSError, LogError))


def reason_of(error: BaseException) -> str:
    """What a dead letter says: the stable code of a refusal, or the class of a mistake in our code."""
    return error.code if isinstance(error, ConcordError) else type(error).__name__


class Consumer:
    """One subscription's consumer. `run` returns when `stop` is set; failures of database and log are waited out."""

    def __init__(
        self,
        subscription: Subscription,
        database: Database,
        open_log: Callable[[], EventLog],
        agreement: Agreement,
        *,
        node: str,
        service: str,
        batch: int = 500,
        hold: Hold = go_on,
    ) -> None:
        self._subscription = subscription
        self._open_log = open_log
        self._database = database
        self._inbox = Inbox(subscription, database, agreement, node=node, service=service)
        self._topics = agreement.topics_for(node, service, subscription.reads)
        self._node = node
        self._service = service
        self._batch = batch
        self._hold = hold
        self._logger = logger(__name__)
        self._streaks = Streaks()
        self._sought: set[Place] = set()
        self._backoff = Backoff()
        self._tick_at = 0.0
        self._measure_at = 0.0

    def run(self, stop: threading.Event) -> None:
        """Applies facts until `stop`, each pass with a log of its own."""
        while not stop.is_set():
            try:
                with closing(self._open_log()) as log:
                    self._follow(log, stop)
            except _Reopen:
                continue
            except Exception as error:
                if not retryable(error):
                    raise
                names = ",".join(error.names) if isinstance(error, NotAuthorisedError) else None
                self._logger.warning(
                    "consumer interrupted", consumer=self._subscription.consumer, topic=names, **failure(error)
                )
                self._backoff.wait(stop)

    def _follow(self, log: EventLog, stop: threading.Event) -> None:
        name = self._subscription.consumer
        with self._inbox.transaction() as work:
            state = generations.register(work.conn, name, rebuildable=self._subscription.rebuildable)
        if not state.rebuilding:
            self._read(log, stop, state, None)
            return
        with alone(self._database, name) as leads:
            if leads:
                self._read(log, stop, state, Rebuild(self._subscription, self._inbox, state))
            else:
                stop.wait(REBUILD_SECONDS)
                raise _Reopen

    def _read(self, log: EventLog, stop: threading.Event, state: State, rebuild: Rebuild | None) -> None:
        name = self._subscription.consumer
        self._owner = Owner(name, state.filling)
        self._sought.clear()
        if self._topics:
            log.subscribe(group_name(self._node, self._service, name, state.filling), self._topics)
        self._streaks = Streaks(state.paused_topics)
        self._tick_at = 0.0
        while not stop.is_set():
            if time.monotonic() >= self._tick_at:
                self._tick(log)
            if rebuild is not None and rebuild.finished(log, self._topics):
                raise _Reopen
            if not self._topics:
                stop.wait(POLL_SECONDS)
                continue
            self.step(log)
            self._backoff.reset()

    def step(self, log: EventLog) -> int:
        """One poll: applies what came, commits the offsets; returns the number of records.

        When it raises, nothing that was read is lost: the offsets stand where they stood.
        """
        log.pause(sorted(self._streaks.paused))
        records = log.poll(self._batch, POLL_SECONDS)
        if not records:
            return 0
        done = self._apply(records)
        self._hold(CONSUMER_APPLIED)
        positions = {place: offset + 1 for place, offset in _lasts(done).items()}
        if positions:
            log.commit(positions)
        left = _starts(records, positions)
        for place, offset in left.items():
            log.seek(place, offset)
        return len(records)

    def _apply(self, records: Sequence[StoredRecord]) -> Sequence[StoredRecord]:
        """Applies the records in one transaction, or one by one; returns those that were dealt with."""
        batch = self._inbox.believe(records, self._owner)
        streaks, known = self._streaks.copy(), self._known(batch)
        batch = [item for item in batch if streaks.take(item[0].topic, believed=not _unbelieved(item, known))]
        try:
            with self._inbox.transaction() as work:
                self._inbox.apply(work, self._owner, batch)
                self._write_pauses(work.conn, streaks)
        except Exception as error:
            if retryable(error):
                raise
            return self._one_by_one(self._inbox.believe(records, self._owner))
        self._streaks = streaks
        return [record for record, _ in batch]

    def _one_by_one(self, batch: Sequence[Believed]) -> Sequence[StoredRecord]:
        done: list[StoredRecord] = []
        known = self._known(batch)
        for item in batch:
            record, found = item
            if record.topic in self._streaks.paused:
                continue
            refused = _unbelieved(item, known)
            try:
                with self._inbox.transaction() as work:
                    self._inbox.apply(work, self._owner, [item])
            except Exception as error:
                if retryable(error) or not isinstance(found, Fact):
                    raise
                self._refuse(record, found, error)
                refused = True
            self._streaks.take(record.topic, believed=not refused)
            done.append(record)
        with self._inbox.transaction() as work:
            self._write_pauses(work.conn, self._streaks)
        return done

    def _known(self, batch: Sequence[Believed]) -> Known:
        """Records not believed that lie in the dead letters already: read again, they put no topic to rest. Nobody
        could wake it, where what they were set aside for has long been resolved."""
        unbelieved = [record for record, found in batch if isinstance(found, NotBelieved)]
        if not unbelieved:
            return frozenset()
        with self._inbox.transaction() as work:
            return dead_letters.known(work.conn, self._owner, unbelieved)

    def _refuse(self, record: StoredRecord, fact: Fact, error: Exception) -> None:
        with self._inbox.transaction() as work:
            self._inbox.set_aside(work, self._owner, record, fact, reason_of(error))
        details = {"code": error.code} if isinstance(error, ConcordError) else failure(error)
        self._logger.error(
            "fact refused and set aside",
            consumer=self._owner.consumer,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            type=fact.type,
            **details,
        )

    def _write_pauses(self, conn: Connection, streaks: Streaks) -> None:
        for topic in sorted(streaks.newly_paused):
            generations.pause(conn, self._owner.consumer, topic)
            self._logger.error("topic paused after many records set aside", consumer=self._owner.consumer, topic=topic)

    def _tick(self, log: EventLog) -> None:
        """Once a second: what an operator asked for."""
        self._tick_at = time.monotonic() + TICK_SECONDS
        with self._inbox.transaction() as work:
            state = generations.state(work.conn, self._owner.consumer)
        if state.filling != self._owner.generation:
            raise _Reopen
        self._streaks.set_paused(state.paused_topics)
        if not state.skipped_wanted:
            self._sought.clear()
        elif sought := seek_skipped(self._inbox, self._owner, log, self._sought):
            self._sought |= sought
            self._logger.info("skipped facts are read again", consumer=self._owner.consumer)
        retry_wanted(self._inbox, self._owner, retryable, reason_of)
        if time.monotonic() >= self._measure_at:
            self._measure(log)

    def _measure(self, log: EventLog) -> None:
        self._measure_at = time.monotonic() + MEASURE_SECONDS
        with self._inbox.transaction() as work:
            open_letters = dead_letters.count_open(work.conn, self._owner)
            dead_letters.forget(work.conn)
        metrics.gauge(metrics.DEAD_LETTERS, open_letters, consumer=self._owner.consumer, service=self._service)
        if log.places():
            lag = sum(end - log.position(place) for place, end in log.ends().items())
            metrics.gauge(metrics.EVENTS_LAG, lag, consumer=self._owner.consumer, service=self._service)


def _unbelieved(item: Believed, known: Known) -> bool:
    record, found = item
    return isinstance(found, NotBelieved) and (Place(record.topic, record.partition), record.offset) not in known


def _starts(records: Iterable[StoredRecord], done: Mapping[Place, int]) -> Mapping[Place, int]:
    """Where to read on in each place of which not every record was dealt with; `done` are the next offsets."""
    found: dict[Place, int] = {}
    for record in records:
        place = Place(record.topic, record.partition)
        if record.offset >= done.get(place, 0):
            found.setdefault(place, record.offset)
    return found


def _lasts(records: Iterable[StoredRecord]) -> Mapping[Place, int]:
    """The last offset of each place."""
    return {Place(record.topic, record.partition): record.offset for record in records}
