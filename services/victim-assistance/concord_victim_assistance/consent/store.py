"""Rows of consents and of the grants that rest on them; every statement sees the work's agency only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, text

from concord_core.storage import Work, rows
from concord_core.values import values_of
from concord_core.vault.domain import Wrapped
from concord_victim_assistance.consent.domain import HOLDING, Consent, FieldGroup, State

_TABLE, _GRANTS = "consents", "grants"
_HOLDING = sorted(HOLDING)
_PLAIN = (
    "reference",
    "person_reference",
    "scope",
    "recipient",
    "service",
    "given_how",
    "given_by",
    "state",
    "language",
    "given_date",
    "expiry_date",
)


@dataclass(frozen=True)
class Grant:
    """The technical right of one agency to ask for one referral's content."""

    referral_reference: str
    consent_reference: str
    recipient: str
    groups: tuple[FieldGroup, ...]
    not_after: date
    disclosed: datetime | None
    revoked: datetime | None


def _groups(row: Row[Any]) -> tuple[FieldGroup, ...]:
    return tuple(FieldGroup(group) for group in row.field_groups)


def _consent(row: Row[Any]) -> Consent:
    return rows.record_of(Consent, row, groups=_groups(row), state=State(row.state))


def insert(work: Work, consent: Consent, wrapped: Wrapped, encrypted: Mapping[str, bytes]) -> None:
    """Adds a consent; `encrypted` holds words and best_interest."""
    values = values_of(consent, *_PLAIN) | {f"{name}_enc": value for name, value in encrypted.items()}
    groups = [group.value for group in consent.groups]
    rows.insert(work, _TABLE, {**values, "field_groups": groups, **wrapped.columns()})


def get(work: Work, reference: str, *, lock: bool = False) -> Consent:
    """One consent; raises `not_found`."""
    return _consent(rows.get(work, _TABLE, reference, lock=lock))


def of_person(work: Work, person_reference: str) -> list[Consent]:
    """A person's consents, the latest first."""
    of = "and person_reference = :person order by given_date desc, created_at desc"
    return [_consent(row) for row in rows.select(work, _TABLE, of, person=person_reference)]


def mark_withdrawn(work: Work, reference: str, day: date, by: str) -> None:
    """Writes the withdrawal; the version grows by one."""
    rows.change(work, _TABLE, reference, {"state": State.WITHDRAWN, "withdrawn_date": day, "withdrawn_by": by})


def mark_expired(work: Work, reference: str) -> None:
    """Writes that the last day is over; the version grows by one."""
    rows.change(work, _TABLE, reference, {"state": State.EXPIRED})


def over_on(work: Work, day: date) -> list[str]:
    """Consents that were given and whose last day lies before `day`, not yet marked."""
    of = "and state = any(:states) and expiry_date < :day order by reference"
    return [row.reference for row in rows.select(work, _TABLE, of, states=_HOLDING, day=day)]


def ending(work: Work, first: date, last: date) -> list[Consent]:
    """Consents on which an open grant rests and whose last day lies between these."""
    of = """and state = any(:states) and expiry_date between :first and :last and exists (
        select 1 from grants g where g.consent_reference = consents.reference and g.revoked_at is null)
        order by expiry_date, reference"""
    return [_consent(row) for row in rows.select(work, _TABLE, of, states=_HOLDING, first=first, last=last)]


def encrypted_fields(work: Work, reference: str) -> tuple[Wrapped, dict[str, bytes]]:
    """The wrapped data key and the encrypted fields of a consent."""
    row = rows.get(work, _TABLE, reference)
    fields = {"words": bytes(row.words_enc), "best_interest": bytes(row.best_interest_enc)}
    return Wrapped.of(row), fields


def next_fact(work: Work, reference: str) -> int:
    """Locks the consent and returns the sequence of its next fact."""
    return rows.next_fact(work, _TABLE, reference)


def insert_grant(work: Work, grant: Grant, purpose: str) -> None:
    """Adds the grant of a referral."""
    values = values_of(grant, "referral_reference", "consent_reference", "recipient", "not_after")
    groups = [group.value for group in grant.groups]
    rows.insert(work, _GRANTS, {**values, "field_groups": groups, "purpose": purpose})


def grant(work: Work, referral_reference: str, *, lock: bool = False) -> Grant | None:
    """The grant of a referral. Locked, a withdrawal comes either before or after what is done with it."""
    row = rows.find(work, _GRANTS, referral_reference, key="referral_reference", lock=lock)
    return rows.record_of(Grant, row, groups=_groups(row)) if row else None


def open_grants(work: Work, consent_reference: str) -> list[Grant]:
    """The grants that rest on a consent and have not ended, locked."""
    of = "and consent_reference = :consent and revoked_at is null order by referral_reference for update"
    found = rows.select(work, _GRANTS, of, consent=consent_reference)
    return [rows.record_of(Grant, row, groups=_groups(row)) for row in found]


def move_grant(work: Work, referral_reference: str, consent_reference: str, not_after: date) -> None:
    """Lets a grant rest on another consent from now on."""
    work.conn.execute(
        text("update grants set consent_reference = :consent, not_after = :day where referral_reference = :referral"),
        {"referral": referral_reference, "consent": consent_reference, "day": not_after},
    )


def mark_disclosed(work: Work, referral_reference: str) -> None:
    """Notes that the content was handed over."""
    work.conn.execute(
        text("update grants set disclosed_at = now() where referral_reference = :referral"),
        {"referral": referral_reference},
    )


def revoke_grant(work: Work, referral_reference: str) -> None:
    """Ends a grant; one that ended before keeps its time."""
    work.conn.execute(
        text("update grants set revoked_at = now() where referral_reference = :referral and revoked_at is null"),
        {"referral": referral_reference},
    )


def revoke_grants(work: Work, consent_reference: str) -> list[str]:
    """Ends every grant that rests on a consent; returns the referrals of all of them, ended before or not."""
    work.conn.execute(
        text("update grants set revoked_at = now() where consent_reference = :consent and revoked_at is null"),
        {"consent": consent_reference},
    )
    of = "and consent_reference = :consent order by referral_reference"
    return [row.referral_reference for row in rows.select(work, _GRANTS, of, consent=consent_reference)]
