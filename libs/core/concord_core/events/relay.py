"""Sends the outbox to the log: in order, at least once, one relay per database.

The advisory lock that makes it the only one, the reading and the marking share one connection: when that is lost,
nothing more is sent until a new one holds the lock. A crash after sending and before marking sends again; the inbox
drops repeats.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, cast

import psycopg
from psycopg.rows import class_row
from sqlalchemy.exc import DBAPIError

from concord_core.errors import ConcordError
from concord_core.events.log import EventLog, LogError, LogUnavailableError
from concord_core.events.model import Record
from concord_core.events.records import Event, encode
from concord_core.events.waits import RELAY_READ, RELAY_SENT, Backoff, Hold, go_on
from concord_core.storage import Database
from concord_core.telemetry import failure, logger, metrics, remote_parent, span, traceparent_of
from concord_core.vault import KeyService

BATCH = 2_000
WAKE_SECONDS = 1.0
MEASURE_SECONDS = 5.0
REFUSED_SECONDS = 15.0
KEEP_DAYS = 30
FORGET_SECONDS = 3600.0

_LOCK = "select pg_try_advisory_lock(hashtext('concord.relay'))"
_READ = """
select seq, event_id::text as id, topic, key, type, sequence, agency, time, value, traceparent
from outbox where sent_at is null and topic <> all (%s) order by seq limit %s
"""
_MARK = "update outbox set sent_at = clock_timestamp() where seq = any (%s)"
_WAITING = """
select count(*), coalesce(extract(epoch from clock_timestamp() - min(written_at)), 0)::float
from outbox where sent_at is null
"""
_FORGET = "delete from outbox where sent_at < now() - make_interval(days => %s)"


@dataclass(frozen=True)
class Waiting(Event):
    """An unsent row of the outbox."""

    seq: int


class Relay:
    """One service's relay. `run` returns when `stop` is set; failures of database and log are waited out."""

    def __init__(
        self,
        database: Database,
        open_log: Callable[[], EventLog],
        keys: KeyService,
        *,
        node: str,
        service: str,
        hold: Hold = go_on,
    ) -> None:
        self._database = database
        self._open_log = open_log
        self._keys = keys
        self._node = node
        self._service = service
        self._hold = hold
        self._logger = logger(__name__)
        self._refused: dict[str, float] = {}
        self._measure_at = 0.0
        self._forget_at = 0.0

    def run(self, stop: threading.Event) -> None:
        """Sends until `stop`; each pass with a session of its own."""
        backoff = Backoff()
        while not stop.is_set():
            try:
                with closing(self._session()) as conn:
                    self._measure(conn)  # also when the log cannot be reached, or another session holds the lock
                    with closing(self._open_log()) as log:
                        self._lead(conn, log, stop, backoff)
            except (psycopg.Error, DBAPIError, LogError, OSError) as error:
                self._logger.warning("relay interrupted", service=self._service, **failure(error))
                backoff.wait(stop)

    def _session(self) -> psycopg.Connection[Any]:
        """A connection of its own, outside the pool."""
        pooled = self._database.engine.raw_connection()
        conn = cast("psycopg.Connection[Any]", pooled.driver_connection)  # before detach, which forgets it
        pooled.detach()
        conn.autocommit = True
        return conn

    def _lead(self, conn: psycopg.Connection[Any], log: EventLog, stop: threading.Event, backoff: Backoff) -> None:
        conn.execute("listen concord_outbox")
        while not stop.is_set() and not (conn.execute(_LOCK).fetchone() or (False,))[0]:
            self._measure(conn)
            stop.wait(WAKE_SECONDS)
        while not stop.is_set():
            sent = self.step(conn, log)
            backoff.reset()
            self._measure(conn)
            self._forget(conn)
            if sent < BATCH:
                list(conn.notifies(timeout=WAKE_SECONDS, stop_after=1))

    def step(self, conn: psycopg.Connection[Any], log: EventLog) -> int:
        """Sends what waits, at most BATCH facts, and marks what was taken; returns how many waited.

        Raises LogUnavailableError when the log could not take them now.
        """
        now = time.monotonic()
        resting = [topic for topic, until in self._refused.items() if until > now]
        with conn.cursor(row_factory=class_row(Waiting)) as cursor:
            rows = cursor.execute(_READ, (resting, BATCH), binary=True).fetchall()
        if not rows:
            return 0
        self._hold(RELAY_READ)
        signed = self._sign(rows)
        outcomes = log.publish([record for _, record in signed])
        self._hold(RELAY_SENT)
        taken = [row.seq for (row, _), error in zip(signed, outcomes, strict=True) if error is None]
        if taken:
            conn.execute(_MARK, (taken,))
            metrics.count(metrics.EVENTS_SENT, len(taken), service=self._service)
        for (row, _), error in zip(signed, outcomes, strict=True):
            if error is not None:
                self._not_taken(row, error)
        return len(rows)

    def _sign(self, rows: Sequence[Waiting]) -> list[tuple[Waiting, Record]]:
        """The records of the rows that can be signed now; a topic whose key is missing rests."""
        signed: list[tuple[Waiting, Record]] = []
        for row in rows:
            if row.topic in self._refused and self._refused[row.topic] > time.monotonic():
                continue
            parent = remote_parent(row.traceparent)
            attributes = {"topic": row.topic, "type": row.type, "event_id": row.id}
            with span("events.send", "producer", attributes, parent=parent):
                event = Event(
                    row.id,
                    row.topic,
                    row.key,
                    row.type,
                    row.sequence,
                    row.agency,
                    row.time,
                    row.value,
                    traceparent_of(None) or row.traceparent,
                )
                try:
                    record = encode(event, self._keys, node=self._node, service=self._service)
                except ConcordError as error:
                    self._rest(row.topic, error.code)
                    continue
            signed.append((row, record))
        return signed

    def _not_taken(self, row: Waiting, error: LogError) -> None:
        if isinstance(error, LogUnavailableError):
            raise error
        if self._refused.get(row.topic, 0.0) <= time.monotonic():
            self._rest(row.topic, type(error).__name__)

    def _rest(self, topic: str, reason: str) -> None:
        """Leaves a topic for a while, so that it does not hold the others; its facts stay in the outbox."""
        self._refused[topic] = time.monotonic() + REFUSED_SECONDS
        self._logger.error("topic refused, its facts wait in the outbox", topic=topic, reason=reason)

    def _measure(self, conn: psycopg.Connection[Any]) -> None:
        if time.monotonic() < self._measure_at:
            return
        self._measure_at = time.monotonic() + MEASURE_SECONDS
        count, age = conn.execute(_WAITING).fetchone() or (0, 0.0)
        metrics.gauge(metrics.OUTBOX_WAITING, count, service=self._service)
        metrics.gauge(metrics.OUTBOX_AGE, age, service=self._service)

    def _forget(self, conn: psycopg.Connection[Any]) -> None:
        """Once an hour, because it reads the whole outbox."""
        if time.monotonic() < self._forget_at:
            return
        self._forget_at = time.monotonic() + FORGET_SECONDS
        conn.execute(_FORGET, (KEEP_DAYS,))
