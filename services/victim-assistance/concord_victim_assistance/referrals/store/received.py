"""The recipient's rows of referrals; every statement sees the work's agency only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, text

from concord_core.storage import Work
from concord_core.vault.domain import Wrapped
from concord_victim_assistance.referrals.domain import Check, Received, Status

_COLUMNS = (
    "reference, owner, consent_reference, service, urgent, country, status, offered_date, answer_by_date, version,"
    " received_at, check_state, checked_at, attempts, open_requested_at, opened_at, data_key is not null as holds,"
    " accepted_date, provided_date, done_date, ended_date, reason, erased_date, backups_until_date,"
    " confirmed_at is not null as confirmed"
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
class WithdrawnAhead:
    """A withdrawal that came before the offer that it concerns."""

    owner: str
    consent_reference: str
    withdrawn: date


def _received(row: Row[Any]) -> Received:
    return Received(
        reference=row.reference,
        owner=row.owner,
        consent_reference=row.consent_reference,
        service=row.service,
        urgent=row.urgent,
        country=row.country,
        status=Status(row.status),
        offered=row.offered_date,
        answer_by=row.answer_by_date,
        version=row.version,
        received=row.received_at,
        check=Check(row.check_state),
        checked=row.checked_at,
        attempts=row.attempts,
        open_requested=row.open_requested_at,
        opened=row.opened_at,
        holds_copy=row.holds,
        accepted=row.accepted_date,
        provided=row.provided_date,
        done=row.done_date,
        ended=row.ended_date,
        reason=row.reason,
        erased=row.erased_date,
        backups_until=row.backups_until_date,
        confirmed=row.confirmed,
    )


def insert(work: Work, referral: Received, traceparent: str | None) -> None:
    """Adds a referral that arrived; it waits for the courier at once."""
    work.conn.execute(
        text(
            """insert into received_referrals (agency, reference, owner, consent_reference, service, urgent, country,
                 status, offered_date, answer_by_date, received_at, traceparent)
               values (:agency, :reference, :owner, :consent, :service, :urgent, :country, :status, :offered,
                 :answer_by, :received, :traceparent)"""
        ),
        {
            "agency": work.owner,
            "reference": referral.reference,
            "owner": referral.owner,
            "consent": referral.consent_reference,
            "service": referral.service,
            "urgent": referral.urgent,
            "country": referral.country,
            "status": referral.status,
            "offered": referral.offered,
            "answer_by": referral.answer_by,
            "received": referral.received,
            "traceparent": traceparent,
        },
    )


def get(work: Work, reference: str, *, lock: bool = False) -> Received | None:
    """One referral that came to this agency."""
    sql = f"select {_COLUMNS} from received_referrals where reference = :reference" + (" for update" if lock else "")
    row = work.conn.execute(text(sql), {"reference": reference}).one_or_none()
    return _received(row) if row else None


def listed(work: Work) -> list[Received]:
    """All that came to this agency, the latest first."""
    rows = work.conn.execute(text(f"select {_COLUMNS} from received_referrals order by received_at desc, reference"))
    return [_received(row) for row in rows]


def change(work: Work, reference: str, **columns: date | datetime | str | int | None) -> None:
    """Writes the named columns; the version grows by one."""
    parts = ", ".join(f"{name} = :{name}" for name in columns)
    work.conn.execute(
        text(f"update received_referrals set {parts}, version = version + 1 where reference = :key"),
        {"key": reference, **columns},
    )


def next_fact(work: Work, reference: str) -> int:
    """Locks the row and returns the sequence of this agency's next fact about the referral."""
    return int(
        work.conn.execute(
            text(
                """update received_referrals set sequence = sequence + 1 where reference = :reference
                   returning sequence"""
            ),
            {"reference": reference},
        ).scalar_one()
    )


def due(work: Work, now: datetime, limit: int) -> list[Errand]:
    """Errands that are due, the longest waiting first."""
    rows = work.conn.execute(
        text(
            """select reference, owner, attempts, traceparent,
                 case when open_requested_at is not null and data_key is null then open_requested_by end as opener
               from received_referrals where next_try_at <= :now order by next_try_at limit :limit"""
        ),
        {"now": now, "limit": limit},
    )
    return [Errand(row.reference, row.owner, row.attempts, row.opener, row.traceparent) for row in rows]


def keep_copy(work: Work, reference: str, wrapped: Wrapped, package: bytes) -> None:
    """Stores the encrypted package with its wrapped key."""
    work.conn.execute(
        text(
            """update received_referrals set data_key = :key, key_period = :period, package_enc = :package
               where reference = :reference"""
        ),
        {"reference": reference, "key": wrapped.blob, "period": wrapped.period, "package": package},
    )


def copy(work: Work, reference: str) -> tuple[Wrapped, bytes] | None:
    """The wrapped key and the encrypted package; None when nothing is held."""
    row = work.conn.execute(
        text("select data_key, key_period, package_enc from received_referrals where reference = :reference"),
        {"reference": reference},
    ).one()
    if row.data_key is None:
        return None
    return Wrapped(row.key_period, bytes(row.data_key)), bytes(row.package_enc)


def drop_copy(work: Work, reference: str) -> None:
    """Deletes the wrapped key and what it opened: the copy cannot be read from now on."""
    work.conn.execute(
        text("update received_referrals set data_key = null, package_enc = null where reference = :reference"),
        {"reference": reference},
    )


def keep_withdrawal(work: Work, referral_reference: str, ahead: WithdrawnAhead) -> None:
    """Keeps a withdrawal whose referral has not arrived."""
    work.conn.execute(
        text(
            """insert into withdrawals_ahead (agency, referral_reference, owner, consent_reference, withdrawn_date)
               values (:agency, :referral, :owner, :consent, :day) on conflict do nothing"""
        ),
        {
            "agency": work.owner,
            "referral": referral_reference,
            "owner": ahead.owner,
            "consent": ahead.consent_reference,
            "day": ahead.withdrawn,
        },
    )


def withdrawal_ahead(work: Work, referral_reference: str) -> WithdrawnAhead | None:
    """The withdrawal that came before this referral."""
    row = work.conn.execute(
        text(
            """select owner, consent_reference, withdrawn_date from withdrawals_ahead
               where referral_reference = :referral"""
        ),
        {"referral": referral_reference},
    ).one_or_none()
    return WithdrawnAhead(row.owner, row.consent_reference, row.withdrawn_date) if row else None
