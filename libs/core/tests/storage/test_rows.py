"""Rows of tenant tables: added, found, locked and changed for the work's agency only; read as records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from concord_core.errors import ConcordError
from concord_core.storage import Actor, Database, Login, rows
from concord_core.values import new_reference, values_of
from tests.support.postgres import Databases

A, B = "unicef", "unhcr"
ANA = Actor("person", "ana", A)
DAY, MOMENT = date(2026, 11, 22), datetime(2026, 11, 22, 9, tzinfo=UTC)


class State(StrEnum):
    """Where a thing stands."""

    OPEN = "open"
    DONE = "done"


@dataclass(frozen=True)
class Thing:
    """A record: its day and moment are stored under outside names."""

    reference: str
    state: State
    offered: date
    opened: datetime | None
    version: int = 1


THING = Thing("T-1", State.OPEN, DAY, MOMENT)


@pytest.fixture
def database(databases: Databases) -> Iterator[Database]:
    made = Database(databases.fresh("intake", "concord_intake"), Login.OWNER)
    with made.engine.begin() as conn:
        conn.execute(
            text(
                """create table things (agency text not null, reference text not null, state text not null,
                     offered_date date not null, opened_at timestamptz, version int not null default 1,
                     sequence int not null default 0, primary key (agency, reference))"""
            )
        )
    yield made
    made.close()


def columns(thing: Thing) -> dict[str, object]:
    return values_of(thing, "reference", "state", "offered_date", "opened_at")


def read(database: Database, agency: str = A) -> Thing | None:
    with database.work(agency, actor=ANA) as work:
        row = rows.find(work, "things", THING.reference, lock=True)
        return rows.record_of(Thing, row, state=State(row.state)) if row else None


def test_a_record_goes_into_its_row_and_comes_back(database: Database) -> None:
    with database.work(A, actor=ANA) as work:
        rows.insert(work, "things", columns(THING))
    assert read(database) == THING
    assert read(database, B) is None


def test_a_row_is_added_once(database: Database) -> None:
    with database.work(A, actor=ANA) as work:
        assert rows.insert_once(work, "things", columns(THING))
        assert not rows.insert_once(work, "things", columns(THING))
    with pytest.raises(IntegrityError), database.work(A, actor=ANA) as work:
        rows.insert(work, "things", columns(THING))


def test_a_change_concerns_the_own_agencys_row_and_counts(database: Database) -> None:
    for agency in (A, B):
        with database.work(agency, actor=ANA) as work:
            rows.insert(work, "things", columns(THING))
    with database.work(A, actor=ANA) as work:
        rows.change(work, "things", THING.reference, {"state": State.DONE})
        rows.update(work, "things", THING.reference, {"opened_at": None})
        assert [rows.next_fact(work, "things", THING.reference) for _ in range(2)] == [1, 2]
    assert read(database) == Thing("T-1", State.DONE, DAY, None, version=2)
    assert read(database, B) == THING


def test_references_say_nothing_and_differ() -> None:
    made = {new_reference("XX") for _ in range(500)}
    assert len(made) == 500
    assert all(len(one) == 17 and one.startswith("XX-") for one in made)


def test_rows_of_the_own_agency_are_listed(database: Database) -> None:
    for agency, reference in ((A, "T-1"), (A, "T-2"), (B, "T-3")):
        with database.work(agency, actor=ANA) as work:
            rows.insert(work, "things", {**columns(THING), "reference": reference})
    with database.work(A, actor=ANA) as work:
        found = rows.select(work, "things", "and state = :state order by reference desc", state=State.OPEN)
        assert [row.reference for row in found] == ["T-2", "T-1"]
        assert rows.get(work, "things", "T-1").reference == "T-1"
        with pytest.raises(ConcordError, match="not_found"):
            rows.get(work, "things", "T-3")
