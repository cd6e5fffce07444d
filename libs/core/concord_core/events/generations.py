"""Where each consumer of a service stands: the generation that readers see, a rebuild under way, what it was asked.

A rebuild fills generation N + 1 from the first fact on while readers see N; then N + 1 becomes what they see, at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

from concord_core.events.errors import ALREADY_REBUILDING, NOT_REBUILDABLE, UNKNOWN_CONSUMER

SKIPPED_SECONDS = 30.0
"""Every member of a group looks once a second at what was asked."""


@dataclass(frozen=True)
class State:
    """One consumer. `applied` of `total` facts are in the new generation while `rebuilding` is set."""

    consumer: str
    rebuildable: bool
    generation: int
    rebuilding: int | None
    applied: int
    total: int
    skipped_wanted: bool
    paused_topics: tuple[str, ...]

    @property
    def filling(self) -> int:
        """The generation that the consumer fills now."""
        return self.rebuilding or self.generation


def current(conn: Connection, consumer: str) -> int:
    """The generation that readers of a rebuildable projection select by; 1 before the consumer ever ran."""
    found = conn.execute(
        text("select generation from consumers where consumer = :consumer"), {"consumer": consumer}
    ).scalar()
    return int(found) if found is not None else 1


def register(conn: Connection, consumer: str, *, rebuildable: bool) -> State:
    """Notes that this consumer runs here, and returns where it stands."""
    conn.execute(
        text(
            "insert into consumers (consumer, rebuildable) values (:consumer, :rebuildable)"
            " on conflict (consumer) do update set rebuildable = excluded.rebuildable"
        ),
        {"consumer": consumer, "rebuildable": rebuildable},
    )
    return state(conn, consumer)


def state(conn: Connection, consumer: str) -> State:
    """Where the consumer stands; UNKNOWN_CONSUMER if it never ran."""
    row = conn.execute(
        text(
            "select consumer, rebuildable, generation, rebuilding, applied, total, skipped_wanted, paused_topics"
            " from consumers where consumer = :consumer"
        ),
        {"consumer": consumer},
    ).one_or_none()
    if row is None:
        raise UNKNOWN_CONSUMER.error()
    return State(**{**row._mapping, "paused_topics": tuple(row.paused_topics)})


def ask_rebuild(conn: Connection, consumer: str) -> State:
    """Asks the consumer for a new generation. NOT_REBUILDABLE for one with effects, ALREADY_REBUILDING for a second."""
    known = state(conn, consumer)
    if not known.rebuildable:
        raise NOT_REBUILDABLE.error()
    taken = conn.execute(
        text(
            "update consumers set rebuilding = generation + 1, applied = 0, total = 0, updated_at = clock_timestamp()"
            " where consumer = :consumer and rebuilding is null returning 1"
        ),
        {"consumer": consumer},
    ).scalar()
    if taken is None:
        raise ALREADY_REBUILDING.error()
    return state(conn, consumer)


def progress(conn: Connection, consumer: str, applied: int, total: int) -> None:
    """Writes down how far a rebuild has come."""
    _update(conn, consumer, "applied = :applied, total = :total", applied=applied, total=total)


def switch(conn: Connection, consumer: str) -> None:
    """Readers see the new generation from this transaction's commit on."""
    _update(conn, consumer, "generation = rebuilding, rebuilding = null")


def ask_skipped(conn: Connection, consumer: str) -> None:
    """Asks the consumer to look again at facts whose type it did not know."""
    state(conn, consumer)
    _update(conn, consumer, "skipped_wanted = true")


def skipped_seen(conn: Connection, consumer: str) -> None:
    """A member of the consumer's group reads its skipped facts again. What was asked ends once all had the time to."""
    conn.execute(
        text(
            "update consumers set skipped_wanted = false where consumer = :consumer and skipped_wanted"
            " and updated_at < clock_timestamp() - make_interval(secs => :seconds)"
        ),
        {"consumer": consumer, "seconds": SKIPPED_SECONDS},
    )


def pause(conn: Connection, consumer: str, topic: str) -> None:
    """A topic rests until an operator retries or drops one of its letters."""
    _update(conn, consumer, "paused_topics = array_append(array_remove(paused_topics, :topic), :topic)", topic=topic)


def _update(conn: Connection, consumer: str, assignments: str, **values: object) -> None:
    conn.execute(
        text(f"update consumers set {assignments}, updated_at = clock_timestamp() where consumer = :consumer"),
        values | {"consumer": consumer},
    )
