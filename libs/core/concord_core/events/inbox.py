"""Applies what was read: each fact's effects exactly once, in the transaction that remembers its id.

One call is one transaction over a whole poll. A record that is not believed is set aside on the way, it has no effect
and no inbox row. A handler that fails fails the transaction: the consumer then repeats it record by record to find
which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from google.protobuf.message import Message
from sqlalchemy import Connection, text

from concord_core.agreement import Agreement
from concord_core.events import dead_letters, sequences
from concord_core.events.dead_letters import Owner
from concord_core.events.model import Fact, Handler, StoredRecord, Subscription
from concord_core.events.reasons import BEHIND_REFUSED
from concord_core.events.records import NotBelieved, Reader, UnknownType
from concord_core.storage import Actor, Database, Work
from concord_core.telemetry import metrics, remote_parent, span

Believed = tuple[StoredRecord, "Fact[Any] | NotBelieved | UnknownType"]


class ProjectionWork(Work):
    """What handlers of a rebuildable subscription get: nothing is published again because a table is filled again."""

    def emit(self, service: str, aggregate: str, sequence: int, message: Message, *, agency: str | None = None) -> str:
        """Never: raises RuntimeError."""
        raise RuntimeError("a rebuildable handler publishes nothing")


class Inbox:
    """The inbox of one consumer on one node."""

    def __init__(
        self, subscription: Subscription, database: Database, agreement: Agreement, *, node: str, service: str
    ) -> None:
        self._subscription = subscription
        self._database = database
        self._agreement = agreement
        self._node = node
        self._service = service
        self._reader = Reader(agreement, subscription.handlers)
        self._actor = Actor("service", f"{node}-{service}")

    @contextmanager
    def transaction(self) -> Iterator[Work]:
        """One transaction of the consumer, with no agency set."""
        with self._database.work(None, actor=self._actor) as work:
            yield work

    def believe(self, records: Sequence[StoredRecord], owner: Owner) -> list[Believed]:
        """What each record is; nothing is read or written."""
        return [(record, self._reader.believe(record, owner.generation)) for record in records]

    def apply(self, work: Work, owner: Owner, batch: Sequence[Believed]) -> bool:
        """Applies the batch in the transaction of `work`; False when one was parked. Raises what a handler raises."""
        for record, found in batch:
            if isinstance(found, NotBelieved):
                dead_letters.add(work.conn, owner, record, "not_believed", found.reason)
        facts = [(record, found) for record, found in batch if not isinstance(found, NotBelieved)]
        fresh = self._remember(work.conn, owner, facts)
        known = [(record, fact) for record, fact in fresh if isinstance(fact, Fact)]
        skipped = len(fresh) - len(known)
        sequences.note(work.conn, owner, [fact for _, fact in fresh])
        parked = dead_letters.parked_keys(work.conn, owner) if known else frozenset()
        run = self._runner(work)
        all_run = True
        for record, fact in known:
            if (record.topic, record.key) in parked:
                all_run = False
                dead_letters.add(work.conn, owner, record, "parked", BEHIND_REFUSED.code, fact=fact)
                self._outcome(work.conn, owner, fact, "parked")
            else:
                run(fact)
        work.on_commit(lambda: self._count(len(known), skipped))
        return all_run

    def set_aside(self, work: Work, owner: Owner, record: StoredRecord, fact: Fact, reason: str) -> None:
        """Writes a refused fact with its inbox row, so that later ones of its aggregate wait behind it."""
        self._remember(work.conn, owner, [(record, fact)])
        self._outcome(work.conn, owner, fact, "refused")
        dead_letters.add(work.conn, owner, record, "refused", reason, fact=fact)

    def run_again(self, work: Work, owner: Owner, fact: Fact) -> None:
        """Applies a fact that was set aside with its inbox row. Raises what the handler raises."""
        self._runner(work)(fact)
        self._outcome(work.conn, owner, fact, "applied")

    # --- parts ---

    def _remember(
        self, conn: Connection, owner: Owner, facts: Sequence[tuple[StoredRecord, Fact[Any] | UnknownType]]
    ) -> list[tuple[StoredRecord, Fact[Any] | UnknownType]]:
        """Adds inbox rows; returns those that are new here, or that were skipped and are known now, each once."""
        if not facts:
            return []
        rows = [_row(record, fact) for record, fact in facts]
        columns = {name: [row[place] for row in rows] for place, name in enumerate(_ROW)}
        added = conn.execute(_REMEMBER, owner.values | columns).all()
        new = {(topic, str(event_id)) for topic, event_id in added}
        again = [row for row in rows if (row[0], row[1]) not in new and row[4] == "applied"]
        if again:
            values = {"topics": [row[0] for row in again], "ids": [row[1] for row in again]}
            revived = conn.execute(_REVIVE, owner.values | values).all()
            new |= {(topic, str(event_id)) for topic, event_id in revived}
        fresh: list[tuple[StoredRecord, Fact[Any] | UnknownType]] = []
        for (record, fact), row in zip(facts, rows, strict=True):
            if (row[0], row[1]) in new:
                new.remove((row[0], row[1]))
                fresh.append((record, fact))
        return fresh

    def _outcome(self, conn: Connection, owner: Owner, fact: Fact[Any], outcome: str) -> None:
        values = {"topic": fact.topic, "event_id": fact.id, "outcome": outcome}
        conn.execute(_OUTCOME, owner.values | values)

    def _runner(self, base: Work) -> Callable[[Fact[Any]], None]:
        """Runs handlers in the transaction of `base`, each with its agency set for the rows that it may see."""
        kind = ProjectionWork if self._subscription.rebuildable else Work
        set_now: str | None = None

        def call(handler: Handler, fact: Fact[Any], agency: str | None) -> None:
            nonlocal set_now
            if agency != set_now:
                base.conn.execute(_AGENCY, {"agency": agency or ""})
                set_now = agency
            attributes = {
                "consumer": self._subscription.consumer,
                "topic": fact.topic,
                "type": fact.type,
                "event_id": fact.id,
                "agency": agency,
            }
            parent = remote_parent(fact.traceparent)
            with span("events.apply", "consumer", attributes, parent=parent, links=[parent]):
                work = kind(base.conn, agency, Actor("service", self._actor.subject, agency))
                handler(work, fact)
                base.on_commit(work.committed)

        def run(fact: Fact[Any]) -> None:
            handler = self._subscription.handlers[type(fact.message)]
            for agency in self._agencies(fact):
                call(handler, fact, agency)

        return run

    def _agencies(self, fact: Fact[Any]) -> list[str | None]:
        if self._subscription.concerns is None:
            return [None]
        named = dict.fromkeys(self._subscription.concerns(fact))
        return [agency for agency in named if self._agreement.hosts(self._node, agency, self._service)]

    def _count(self, applied: int, skipped: int) -> None:
        consumer = self._subscription.consumer
        if applied:
            metrics.count(metrics.EVENTS_APPLIED, applied, consumer=consumer, service=self._service)
        if skipped:
            metrics.count(metrics.EVENTS_SKIPPED, skipped, consumer=consumer, service=self._service)


_ROW = ("topics", "ids", "partitions", "offsets", "outcomes")
_REMEMBER = text(
    """insert into inbox (consumer, generation, topic, event_id, partition, log_offset, outcome)
    select :consumer, :generation, w.* from unnest(cast(:topics as text[]), cast(:ids as uuid[]),
        cast(:partitions as integer[]), cast(:offsets as bigint[]), cast(:outcomes as text[])) as w
    on conflict do nothing returning topic, event_id"""
)
_REVIVE = text(
    """update inbox set outcome = 'applied'
    where consumer = :consumer and generation = :generation and outcome = 'skipped'
      and (topic, event_id) in (select * from unnest(cast(:topics as text[]), cast(:ids as uuid[])))
    returning topic, event_id"""
)
_OUTCOME = text(
    """update inbox set outcome = :outcome where consumer = :consumer and generation = :generation
    and topic = :topic and event_id = cast(:event_id as uuid)"""
)
_AGENCY = text("select set_config('app.agency', :agency, true)")


def _row(record: StoredRecord, found: Fact[Any] | UnknownType) -> tuple[str, str, int, int, str]:
    outcome = "applied" if isinstance(found, Fact) else "skipped"
    return record.topic, found.id, record.partition, record.offset, outcome
