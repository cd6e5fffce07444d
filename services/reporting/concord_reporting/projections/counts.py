"""Reads the live, exact counts that signed-in staff see, and the parts of them. A release rounds what it takes
from here; nothing else of it is ever public.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from concord_core.codes import SUBSTANTIATED
from concord_reporting.projections.domain import Kind, Part

_CASES = """
select extract(year from c.received_date)::int as year, c.agency, c.event_id::text as event_id,
  coalesce(c.outcome = any(:substantiated), false) as substantiated, coalesce(v.persons, 0)::bigint as victims
from projected_cases c
left join (select agency, case_reference, sum(count) as persons from projected_victims
           where generation = :generation group by agency, case_reference) v
  on v.agency = c.agency and v.case_reference = c.reference
where c.generation = :generation and c.concern = :concern"""
"""The cases of one concern: what staff and public are told of a year is counted from these alone."""
_REFERRALS = """
select extract(year from offered_date)::int as year, event_id::text as event_id, status from projected_referrals
where generation = :generation and offered_date <= :vintage"""
_SCREENINGS = """
select extract(year from requested_date)::int as year, event_id::text as event_id from projected_screenings
where generation = :generation and requested_date <= :vintage"""


@dataclass(frozen=True)
class YearCounts:
    """Cases received in one year, of one concern (`sea` or `sh`): of all agencies, and of one's own."""

    year: int
    cases: int
    own_cases: int
    substantiated: int
    own_substantiated: int
    victims: int
    own_victims: int


@dataclass(frozen=True)
class Head:
    """How far the projection has come: facts applied, the time of the newest one, and facts set aside."""

    facts: int
    last_fact: datetime | None
    set_aside: int


@dataclass(frozen=True)
class CaseRow:
    """One case behind a figure."""

    reference: str
    event_id: str
    country: str
    received_date: date
    stage: str
    outcome: str


def by_year(conn: Connection, generation: int, concern: str, own: str) -> list[YearCounts]:
    """One row per year, newest first. SEA and SH are asked for apart and never added up."""
    rows = conn.execute(
        text(
            f"""select year, count(*) as cases,
                 count(*) filter (where agency = :own) as own_cases,
                 count(*) filter (where substantiated) as substantiated,
                 count(*) filter (where substantiated and agency = :own) as own_substantiated,
                 coalesce(sum(victims), 0)::bigint as victims,
                 coalesce(sum(victims) filter (where agency = :own), 0)::bigint as own_victims
               from ({_CASES}) cases group by 1 order by 1 desc"""
        ),
        {"generation": generation, "concern": concern, "own": own, "substantiated": sorted(SUBSTANTIATED)},
    )
    return [YearCounts(**row._mapping) for row in rows]


def parts(conn: Connection, generation: int, vintage: date) -> Iterator[Part]:
    """What each fact adds to the exact figures of days up to `vintage`. A figure is the sum of its parts."""
    bound: dict[str, Any] = {"generation": generation, "vintage": vintage}
    of_cases = bound | {"substantiated": sorted(SUBSTANTIATED)}
    kinds: tuple[Kind, ...] = ("sea", "sh")
    for kind in kinds:
        for row in conn.execute(text(f"{_CASES} and c.received_date <= :vintage"), of_cases | {"concern": kind}):
            yield Part(kind, row.year, "cases", row.event_id)
            if row.substantiated:
                yield Part(kind, row.year, "substantiated", row.event_id)
            if row.victims:
                yield Part(kind, row.year, "victims", row.event_id, row.victims)
    for row in conn.execute(text(_REFERRALS), bound):
        yield Part("referrals", row.year, "offered", row.event_id)
        if row.status in ("accepted", "done"):
            yield Part("referrals", row.year, "accepted", row.event_id)
        if row.status == "done":
            yield Part("referrals", row.year, "done", row.event_id)
    for row in conn.execute(text(_SCREENINGS), bound):
        yield Part("screenings", row.year, "screenings", row.event_id)


def head(conn: Connection, generation: int, consumer: str) -> Head:
    """How far the projection has come."""
    row = conn.execute(
        text(
            """select coalesce(sum(facts), 0)::bigint as facts, max(last_fact) as last_fact,
                 (select count(*) from dead_letters where consumer = :consumer and generation = :generation
                    and resolved_at is null) as set_aside
               from projection_heads where generation = :generation"""
        ),
        {"generation": generation, "consumer": consumer},
    ).one()
    return Head(facts=row.facts, last_fact=row.last_fact, set_aside=row.set_aside)


def rows(conn: Connection, generation: int, concern: str, year: int, own: str) -> list[CaseRow]:
    """The reader's own agency's cases behind one year's figure, newest first."""
    found = conn.execute(
        text(
            """select reference, event_id::text, country, received_date, stage, outcome from projected_cases
               where generation = :generation and concern = :concern and agency = :own
                 and extract(year from received_date) = :year
               order by received_date desc, reference"""
        ),
        {"generation": generation, "concern": concern, "own": own, "year": year},
    )
    return [CaseRow(**row._mapping) for row in found]


OFFERED = "(select * from projected_referrals where offered_date is not null) as offered"
"""Referrals that their owner offered: an answer alone is anybody's word."""


def groups(conn: Connection, generation: int, table: str, column: str, agency_column: str, own: str) -> list[Any]:
    """Counts by one code column: `(code, all, own)`; table and columns are names of our own, never input."""
    return list(
        conn.execute(
            text(
                f"""select {column} as code, count(*) as all, count(*) filter (where {agency_column} = :own) as own
                    from {table} where generation = :generation group by 1 order by 1"""
            ),
            {"generation": generation, "own": own},
        )
    )
