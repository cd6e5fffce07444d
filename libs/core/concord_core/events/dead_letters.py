"""Records that were set aside: not believed, refused by a rule, or parked behind a refused one of the same aggregate.

An operator retries or drops them (`concord dlq`); the consumer carries a retry out, since only it has the handlers. The
bytes are kept for that, never logged, and deleted 30 days after resolution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import Connection, text

from concord_core.events.errors import UNKNOWN_LETTER
from concord_core.events.log import Place
from concord_core.events.model import Fact, StoredRecord
from concord_core.events.reasons import BEHIND_REFUSED
from concord_core.events.records import pack_headers, unpack_headers

Kind: TypeAlias = Literal["not_believed", "refused", "parked"]
KEEP_DAYS = 30
KEY_LIMIT = 1_000
"""Bytes of a key that are kept: more than any aggregate's name has, less than an index takes."""

_COLUMNS = """consumer, generation, topic, partition, log_offset, key, event_id::text as event_id, type, kind, reason,
headers, value, appended, at, attempts, retry_wanted, resolution, resolved_at"""
_PLACE = "consumer = :consumer and generation = :generation and topic = :topic and partition = :partition"
_OPEN = "consumer = :consumer and generation = :generation and resolved_at is null"


@dataclass(frozen=True)
class Letter:
    """One dead letter; `value` and `headers` are empty once they were deleted."""

    consumer: str
    generation: int
    topic: str
    partition: int
    log_offset: int
    key: bytes
    event_id: str | None
    type: str | None
    kind: Kind
    reason: str
    headers: bytes | None
    value: bytes | None
    appended: datetime
    at: datetime
    attempts: int
    retry_wanted: bool
    resolution: str | None
    resolved_at: datetime | None

    @property
    def record(self) -> StoredRecord:
        """The record as it was read."""
        headers = unpack_headers(self.headers or b"")
        value = self.value or b""
        return StoredRecord(self.topic, self.partition, self.log_offset, self.key, value, headers, self.appended)


@dataclass(frozen=True)
class Owner:
    """Whose letters: a consumer in one of its generations."""

    consumer: str
    generation: int

    @property
    def values(self) -> dict[str, object]:
        return {"consumer": self.consumer, "generation": self.generation}


def add(
    conn: Connection, owner: Owner, record: StoredRecord, kind: Kind, reason: str, *, fact: Fact | None = None
) -> None:
    """Sets one record aside; a record that lies there already stays as it is."""
    conn.execute(
        text(
            "insert into dead_letters (consumer, generation, topic, partition, log_offset, key, event_id, type, kind,"
            " reason, headers, value, appended) values (:consumer, :generation, :topic, :partition, :offset, :key,"
            " :event_id, :type, :kind, :reason, :headers, :value, :appended) on conflict do nothing"
        ),
        owner.values
        | {
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "key": record.key[:KEY_LIMIT],
            "event_id": fact.id if fact else None,
            "type": fact.type if fact else None,
            "kind": kind,
            "reason": reason,
            "headers": pack_headers(record.headers),
            "value": record.value,
            "appended": record.appended,
        },
    )


def known(conn: Connection, owner: Owner, records: Sequence[StoredRecord]) -> frozenset[tuple[Place, int]]:
    """Which of these records were set aside before, resolved or not."""
    if not records:
        return frozenset()
    rows = conn.execute(
        text(
            "select topic, partition, log_offset from dead_letters"
            " where consumer = :consumer and generation = :generation and (topic, partition, log_offset) in"
            " (select * from unnest(cast(:topics as text[]), cast(:partitions as integer[]),"
            " cast(:offsets as bigint[])))"
        ),
        owner.values
        | {
            "topics": [record.topic for record in records],
            "partitions": [record.partition for record in records],
            "offsets": [record.offset for record in records],
        },
    )
    return frozenset((Place(topic, partition), offset) for topic, partition, offset in rows)


def parked_keys(conn: Connection, owner: Owner) -> frozenset[tuple[str, bytes]]:
    """Topic and key of every aggregate whose next facts must wait."""
    rows = conn.execute(
        text(f"select distinct topic, key from dead_letters where {_OPEN} and kind in ('refused', 'parked')"),
        owner.values,
    )
    return frozenset((topic, bytes(key)) for topic, key in rows)


def letters(conn: Connection, consumer: str | None = None, *, resolved: bool = False) -> Sequence[Letter]:
    """The open letters (with `resolved` all), oldest place first."""
    rows = conn.execute(
        text(
            f"select {_COLUMNS} from dead_letters where (:resolved or resolved_at is null)"
            " and (cast(:consumer as text) is null or consumer = :consumer)"
            " order by consumer, generation, topic, partition, log_offset"
        ),
        {"consumer": consumer, "resolved": resolved},
    )
    return [Letter(*row) for row in rows]


