"""What the counting service does: writes an effect per fact, refuses banned aggregates, emits facts to be counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from google.protobuf.message import Message
from sqlalchemy import text

from concord.assistance.v1.events_pb2 import ReferralOffered
from concord.intake.v1.events_pb2 import CaseClosed, ClockBreached
from concord_core.errors import ErrorCode, ErrorKind
from concord_core.events import Fact, Subscription
from concord_core.storage import Actor, Database, Work

BANNED = ErrorCode("counting_banned", ErrorKind.CONFLICT, "This aggregate is banned.")
ACTOR = Actor("job", "test")


def count(work: Work, fact: Fact[Any]) -> None:
    """One row per fact; refuses what is banned at this moment."""
    if work.conn.execute(text("select 1 from banned where key = :key"), {"key": fact.key}).scalar():
        raise BANNED.error()
    work.conn.execute(
        text(
            "insert into effects (generation, event_id, topic, key, sequence)"
            " values (:generation, :id, :topic, :key, :sequence)"
        ),
        {"generation": fact.generation, "id": fact.id, "topic": fact.topic, "key": fact.key, "sequence": fact.sequence},
    )


def note(work: Work, fact: Fact[Any]) -> None:
    """One tenant row per agency that the fact concerns."""
    work.conn.execute(
        text("insert into notes (agency, event_id, owner) values (:agency, :id, :owner)"),
        {"agency": work.agency, "id": fact.id, "owner": fact.agency},
    )


def discard(work: Work, generation: int) -> None:
    """Deletes what a replaced generation counted."""
    work.conn.execute(text("delete from effects where generation = :generation"), {"generation": generation})


def subscription(
    consumer: str,
    *,
    reads: Sequence[str] = ("intake",),
    types: Sequence[type[Message]] = (CaseClosed, ClockBreached, ReferralOffered),
    handler: Callable[[Work, Fact[Any]], None] = count,
    rebuildable: bool = False,
) -> Subscription:
    """A subscription that counts facts of these types."""
    return Subscription(consumer, tuple(reads), dict.fromkeys(types, handler), rebuildable=rebuildable, discard=discard)


def emit(
    database: Database, agency: str, key: str, sequence: int, message: Message | None = None, service: str = "intake"
) -> str:
    """One fact in one transaction, as a service's command would; returns the event's id."""
    body = message if message is not None else CaseClosed(reason="resolved", closed_date="2026-03-01")
    with database.work(agency, actor=ACTOR) as work:
        return work.emit(service, key, sequence, body)


def effects(database: Database, where: str = "true") -> list[tuple[str, int]]:
    """Key and sequence of every effect, in the order in which they happened."""
    with database.work(None, actor=ACTOR) as work:
        rows = work.conn.execute(text(f"select key, sequence from effects where {where} order by n"))
        return [(key, sequence) for key, sequence in rows]
