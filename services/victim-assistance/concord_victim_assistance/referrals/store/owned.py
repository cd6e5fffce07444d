"""The owner's rows of referrals; every statement sees the work's agency only."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, text

from concord_core.storage import Work
from concord_core.vault.domain import Wrapped
from concord_victim_assistance.consent.domain import FieldGroup
from concord_victim_assistance.referrals.domain import Referral, Status

_COLUMNS = (
    "reference, person_reference, consent_reference, need_reference, recipient, service, urgent, country,"
    " field_groups, status, offered_date, answer_by_date, opened_at, accepted_date, provided_date, done_date,"
    " ended_date, reason, erasure_due_at, erasure_confirmed_date, backups_until_date, version"
)


def _referral(row: Row[Any]) -> Referral:
    return Referral(
        reference=row.reference,
        person_reference=row.person_reference,
        consent_reference=row.consent_reference,
        need_reference=row.need_reference,
        recipient=row.recipient,
        service=row.service,
        urgent=row.urgent,
        country=row.country,
        groups=tuple(FieldGroup(group) for group in row.field_groups),
        status=Status(row.status),
        offered=row.offered_date,
        answer_by=row.answer_by_date,
        version=row.version,
        opened=row.opened_at,
        accepted=row.accepted_date,
        provided=row.provided_date,
        done=row.done_date,
        ended=row.ended_date,
        reason=row.reason,
        erasure_due=row.erasure_due_at,
        erasure_confirmed=row.erasure_confirmed_date,
        backups_until=row.backups_until_date,
    )


def insert(work: Work, referral: Referral, wrapped: Wrapped, note: bytes) -> None:
    """Adds a referral; `note` is the encrypted note for the one who helps."""
    work.conn.execute(
        text(
            """insert into referrals (agency, reference, person_reference, consent_reference, need_reference,
                 recipient, service, urgent, country, field_groups, status, offered_date, answer_by_date, data_key,
                 key_period, note_enc)
               values (:agency, :reference, :person, :consent, :need, :recipient, :service, :urgent, :country,
                 :groups, :status, :offered, :answer_by, :data_key, :key_period, :note)"""
        ),
        {
            "agency": work.owner,
            "reference": referral.reference,
            "person": referral.person_reference,
            "consent": referral.consent_reference,
            "need": referral.need_reference,
            "recipient": referral.recipient,
            "service": referral.service,
            "urgent": referral.urgent,
            "country": referral.country,
            "groups": [group.value for group in referral.groups],
            "status": referral.status,
            "offered": referral.offered,
            "answer_by": referral.answer_by,
            "data_key": wrapped.blob,
            "key_period": wrapped.period,
            "note": note,
        },
    )


def get(work: Work, reference: str, *, lock: bool = False) -> Referral | None:
    """One referral."""
    sql = f"select {_COLUMNS} from referrals where reference = :reference" + (" for update" if lock else "")
    row = work.conn.execute(text(sql), {"reference": reference}).one_or_none()
    return _referral(row) if row else None


def of_person(work: Work, person_reference: str) -> list[Referral]:
    """A person's referrals, the latest first."""
    rows = work.conn.execute(
        text(f"select {_COLUMNS} from referrals where person_reference = :person order by created_at desc"),
        {"person": person_reference},
    )
    return [_referral(row) for row in rows]


def listed(work: Work) -> list[Referral]:
    """All referrals of the agency, the latest first."""
    rows = work.conn.execute(text(f"select {_COLUMNS} from referrals order by created_at desc, reference"))
    return [_referral(row) for row in rows]


def unanswered(work: Work) -> list[tuple[Referral, date]]:
    """Referrals without an answer, each with the day on which the offer was recorded."""
    rows = work.conn.execute(
        text(f"select {_COLUMNS}, created_at from referrals where status = 'in_progress' order by answer_by_date")
    )
    return [(_referral(row), row.created_at.date()) for row in rows]


def unconfirmed(work: Work) -> list[Referral]:
    """Referrals whose recipient still owes the word that its copy is erased, the oldest first."""
    rows = work.conn.execute(
        text(
            f"""select {_COLUMNS} from referrals
                where erasure_due_at is not null and erasure_confirmed_date is null order by erasure_due_at"""
        )
    )
    return [_referral(row) for row in rows]


def change(work: Work, reference: str, **columns: date | datetime | str | None) -> None:
    """Writes the named columns; the version grows by one."""
    parts = ", ".join(f"{name} = :{name}" for name in columns)
    work.conn.execute(
        text(f"update referrals set {parts}, version = version + 1 where reference = :key"),
        {"key": reference, **columns},
    )


def next_fact(work: Work, reference: str) -> int:
    """Locks the referral and returns the sequence of its next fact."""
    return int(
        work.conn.execute(
            text("update referrals set sequence = sequence + 1 where reference = :reference returning sequence"),
            {"reference": reference},
        ).scalar_one()
    )


def note(work: Work, reference: str) -> tuple[Wrapped, bytes]:
    """The wrapped data key and the encrypted note."""
    row = work.conn.execute(
        text("select data_key, key_period, note_enc from referrals where reference = :reference"),
        {"reference": reference},
    ).one()
    return Wrapped(row.key_period, bytes(row.data_key)), bytes(row.note_enc)