def find(conn: Connection, consumer: str, place: Place, offset: int) -> Letter:
    """The open letter of the newest generation at that place; UNKNOWN_LETTER when there is none."""
    row = conn.execute(
        text(
            f"select {_COLUMNS} from dead_letters where consumer = :consumer and topic = :topic"
            " and partition = :partition and log_offset = :offset and resolved_at is null"
            " order by generation desc limit 1"
        ),
        {"consumer": consumer, "topic": place.topic, "partition": place.partition, "offset": offset},
    ).one_or_none()
    if row is None:
        raise UNKNOWN_LETTER.error()
    return Letter(*row)


def ask_retry(conn: Connection, letter: Letter) -> None:
    """Has the consumer try this letter again, then those parked behind it; wakes the topic if it was paused."""
    behind = "" if letter.kind == "not_believed" else " or (kind in ('refused', 'parked') and key = :key)"
    conn.execute(
        text(
            f"update dead_letters set retry_wanted = true where {_PLACE} and resolved_at is null"
            f" and (log_offset = :offset{behind})"
        ),
        _values(letter),
    )
    _wake(conn, letter)


def drop(conn: Connection, letter: Letter) -> None:
    """Gives a letter up; those parked behind it are tried. Its bytes go 30 days later."""
    resolve(conn, letter, "dropped")
    if letter.kind != "not_believed":
        conn.execute(
            text(
                f"update dead_letters set retry_wanted = true where {_PLACE} and resolved_at is null and key = :key"
                " and kind in ('refused', 'parked')"
            ),
            _values(letter),
        )
    _wake(conn, letter)


def resolve(conn: Connection, letter: Letter, resolution: Literal["retried", "dropped"]) -> None:
    """Closes a letter."""
    conn.execute(
        text(
            "update dead_letters set resolution = :resolution, resolved_at = clock_timestamp(), retry_wanted = false"
            f" where {_PLACE} and log_offset = :offset"
        ),
        _values(letter) | {"resolution": resolution},
    )


def refuse_again(conn: Connection, letter: Letter, kind: Kind, reason: str) -> None:
    """Writes down a retry that failed; what waits behind it goes on waiting."""
    conn.execute(
        text(
            "update dead_letters set attempts = attempts + 1, kind = :kind, reason = :reason, retry_wanted = false"
            f" where {_PLACE} and log_offset = :offset"
        ),
        _values(letter) | {"kind": kind, "reason": reason},
    )
    conn.execute(
        text(
            f"update dead_letters set retry_wanted = false where {_PLACE} and resolved_at is null and key = :key"
            " and kind in ('refused', 'parked')"
        ),
        _values(letter),
    )


def park(conn: Connection, letter: Letter, fact: Fact) -> None:
    """Makes a letter that came to be believed wait behind a refused one of its aggregate."""
    conn.execute(
        text(
            "update dead_letters set kind = 'parked', reason = :reason, event_id = :event_id, type = :type,"
            f" attempts = attempts + 1, retry_wanted = false where {_PLACE} and log_offset = :offset"
        ),
        _values(letter) | {"reason": BEHIND_REFUSED.code, "event_id": fact.id, "type": fact.type},
    )


def next_wanted(conn: Connection, owner: Owner) -> Letter | None:
    """The first letter to try again, locked for this transaction; None when there is none."""
    row = conn.execute(
        text(
            f"select {_COLUMNS} from dead_letters where {_OPEN} and retry_wanted"
            " order by topic, partition, log_offset limit 1 for update skip locked"
        ),
        owner.values,
    ).one_or_none()
    return Letter(*row) if row is not None else None


def supersede(conn: Connection, owner: Owner) -> None:
    """Closes what is open of a generation that was replaced: the new one read the same records."""
    conn.execute(
        text(
            "update dead_letters set resolution = 'dropped', resolved_at = clock_timestamp(), retry_wanted = false"
            f" where {_OPEN}"
        ),
        owner.values,
    )


def count_open(conn: Connection, owner: Owner) -> int:
    """How many letters are open."""
    found = conn.execute(text(f"select count(*) from dead_letters where {_OPEN}"), owner.values).scalar_one()
    return int(found)


def forget(conn: Connection) -> None:
    """Deletes the bytes of letters that were resolved more than 30 days ago."""
    conn.execute(
        text(
            "update dead_letters set headers = null, value = null where value is not null"
            " and resolved_at < now() - make_interval(days => :days)"
        ),
        {"days": KEEP_DAYS},
    )


def _values(letter: Letter) -> dict[str, object]:
    return {
        "consumer": letter.consumer,
        "generation": letter.generation,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.log_offset,
        "key": letter.key,
    }


def _wake(conn: Connection, letter: Letter) -> None:
    conn.execute(
        text("update consumers set paused_topics = array_remove(paused_topics, :topic) where consumer = :consumer"),
        {"topic": letter.topic, "consumer": letter.consumer},
    )
