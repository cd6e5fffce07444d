"""Rows of persons, of requests for help, and of what reporters allow. Every statement sees the work's agency only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, text

from concord_core.storage import Work
from concord_core.vault.domain import Wrapped
from concord_victim_assistance.persons.domain import Handover, Person, ReporterLimit

_PERSON = "reference, sex, age_category, language, country, registered_date, report_reference, version"
_HANDOVER = (
    "report_reference, requested_date, country, urgent, language, received_at, due_at, opened_at, person_reference"
)


def _person(row: Row[Any]) -> Person:
    return Person(
        reference=row.reference,
        sex=row.sex,
        age_category=row.age_category,
        language=row.language,
        country=row.country,
        registered=row.registered_date,
        report_reference=row.report_reference,
        version=row.version,
    )


def _handover(row: Row[Any]) -> Handover:
    return Handover(
        report_reference=row.report_reference,
        requested=row.requested_date,
        country=row.country,
        urgent=row.urgent,
        language=row.language,
        received=row.received_at,
        due=row.due_at,
        opened=row.opened_at,
        person_reference=row.person_reference,
    )


def insert_person(work: Work, person: Person, wrapped: Wrapped, encrypted: Mapping[str, bytes]) -> None:
    """Adds a record; `encrypted` holds name, contact, safe_times and notes."""
    work.conn.execute(
        text(
            """insert into persons (agency, reference, data_key, key_period, name_enc, contact_enc, safe_times_enc,
                 notes_enc, sex, age_category, language, country, registered_date, report_reference)
               values (:agency, :reference, :data_key, :key_period, :name, :contact, :safe_times, :notes, :sex,
                 :age_category, :language, :country, :registered, :report)"""
        ),
        {
            "agency": work.owner,
            "reference": person.reference,
            "data_key": wrapped.blob,
            "key_period": wrapped.period,
            "sex": person.sex,
            "age_category": person.age_category,
            "language": person.language,
            "country": person.country,
            "registered": person.registered,
            "report": person.report_reference,
            **encrypted,
        },
    )


def update_person(work: Work, person: Person, encrypted: Mapping[str, bytes]) -> None:
    """Writes the changed record; its version grows by one."""
    work.conn.execute(
        text(
            """update persons set name_enc = :name, contact_enc = :contact, safe_times_enc = :safe_times,
                 notes_enc = :notes, sex = :sex, age_category = :age_category, language = :language,
                 country = :country, version = version + 1 where reference = :reference"""
        ),
        {
            "reference": person.reference,
            "sex": person.sex,
            "age_category": person.age_category,
            "language": person.language,
            "country": person.country,
            **encrypted,
        },
    )


def person(work: Work, reference: str, *, lock: bool = False) -> Person | None:
    """One record's codes."""
    sql = f"select {_PERSON} from persons where reference = :reference" + (" for update" if lock else "")
    row = work.conn.execute(text(sql), {"reference": reference}).one_or_none()
    return _person(row) if row else None


def person_of_report(work: Work, report_reference: str) -> Person | None:
    """The record that was opened from a report."""
    row = work.conn.execute(
        text(f"select {_PERSON} from persons where report_reference = :report"), {"report": report_reference}
    ).one_or_none()
    return _person(row) if row else None


def persons(work: Work) -> list[Person]:
    """All records of the agency, the latest first."""
    rows = work.conn.execute(text(f"select {_PERSON} from persons order by created_at desc, reference"))
    return [_person(row) for row in rows]


def encrypted_fields(work: Work, reference: str) -> tuple[Wrapped | None, dict[str, bytes]]:
    """The wrapped data key (None once erased) and the encrypted fields of a record."""
    row = work.conn.execute(
        text(
            """select data_key, key_period, name_enc, contact_enc, safe_times_enc, notes_enc
               from persons where reference = :reference"""
        ),
        {"reference": reference},
    ).one()
    wrapped = None if row.data_key is None else Wrapped(row.key_period, bytes(row.data_key))
    fields = {
        "name": row.name_enc,
        "contact": row.contact_enc,
        "safe_times": row.safe_times_enc,
        "notes": row.notes_enc,
    }
    return wrapped, {name: bytes(value) for name, value in fields.items() if value is not None}


def next_fact(work: Work, reference: str) -> int:
    """Locks the record and returns the sequence of its next fact."""
    return int(
        work.conn.execute(
            text("update persons set sequence = sequence + 1 where reference = :reference returning sequence"),
            {"reference": reference},
        ).scalar_one()
    )


def insert_handover(work: Work, handover: Handover) -> None:
    """Adds a request for help."""
    work.conn.execute(
        text(
            """insert into handovers (agency, report_reference, requested_date, country, urgent, language,
                 received_at, due_at)
               values (:agency, :report, :requested, :country, :urgent, :language, :received, :due)
               on conflict (agency, report_reference) do nothing"""
        ),
        {
            "agency": work.owner,
            "report": handover.report_reference,
            "requested": handover.requested,
            "country": handover.country,
            "urgent": handover.urgent,
            "language": handover.language,
            "received": handover.received,
            "due": handover.due,
        },
    )


def handover(work: Work, report_reference: str, *, lock: bool = False) -> Handover | None:
    """One request for help."""
    sql = f"select {_HANDOVER} from handovers where report_reference = :report" + (" for update" if lock else "")
    row = work.conn.execute(text(sql), {"report": report_reference}).one_or_none()
    return _handover(row) if row else None


def handovers(work: Work, *, only_open: bool) -> list[Handover]:
    """Requests for help, the most pressing first."""
    where = "where opened_at is null " if only_open else ""
    rows = work.conn.execute(text(f"select {_HANDOVER} from handovers {where}order by due_at, report_reference"))
    return [_handover(row) for row in rows]


def mark_opened(work: Work, report_reference: str, person_reference: str, by: str) -> None:
    """Notes who opened a request for help, and the record made from it."""
    work.conn.execute(
        text(
            """update handovers set opened_at = now(), opened_by = :by, person_reference = :person
               where report_reference = :report"""
        ),
        {"report": report_reference, "person": person_reference, "by": by},
    )


def keep_limit(work: Work, report_reference: str, limit: ReporterLimit) -> None:
    """Keeps what a reporter allows now; an earlier word does not replace a later one."""
    work.conn.execute(
        text(
            """insert into reporter_limits (agency, report_reference, scope, state, changed_date)
               values (:agency, :report, :scope, :state, :changed)
               on conflict (agency, report_reference, scope) do update
                 set state = excluded.state, changed_date = excluded.changed_date
                 where reporter_limits.changed_date <= excluded.changed_date"""
        ),
        {
            "agency": work.owner,
            "report": report_reference,
            "scope": limit.scope,
            "state": limit.state,
            "changed": limit.changed,
        },
    )


def limits(work: Work, report_reference: str | None) -> list[ReporterLimit]:
    """What the reporter of a report allows; nothing for a record without a report."""
    if report_reference is None:
        return []
    rows = work.conn.execute(
        text("select scope, state, changed_date from reporter_limits where report_reference = :report"),
        {"report": report_reference},
    )
    return [ReporterLimit(row.scope, row.state, row.changed_date) for row in rows]
