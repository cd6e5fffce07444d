"""Rows of needs; every statement sees the work's agency only."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, text

from concord_core.storage import Work, rows
from concord_core.values import values_of
from concord_victim_assistance.needs.domain import Need, NeedStatus

_TABLE = "needs"
_STEPS = ("status", "offered_date", "provided_date", "declined_date", "provider")


def _need(row: Row[Any]) -> Need:
    return rows.record_of(Need, row, status=NeedStatus(row.status))


def insert(work: Work, need: Need) -> None:
    """Adds a need."""
    rows.insert(work, _TABLE, values_of(need, "reference", "person_reference", "service", "recorded_date", *_STEPS))


def update(work: Work, need: Need) -> None:
    """Writes status and days; the version grows by one."""
    rows.change(work, _TABLE, need.reference, values_of(need, *_STEPS))


def get(work: Work, reference: str, *, lock: bool = False) -> Need:
    """One need; raises `not_found`."""
    return _need(rows.get(work, _TABLE, reference, lock=lock))


def of_person(work: Work, person_reference: str) -> list[Need]:
    """A person's needs, in the order in which they were recorded."""
    of = "and person_reference = :person order by created_at, reference"
    return [_need(row) for row in rows.select(work, _TABLE, of, person=person_reference)]


def unmet(work: Work) -> dict[str, int]:
    """How many needs of each person wait for a service."""
    found = work.conn.execute(
        text(
            """select person_reference, count(*) as unmet from needs where status in ('recorded', 'offered')
               group by person_reference"""
        )
    )
    return {row.person_reference: row.unmet for row in found}
