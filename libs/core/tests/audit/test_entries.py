"""Audit entries: one transaction with what they prove, kept from other agencies, never changed, provable, erasable."""

import json

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from concord_core.audit import canonical, commit
from concord_core.storage import Actor, Database, Login
from tests.support.postgres import Databases

ACTOR = Actor("person", "5f0c", "unicef")


@pytest.fixture(scope="module")
def database(databases: Databases) -> Database:
    return Database(databases.fresh("intake", "concord_intake"), Login.APP)


def test_an_entry_proves_what_it_says(database: Database) -> None:
    with database.work("unicef", actor=ACTOR) as work:
        work.audit("case.read", "C-1", purpose="case work", details={"field": "narrative"})
        row = work.conn.execute(text("select * from audit_entries where reference = 'C-1'")).one()
    content = canonical(
        agency=row.agency,
        recorded_at=row.recorded_at,
        actor=Actor(row.actor_kind, row.actor_subject, row.actor_agency),
        action=row.action,
        reference=row.reference,
        purpose=row.purpose,
        details=row.details,
    )
    assert commit(bytes(row.salt), content) == bytes(row.commitment)
    other = {**json.loads(content), "action": "case.erase"}
    assert commit(bytes(row.salt), json.dumps(other).encode()) != bytes(row.commitment)


def test_two_equal_acts_have_different_commitments(database: Database) -> None:
    with database.work("unicef", actor=ACTOR) as work:
        for _ in range(2):
            work.audit("case.read", "C-2")
        query = text("select count(distinct commitment) from audit_entries where reference = 'C-2'")
        assert work.conn.scalar(query) == 2


def test_no_entry_without_its_act(database: Database) -> None:
    def act() -> None:
        with database.work("unicef", actor=ACTOR) as work:
            work.audit("case.read", "C-3")
            raise RuntimeError("the act fails")

    with pytest.raises(RuntimeError, match="fails"):
        act()
    with database.work("unicef", actor=ACTOR) as work:
        assert work.conn.scalar(text("select count(*) from audit_entries where reference = 'C-3'")) == 0


def test_another_agency_sees_and_writes_none(database: Database) -> None:
    with database.work("unicef", actor=ACTOR) as work:
        work.audit("case.read", "C-4")
    for agency in ("unhcr", None):
        with database.work(agency, actor=ACTOR) as work:
            assert work.conn.scalar(text("select count(*) from audit_entries")) == 0
    statement = """insert into audit_entries (agency, recorded_at, actor_kind, actor_subject, action, reference,
                                              purpose, details, salt, commitment)
                   values ('unicef', now(), 'person', 'x', 'a', 'r', '', '{}',
                           decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex'))"""
    with pytest.raises(ProgrammingError, match="row-level security"), database.work("unhcr", actor=ACTOR) as work:
        work.conn.execute(text(statement))


@pytest.mark.parametrize("statement", ["update audit_entries set action = 'x'", "delete from audit_entries"])
def test_nobody_who_runs_can_change_the_past(database: Database, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), database.work("unicef", actor=ACTOR) as work:
        work.conn.execute(text(statement))
