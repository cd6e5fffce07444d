"""Rows of needs; every statement sees the work's agency only."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, text

from concord_core.storage import Work
from concord_victim_assistance.needs.domain import Need, NeedStatus

_COLUMNS = (
    "reference, person_reference, service, status, recorded_date, offered_date, provided_date, declined_date,"
    " provider, version"
)


def _need(row: Row[Any]) -> Need:
    return Need(
        reference=row.reference,
        person_reference=row.person_reference,
        service=row.service,
        status=NeedStatus(row.status),
        recorded=row.recorded_date,
        offered=row.offered_date,
        provided=row.provided_date,
        declined=row.declined_date,
        provider=row.provider,
        version=row.version,
    )


def insert(work: Work, need: Need) -> None:
    """Adds a need."""
    work.conn.execute(
        text(
            """insert into needs (agency, reference, person_reference, service, status, recorded_date)
               values (:agency, :reference, :person, :service, :status, :recorded)"""
        ),
        {
            "agency": work.owner,
            "reference": need.reference,
            "person": need.person_reference,
            "service": need.service,
            "status": need.status,
            "recorded": need.recorded,
        },
    )


def update(work: Work, need: Need) -> None:
    """Writes status and days; the version grows by one."""
    work.conn.execute(
        text(
            """update needs set status = :status, offered_date = :offered, provided_date = :provided,
                 declined_date = :declined, provider = :provider, version = version + 1
               where reference = :reference"""
        ),
        {
            "reference": need.reference,
            "status": need.status,
            "offered": need.offered,
            "provided": need.provided,
            "declined": need.declined,
            "provider": need.provider,
        },
    )


def get(work: Work, reference: str, *, lock: bool = False) -> Need | None:
    """One need."""
    sql = f"select {_COLUMNS} from needs where reference = :reference" + (" for update" if lock else "")
    row = work.conn.execute(text(sql), {"reference": reference}).one_or_none()
    return _need(row) if row else None


def of_person(work: Work, person_reference: str) -> list[Need]:
    """A person's needs, in the order in which they were recorded."""
    rows = work.conn.execute(
        text(f"select {_COLUMNS} from needs where person_reference = :person order by created_at, reference"),
        {"person": person_reference},
    )
    return [_need(row) for row in rows]


def unmet(work: Work) -> dict[str, int]:
    """How many needs of each person wait for a service."""
    rows = work.conn.execute(
        text(
            """select person_reference, count(*) as unmet from needs where status in ('recorded', 'offered')
               group by person_reference"""
        )
    )
    return {row.person_reference: row.unmet for row in rows}
