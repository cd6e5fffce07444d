"""Rows of consents and of the grants that rest on them; every statement sees the work's agency only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, text

from concord_core.storage import Work
from concord_core.vault.domain import Wrapped
from concord_victim_assistance.consent.domain import Consent, FieldGroup, State

_COLUMNS = (
    "reference, person_reference, scope, recipient, service, field_groups, given_how, given_by, state, language,"
    " given_date, expiry_date, withdrawn_date, withdrawn_by, version"
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


def _consent(row: Row[Any]) -> Consent:
    return Consent(
        reference=row.reference,
        person_reference=row.person_reference,
        scope=row.scope,
        recipient=row.recipient,
        service=row.service,
        groups=tuple(FieldGroup(group) for group in row.field_groups),
        given_how=row.given_how,
        given_by=row.given_by,
        state=State(row.state),
        language=row.language,
        given=row.given_date,
        expiry=row.expiry_date,
        version=row.version,
        withdrawn=row.withdrawn_date,
        withdrawn_by=row.withdrawn_by,
    )


def insert(work: Work, consent: Consent, wrapped: Wrapped, encrypted: Mapping[str, bytes]) -> None:
    """Adds a consent; `encrypted` holds words and best_interest."""
    work.conn.execute(
        text(
            """insert into consents (agency, reference, person_reference, scope, recipient, service, field_groups,
                 given_how, given_by, state, language, given_date, expiry_date, data_key, key_period, words_enc,
                 best_interest_enc)
               values (:agency, :reference, :person, :scope, :recipient, :service, :groups, :given_how, :given_by,
                 :state, :language, :given, :expiry, :data_key, :key_period, :words, :best_interest)"""
        ),
        {
            "agency": work.owner,
            "reference": consent.reference,
            "person": consent.person_reference,
            "scope": consent.scope,
            "recipient": consent.recipient,
            "service": consent.service,
            "groups": [group.value for group in consent.groups],
            "given_how": consent.given_how,
            "given_by": consent.given_by,
            "state": consent.state,
            "language": consent.language,
            "given": consent.given,
            "expiry": consent.expiry,
            "data_key": wrapped.blob,
            "key_period": wrapped.period,
            **encrypted,
        },
    )


def get(work: Work, reference: str, *, lock: bool = False) -> Consent | None:
    """One consent."""
    sql = f"select {_COLUMNS} from consents where reference = :reference" + (" for update" if lock else "")
    row = work.conn.execute(text(sql), {"reference": reference}).one_or_none()
    return _consent(row) if row else None


def of_person(work: Work, person_reference: str) -> list[Consent]:
    """A person's consents, the latest first."""
    rows = work.conn.execute(
        text(
            f"""select {_COLUMNS} from consents where person_reference = :person
                order by given_date desc, created_at desc"""
        ),
        {"person": person_reference},
    )
    return [_consent(row) for row in rows]


def mark_withdrawn(work: Work, reference: str, day: date, by: str) -> None:
    """Writes the withdrawal; the version grows by one."""
    work.conn.execute(
        text(
            """update consents set state = 'withdrawn', withdrawn_date = :day, withdrawn_by = :by,
                 version = version + 1 where reference = :reference"""
        ),
        {"reference": reference, "day": day, "by": by},
    )


def encrypted_fields(work: Work, reference: str) -> tuple[Wrapped, dict[str, bytes]]:
    """The wrapped data key and the encrypted fields of a consent."""
    row = work.conn.execute(
        text("select data_key, key_period, words_enc, best_interest_enc from consents where reference = :reference"),
        {"reference": reference},
    ).one()
    fields = {"words": bytes(row.words_enc), "best_interest": bytes(row.best_interest_enc)}
    return Wrapped(row.key_period, bytes(row.data_key)), fields


def next_fact(work: Work, reference: str) -> int:
    """Locks the consent and returns the sequence of its next fact."""
    return int(
        work.conn.execute(
            text("update consents set sequence = sequence + 1 where reference = :reference returning sequence"),
            {"reference": reference},
        ).scalar_one()
    )


def insert_grant(work: Work, grant: Grant, purpose: str) -> None:
    """Adds the grant of a referral."""
    work.conn.execute(
        text(
            """insert into grants (agency, referral_reference, consent_reference, recipient, field_groups, purpose,
                 not_after)
               values (:agency, :referral, :consent, :recipient, :groups, :purpose, :not_after)"""
        ),
        {
            "agency": work.owner,
            "referral": grant.referral_reference,
            "consent": grant.consent_reference,
            "recipient": grant.recipient,
            "groups": [group.value for group in grant.groups],
            "purpose": purpose,
            "not_after": grant.not_after,
        },
    )


def grant(work: Work, referral_reference: str, *, lock: bool = False) -> Grant | None:
    """The grant of a referral. Locked, a withdrawal comes either before or after what is done with it."""
    row = work.conn.execute(
        text(
            """select referral_reference, consent_reference, recipient, field_groups, not_after, disclosed_at,
                 revoked_at from grants where referral_reference = :referral"""
            + (" for update" if lock else "")
        ),
        {"referral": referral_reference},
    ).one_or_none()
    if row is None:
        return None
    return Grant(
        referral_reference=row.referral_reference,
        consent_reference=row.consent_reference,
        recipient=row.recipient,
        groups=tuple(FieldGroup(group) for group in row.field_groups),
        not_after=row.not_after,
        disclosed=row.disclosed_at,
        revoked=row.revoked_at,
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
    rows = work.conn.execute(
        text("select referral_reference from grants where consent_reference = :consent order by 1"),
        {"consent": consent_reference},
    )
    return [row.referral_reference for row in rows]
