"""Rows of persons, of requests for help, and of what reporters allow. Every statement sees the work's agency only."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import text

from concord_core.storage import Work, rows
from concord_core.values import values_of
from concord_core.vault.domain import Wrapped
from concord_victim_assistance.persons.domain import Handover, Person, ReporterLimit

_PERSONS, _HANDOVERS = "persons", "handovers"
_SECRET = ("name", "contact", "safe_times", "notes")
_CHANGING = ("sex", "age_category", "language", "country")


def _enc(encrypted: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"{name}_enc": value for name, value in encrypted.items()}


def insert_person(work: Work, person: Person, wrapped: Wrapped, encrypted: Mapping[str, bytes]) -> None:
    """Adds a record; `encrypted` holds name, contact, safe_times and notes."""
    values = values_of(person, "reference", *_CHANGING, "registered_date", "report_reference")
    rows.insert(work, _PERSONS, {**values, **wrapped.columns(), **_enc(encrypted)})


def update_person(work: Work, person: Person, encrypted: Mapping[str, bytes]) -> None:
    """Writes the changed record; its version grows by one."""
    rows.change(work, _PERSONS, person.reference, values_of(person, *_CHANGING) | _enc(encrypted))


def person(work: Work, reference: str, *, lock: bool = False) -> Person:
    """One record's codes; raises `not_found`."""
    return rows.record_of(Person, rows.get(work, _PERSONS, reference, lock=lock))


def person_of_report(work: Work, report_reference: str) -> Person | None:
    """The record that was opened from a report."""
    row = rows.find(work, _PERSONS, report_reference, key="report_reference")
    return rows.record_of(Person, row) if row else None


def persons(work: Work) -> list[Person]:
    """All records of the agency, the latest first."""
    found = rows.select(work, _PERSONS, "order by created_at desc, reference")
    return [rows.record_of(Person, row) for row in found]


def encrypted_fields(work: Work, reference: str) -> tuple[Wrapped | None, dict[str, bytes]]:
    """The wrapped data key (None once erased) and the encrypted fields of a record."""
    row = rows.get(work, _PERSONS, reference)
    found = {name: row._mapping[f"{name}_enc"] for name in _SECRET}
    wrapped = None if row.data_key is None else Wrapped.of(row)
    return wrapped, {name: bytes(value) for name, value in found.items() if value is not None}


def next_fact(work: Work, reference: str) -> int:
    """Locks the record and returns the sequence of its next fact."""
    return rows.next_fact(work, _PERSONS, reference)


def insert_handover(work: Work, handover: Handover) -> None:
    """Adds a request for help."""
    names = ("report_reference", "requested_date", "country", "urgent", "language", "received_at", "due_at")
    rows.insert_once(work, _HANDOVERS, values_of(handover, *names))


def handover(work: Work, report_reference: str, *, lock: bool = False) -> Handover:
    """One request for help; raises `not_found`."""
    return rows.record_of(Handover, rows.get(work, _HANDOVERS, report_reference, key="report_reference", lock=lock))


def handovers(work: Work, *, only_open: bool) -> list[Handover]:
    """Requests for help, the most pressing first."""
    only = "and opened_at is null " if only_open else ""
    found = rows.select(work, _HANDOVERS, f"{only}order by due_at, report_reference")
    return [rows.record_of(Handover, row) for row in found]


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
    of = "and report_reference = :report"
    return [
        rows.record_of(ReporterLimit, row) for row in rows.select(work, "reporter_limits", of, report=report_reference)
    ]
