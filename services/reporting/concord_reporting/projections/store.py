"""SQL of the projections. Every row belongs to a generation: a rebuild fills a new one beside the one that is read."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

TABLES = (
    "projected_cases",
    "projected_victims",
    "projected_reports",
    "projected_referrals",
    "projected_screenings",
    "projected_clocks",
    "projection_heads",
)
_KEYS = {
    "projected_cases": ("generation", "agency", "reference"),
    "projected_reports": ("generation", "agency", "reference"),
    "projected_referrals": ("generation", "owner", "recipient", "reference"),
    "projected_screenings": ("generation", "agency", "reference"),
    "projected_clocks": ("generation", "agency", "case_reference", "clock"),
}


def put(conn: Connection, table: str, values: Mapping[str, Any]) -> None:
    """Inserts a row, or changes the given columns of the one that is there."""
    keys = _KEYS[table]
    changes = ", ".join(f"{name} = excluded.{name}" for name in values if name not in keys)
    names = ", ".join(values)
    places = ", ".join(f":{name}" for name in values)
    statement = (
        f"insert into {table} ({names}) values ({places}) on conflict ({', '.join(keys)}) do update set {changes}"
    )
    conn.execute(text(statement), dict(values))


def change(conn: Connection, table: str, where: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Changes columns of the row with the keys `where`; nothing if it is not there (its first fact never came)."""
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    condition = " and ".join(f"{name} = :{name}" for name in where)
    conn.execute(text(f"update {table} set {assignments} where {condition}"), {**where, **values})


def replace_victims(
    conn: Connection, generation: int, agency: str, case: str, counts: Mapping[tuple[str, str], int]
) -> None:
    """Replaces the victims of an agency's case; `counts` is keyed by sex and age category."""
    of_case = {"generation": generation, "agency": agency, "case": case}
    conn.execute(
        text(
            "delete from projected_victims"
            " where generation = :generation and agency = :agency and case_reference = :case"
        ),
        of_case,
    )
    for (sex, age_category), count in counts.items():
        conn.execute(
            text(
                "insert into projected_victims (generation, agency, case_reference, sex, age_category, count)"
                " values (:generation, :agency, :case, :sex, :age_category, :count)"
            ),
            {**of_case, "sex": sex, "age_category": age_category, "count": count},
        )


def note_head(conn: Connection, generation: int, topic: str, fact_time: datetime) -> None:
    """Remembers that a fact of this time was applied now."""
    conn.execute(
        text(
            """insert into projection_heads values (:generation, :topic, :time, clock_timestamp(), 1)
               on conflict (generation, topic) do update set
                 last_fact = greatest(projection_heads.last_fact, excluded.last_fact),
                 applied_at = excluded.applied_at, facts = projection_heads.facts + 1"""
        ),
        {"generation": generation, "topic": topic, "time": fact_time},
    )


def discard(conn: Connection, generation: int) -> None:
    """Deletes the rows of a generation that was replaced."""
    for table in TABLES:
        conn.execute(text(f"delete from {table} where generation = :generation"), {"generation": generation})


def day(value: str) -> date | None:
    """The day of a fact's date field; nothing for an empty one."""
    return date.fromisoformat(value) if value else None


def referral_status(conn: Connection, generation: int, owner: str, recipient: str, reference: str) -> str | None:
    """The status known of a referral between these two, or nothing."""
    status = conn.scalar(
        text(
            "select status from projected_referrals where generation = :generation and owner = :owner"
            " and recipient = :recipient and reference = :reference"
        ),
        {"generation": generation, "owner": owner, "recipient": recipient, "reference": reference},
    )
    return str(status) if status is not None else None
