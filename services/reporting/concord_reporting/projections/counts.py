"""Reads the live, exact counts that signed-in staff see. Nothing here is ever public."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from concord_core.codes import SUBSTANTIATED


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
            """select extract(year from c.received_date)::int as year, count(*) as cases,
                 count(*) filter (where c.agency = :own) as own_cases,
                 count(*) filter (where c.outcome = any(:substantiated)) as substantiated,
                 count(*) filter (where c.outcome = any(:substantiated) and c.agency = :own) as own_substantiated,
                 coalesce(sum(v.persons), 0)::bigint as victims,
                 coalesce(sum(v.persons) filter (where c.agency = :own), 0)::bigint as own_victims
               from projected_cases c
               left join (select agency, case_reference, sum(count) as persons from projected_victims
                          where generation = :generation group by agency, case_reference) v
                 on v.agency = c.agency and v.case_reference = c.reference
               where c.generation = :generation and c.concern = :concern
               group by 1 order by 1 desc"""
        ),
        {"generation": generation, "concern": concern, "own": own, "substantiated": sorted(SUBSTANTIATED)},
    )
    return [YearCounts(**row._mapping) for row in rows]


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
