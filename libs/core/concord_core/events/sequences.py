"""Sees gaps and repeats: the last sequence of each aggregate that a consumer applied, compared with the next.

A gap or a repeat is counted and logged, not refused: it says that a relay, a restore or a service broke its promise.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import Connection, text

from concord_core.events.dead_letters import Owner
from concord_core.telemetry import logger, metrics

_READ = text(
    """select topic, key, sequence from inbox_sequences
    where consumer = :consumer and generation = :generation
      and (topic, key) in (select * from unnest(cast(:topics as text[]), cast(:keys as text[])))"""
)
_WRITE = text(
    """insert into inbox_sequences (consumer, generation, topic, key, sequence)
    select :consumer, :generation, w.* from unnest(
        cast(:topics as text[]), cast(:keys as text[]), cast(:sequences as integer[])) as w
    on conflict (consumer, generation, topic, key)
    do update set sequence = greatest(inbox_sequences.sequence, excluded.sequence)"""
)


class Sequenced(Protocol):
    """A fact, or an event of a type that is skipped here."""

    @property
    def topic(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def sequence(self) -> int: ...


def note(conn: Connection, owner: Owner, facts: Sequence[Sequenced]) -> None:
    """Compares and remembers the sequences of events that are new to this consumer, in their order.

    Events that the consumer skips are among them: a type without a handler leaves no gap."""
    if not facts:
        return
    keys = list(dict.fromkeys((fact.topic, fact.key) for fact in facts))
    values = owner.values | {"topics": [topic for topic, _ in keys], "keys": [key for _, key in keys]}
    last = {(topic, key): sequence for topic, key, sequence in conn.execute(_READ, values)}
    gaps = repeats = 0
    for fact in facts:
        before = last.get((fact.topic, fact.key), 0)
        gaps += fact.sequence > before + 1
        repeats += fact.sequence <= before
        last[fact.topic, fact.key] = max(before, fact.sequence)
    conn.execute(_WRITE, values | {"sequences": [last[key] for key in keys]})
    for name, found in ((metrics.EVENTS_GAPS, gaps), (metrics.EVENTS_REPEATS, repeats)):
        if found:
            metrics.count(name, found, consumer=owner.consumer)
    if gaps or repeats:
        logger(__name__).warning(
            "sequences of facts with gaps or repeats", consumer=owner.consumer, count=gaps, total=gaps + repeats
        )
