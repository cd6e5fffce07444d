"""Tenancy as the database itself enforces it, read from its catalogue, for every service."""

import psycopg
import pytest

from concord_stack.postgres import Postgres
from tests.support.postgres import Databases

SERVICES = {
    "intake": "concord_intake",
    "screening": "concord_screening",
    "assistance": "concord_victim_assistance",
    "reporting": "concord_reporting",
    "front": "concord_front",
}
_TABLES = """
select c.relname, obj_description(c.oid) as kind, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
       exists (select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'agency') as has_agency,
       (select count(*) from pg_policy p where p.polrelid = c.oid) as policies
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relname <> 'alembic_version'"""


@pytest.fixture(scope="module", params=SERVICES)
def catalogue(request: pytest.FixtureRequest, databases: Databases, postgres: Postgres) -> str:
    """The connection string of a migrated database of one service."""
    settings = databases.fresh(request.param, SERVICES[request.param])
    return postgres.connect_string(settings.name)


def test_every_table_is_declared_tenant_or_shared(catalogue: str) -> None:
    with psycopg.connect(catalogue) as conn:
        tables = conn.execute(_TABLES).fetchall()
    assert tables
    assert [name for name, kind, *_ in tables if kind not in ("tenant", "shared")] == []


def test_row_level_security_is_forced_on_every_tenant_table(catalogue: str) -> None:
    with psycopg.connect(catalogue) as conn:
        tables = conn.execute(_TABLES).fetchall()
    open_tables = [
        name
        for name, kind, enabled, forced, has_agency, policies in tables
        if kind == "tenant" and not (enabled and forced and has_agency and policies >= 2)
    ]
    assert open_tables == []


def test_no_login_that_runs_is_powerful(catalogue: str) -> None:
    with psycopg.connect(catalogue) as conn:
        name = conn.execute("select current_database()").fetchone()
        prefix = str(name[0]).rsplit("_", 1)[0] if name else ""
        roles = conn.execute(
            "select rolname, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb from pg_roles "
            "where rolname like %s",
            (f"{prefix}\\_%",),
        ).fetchall()
        owned = conn.execute(
            "select c.relname from pg_class c join pg_roles r on r.oid = c.relowner "
            "join pg_namespace n on n.oid = c.relnamespace "
            "where n.nspname = 'public' and c.relkind = 'r' and r.rolname not like '%\\_owner'"
        ).fetchall()
    assert len(roles) == 5
    assert [role for role, powerful in roles if powerful] == []
    assert owned == []


def test_nobody_has_rights_by_default(catalogue: str) -> None:
    with psycopg.connect(catalogue) as conn:
        granted = conn.execute(
            "select table_name from information_schema.role_table_grants "
            "where grantee = 'PUBLIC' and table_schema = 'public'"
        ).fetchall()
    assert granted == []


def test_the_policy_of_a_tenant_table_lets_no_row_through_without_an_agency(catalogue: str) -> None:
    with psycopg.connect(catalogue) as conn:
        tenants = {name for name, kind, *_ in conn.execute(_TABLES) if kind == "tenant"}
        policies = conn.execute(
            "select tablename, qual, with_check from pg_policies where policyname = 'own_agency'"
        ).fetchall()
    assert {table for table, _, _ in policies} == tenants
    for _table, using, check in policies:
        assert "nullif(current_setting('app.agency'" in using.lower()
        assert check == using
