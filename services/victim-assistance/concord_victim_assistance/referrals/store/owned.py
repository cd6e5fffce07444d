"""The owner's rows of referrals; every statement sees the work's agency only."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from concord_core.storage import Work, rows
from concord_core.values import values_of
from concord_core.vault.domain import Wrapped
from concord_victim_assistance.consent.domain import FieldGroup
from concord_victim_assistance.referrals.domain import Referral, Status

_TABLE = "referrals"
_PLAIN = (
    "reference",
    "person_reference",
    "consent_reference",
    "need_reference",
    "recipient",
    "service",
    "urgent",
    "country",
    "status",
    "offered_date",
    "answer_by_date",
)


def _referral(row: Row[Any]) -> Referral:
    groups = tuple(FieldGroup(group) for group in row.field_groups)
    return rows.record_of(Referral, row, groups=groups, status=Status(row.status))


def insert(work: Work, referral: Referral, wrapped: Wrapped, note: bytes) -> None:
    """Adds a referral; `note` is the encrypted note for the one who helps."""
    groups = [group.value for group in referral.groups]
    values = values_of(referral, *_PLAIN) | {"field_groups": groups, "note_enc": note}
    rows.insert(work, _TABLE, {**values, **wrapped.columns()})


def get(work: Work, reference: str, *, lock: bool = False) -> Referral:
    """One referral; raises `not_found`."""
    return _referral(rows.get(work, _TABLE, reference, lock=lock))


def of_person(work: Work, person_reference: str) -> list[Referral]:
    """A person's referrals, the latest first."""
    of = "and person_reference = :person order by created_at desc"
    return [_referral(row) for row in rows.select(work, _TABLE, of, person=person_reference)]


def listed(work: Work) -> list[Referral]:
    """All referrals of the agency, the latest first."""
    return [_referral(row) for row in rows.select(work, _TABLE, "order by created_at desc, reference")]


def unanswered(work: Work) -> list[tuple[Referral, date]]:
    """Referrals without an answer, each with the day on which the offer was recorded."""
    found = rows.select(work, _TABLE, "and status = 'in_progress' order by answer_by_date")
    return [(_referral(row), row.created_at.date()) for row in found]


def unconfirmed(work: Work) -> list[Referral]:
    """Referrals whose recipient still owes the word that its copy is erased, the oldest first."""
    due = "and erasure_due_at is not null and erasure_confirmed_date is null order by erasure_due_at"
    return [_referral(row) for row in rows.select(work, _TABLE, due)]


def change(work: Work, reference: str, **columns: date | datetime | str | None) -> None:
    """Writes the named columns; the version grows by one."""
    rows.change(work, _TABLE, reference, columns)


def next_fact(work: Work, reference: str) -> int:
    """Locks the referral and returns the sequence of its next fact."""
    return rows.next_fact(work, _TABLE, reference)


def note(work: Work, reference: str) -> tuple[Wrapped, bytes]:
    """The wrapped data key and the encrypted note."""
    row = rows.get(work, _TABLE, reference)
    return Wrapped.of(row), bytes(row.note_enc)
