"""The recipient's rows of referrals; every statement sees the work's agency only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, text

from concord_core.storage import Work, rows
from concord_core.values import values_of
from concord_core.vault.domain import Wrapped
from concord_victim_assistance.referrals.domain import Check, Event, Received, Status

_TABLE = "received_referrals"
_PLAIN = (
    "reference",
    "owner",
    "consent_reference",
    "service",
    "urgent",
    "country",
    "status",
    "offered_date",
    "answer_by_date",
    "received_at",
)


@dataclass(frozen=True)
class Errand:
    """What the courier has to ask an owner: whether the referral stands, or its content for an officer.

    `opener` is the opaque id of that officer; `traceparent` leads back to the request that began it.
    """

    reference: str
    owner: str
    attempts: int
    opener: str | None
    traceparent: str | None


@dataclass(frozen=True)
class ConsentOver:
    """The end of a consent that came before the offer that it concerns."""

    owner: str
    consent_reference: str
    day: date
    event: Event


def _received(row: Row[Any]) -> Received:
    return rows.record_of(
        Received,
        row,
        status=Status(row.status),
        check=Check(row.check_state),
        holds_copy=row.data_key is not None,
        confirmed=row.confirmed_at is not None,
    )


def insert(work: Work, referral: Received, traceparent: str | None) -> None:
    """Adds a referral that arrived; it waits for the courier at once."""
    rows.insert(work, _TABLE, values_of(referral, *_PLAIN) | {"traceparent": traceparent})


def get(work: Work, reference: str, *, lock: bool = False) -> Received:
    """One referral that came to this agency; raises `not_found`."""
    return _received(rows.get(work, _TABLE, reference, lock=lock))


def locked(work: Work, reference: str) -> Received | None:
    """The same, locked; None for one that has not arrived."""
    row = rows.find(work, _TABLE, reference, lock=True)
    return _received(row) if row else None


def listed(work: Work) -> list[Received]:
    """All that came to this agency, the latest first."""
    return [_received(row) for row in rows.select(work, _TABLE, "order by received_at desc, reference")]


def change(work: Work, reference: str, **columns: date | datetime | str | int | None) -> None:
    """Writes the named columns; the version grows by one."""
    rows.change(work, _TABLE, reference, columns)


def next_fact(work: Work, reference: str) -> int:
    """Locks the row and returns the sequence of this agency's next fact about the referral."""
    return rows.next_fact(work, _TABLE, reference)


def due(work: Work, now: datetime, limit: int) -> list[Errand]:
    """Errands that are due, the longest waiting first."""
    found = work.conn.execute(
        text(
            """select reference, owner, attempts, traceparent,
                 case when open_requested_at is not null and data_key is null then open_requested_by end as opener
               from received_referrals where next_try_at <= :now order by next_try_at limit :limit"""
        ),
        {"now": now, "limit": limit},
    )
    return [Errand(row.reference, row.owner, row.attempts, row.opener, row.traceparent) for row in found]


def keep_copy(work: Work, reference: str, wrapped: Wrapped, package: bytes) -> None:
    """Stores the encrypted package with its wrapped key."""
    rows.update(work, _TABLE, reference, {**wrapped.columns(), "package_enc": package})


def copy(work: Work, reference: str) -> tuple[Wrapped, bytes] | None:
    """The wrapped key and the encrypted package; None when nothing is held."""
    row = rows.get(work, _TABLE, reference)
    if row.data_key is None:
        return None
    return Wrapped.of(row), bytes(row.package_enc)


def drop_copy(work: Work, reference: str) -> None:
    """Deletes the wrapped key and what it opened: the copy cannot be read from now on."""
    rows.update(work, _TABLE, reference, {"data_key": None, "package_enc": None})


def keep_ahead(work: Work, referral_reference: str, over: ConsentOver) -> None:
    """Keeps the end of a consent whose referral has not arrived."""
    values = values_of(over, "owner", "consent_reference", "day", "event")
    rows.insert_once(work, "consents_over", {"referral_reference": referral_reference, **values})


def ahead_of(work: Work, owner: str, referral_reference: str) -> ConsentOver | None:
    """The end of its consent that the owner made known before this referral."""
    where = "and owner = :owner and referral_reference = :reference"
    found = rows.select(work, "consents_over", where, owner=owner, reference=referral_reference)
    return rows.record_of(ConsentOver, found[0], event=Event(found[0].event)) if found else None
