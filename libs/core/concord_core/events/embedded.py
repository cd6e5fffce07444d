"""The event log in a PostgreSQL database of its own, for one machine: same topics, keys, partitions, groups, offsets.

Everything goes through functions of that database that check the login against the agreement's access list
(`embedded.sql`). A group has one active member, the others stand by until its session ends; nothing is rebalanced.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import psycopg
from psycopg import errors

from concord_core.config import DatabaseSettings
from concord_core.events.log import LogError, LogUnavailableError, NotAuthorisedError, Place, RecordRefusedError
from concord_core.events.model import Record, StoredRecord
from concord_core.events.records import pack_headers, unpack_headers
from concord_core.events.topics import partition_of

R = TypeVar("R")


def translate(error: psycopg.Error) -> LogError:
    """Our error for one of the log database."""
    detail = error.diag
    if isinstance(error, errors.InsufficientPrivilege) and detail.constraint_name:
        return NotAuthorisedError(detail.constraint_name, (detail.message_primary or "").split(" "))
    if isinstance(error, errors.UndefinedObject):
        return RecordRefusedError("no such topic")
    return LogUnavailableError(f"the event log failed: {type(error).__name__}")


class EmbeddedLog:
    """EventLog in the database that `settings` names; `login` is the client id, `<node>-<service>`."""

    def __init__(self, settings: DatabaseSettings, login: str) -> None:
        self._settings = settings
        self._login = login
        self._conn: psycopg.Connection[Any] | None = None
        self._group = ""
        self._topics: list[str] = []
        self._positions: dict[Place, int] = {}
        self._paused: frozenset[str] = frozenset()

    def publish(self, records: Sequence[Record]) -> Sequence[LogError | None]:
        """All in one transaction; when that fails, one topic at a time, so that one refused topic holds no other."""
        try:
            self._publish(records)
            return [None] * len(records)
        except LogUnavailableError as error:
            return [error] * len(records)
        except LogError as error:
            if len({record.topic for record in records}) == 1:
                return [error] * len(records)
        outcomes: list[LogError | None] = [None] * len(records)
        for topic in dict.fromkeys(record.topic for record in records):
            places = [place for place, record in enumerate(records) if record.topic == topic]
            answer = self.publish([records[place] for place in places])
            for place, outcome in zip(places, answer, strict=True):
                outcomes[place] = outcome
        return outcomes

    def _publish(self, records: Sequence[Record]) -> None:
        columns = (
            [record.topic for record in records],
            [partition_of(record.key) for record in records],
            [record.key for record in records],
            [pack_headers(record.headers) for record in records],
            [record.value for record in records],
        )
        statement = "select concord_log.publish(%s::text[], %s::int[], %s::bytea[], %s::bytea[], %s::bytea[])"
        self._try(lambda conn: conn.execute(statement, columns))

    def subscribe(self, group: str, topics: Sequence[str]) -> None:
        self.close()
        self._group, self._topics = group, list(topics)
        self._try(lambda conn: conn.execute("listen concord_log"))
        self._join()

    def _join(self) -> bool:
        """Whether this session is the group's active member; reads the offsets when it becomes that."""
        if self._positions:
            return True
        row = self._try(lambda conn: conn.execute("select concord_log.join_group(%s)", [self._group]).fetchone())
        places = self._places()
        if row is None or not row[0]:
            return False
        self._positions = {Place(topic, partition): start for topic, partition, start, _ in places}
        return True

    def _places(self) -> list[tuple[str, int, int, int]]:
        statement = "select * from concord_log.places(%s, %s::text[])"
        return self._try(lambda conn: conn.execute(statement, [self._group, self._topics]).fetchall())

    def poll(self, limit: int, seconds: float) -> Sequence[StoredRecord]:
        found = self._fetch(limit) if self._join() else []
        if not found and seconds > 0:
            self._try(lambda conn: list(conn.notifies(timeout=seconds, stop_after=1)))
            found = self._fetch(limit) if self._join() else []
        return found

    def _fetch(self, limit: int) -> list[StoredRecord]:
        awake = [(*place, start) for place, start in self._positions.items() if place.topic not in self._paused]
        if not awake:
            return []
        topics, partitions, offsets = (list(column) for column in zip(*awake, strict=True))
        statement = "select * from concord_log.fetch(%s, %s::text[], %s::int[], %s::bigint[], %s)"
        arguments = [self._group, topics, partitions, offsets, limit]
        rows = self._try(lambda conn: conn.execute(statement, arguments, binary=True).fetchall())
        found = [
            StoredRecord(topic, partition, offset, key, value, unpack_headers(headers), appended)
            for topic, partition, offset, key, headers, value, appended in rows
        ]
        for record in found:
            self._positions[Place(record.topic, record.partition)] = record.offset + 1
        return found

    def commit(self, positions: Mapping[Place, int]) -> None:
        if not positions:
            return
        columns = [
            list(column) for column in zip(*((*place, offset) for place, offset in positions.items()), strict=True)
        ]
        statement = "select concord_log.commit_offsets(%s, %s::text[], %s::int[], %s::bigint[])"
        self._try(lambda conn: conn.execute(statement, [self._group, *columns]))

    def seek(self, place: Place, offset: int) -> None:
        self._positions[place] = offset

    def pause(self, topics: Sequence[str]) -> None:
        self._paused = frozenset(topics)

    def places(self) -> Sequence[Place]:
        return sorted(self._positions)

    def ends(self) -> Mapping[Place, int]:
        return {Place(topic, partition): end for topic, partition, _, end in self._places()}

    def position(self, place: Place) -> int:
        return self._positions[place]

    def close(self) -> None:
        conn, self._conn = self._conn, None
        self._positions = {}
        if conn is not None:
            conn.close()

    def _connection(self) -> psycopg.Connection[Any]:
        if self._conn is None:
            settings = self._settings
            password = (settings.passwords / self._login).read_text(encoding="ascii").strip()
            self._conn = psycopg.connect(
                host=settings.host,
                port=settings.port,
                dbname=settings.name,
                user=self._login,
                password=password,
                autocommit=True,
                connect_timeout=5,
                application_name=f"{self._login}-log",
            )
        return self._conn

    def _try(self, call: Callable[[psycopg.Connection[Any]], R]) -> R:
        """Runs `call` with the session; a session that broke is forgotten, and with it the group's membership."""
        try:
            return call(self._connection())
        except psycopg.Error as error:
            refused = translate(error)
            if isinstance(refused, LogUnavailableError):
                self.close()
            raise refused from None
