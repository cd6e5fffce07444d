"""Makes the embedded log's database, logins, topics and access list what the agreement says. Repeats change nothing.

Run by an administrator of the server (`concord agreement apply`, the demo, the tests), never by a service.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from concord_core.agreement.domain import Acl
from concord_core.events.topics import PARTITIONS
from concord_core.storage.provision import password_file

_LOCKS = """
select p.oid::regprocedure::text from pg_proc p
where p.pronamespace = 'pg_catalog'::regnamespace and p.proname like 'pg%advisory%lock%'
"""


def apply(administrator: str, name: str, passwords: Path, *, topics: Iterable[str], acls: Sequence[Acl]) -> None:
    """Brings log database `name` on the server of connection string `administrator` to these topics and permissions.

    Each principal becomes a login with its password in `<passwords>/<principal>`. Permissions that are not among
    `acls` end at once; topics are never removed.
    """
    owner = f"{name}_owner"
    principals = sorted({acl.principal for acl in acls})
    with psycopg.connect(administrator, autocommit=True) as conn:
        if not _exists(conn, "pg_roles", "rolname", owner):
            conn.execute(sql.SQL("create role {}").format(sql.Identifier(owner)))
        for principal in principals:
            verb = "alter" if _exists(conn, "pg_roles", "rolname", principal) else "create"
            statement = sql.SQL(verb + " role {} login password {}")
            secret = sql.Literal(password_file(passwords, principal))
            conn.execute(statement.format(sql.Identifier(principal), secret))
        if not _exists(conn, "pg_database", "datname", name):
            statement = sql.SQL("create database {} owner {}")
            conn.execute(statement.format(sql.Identifier(name), sql.Identifier(owner)))
        conn.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(name)))
        for principal in principals:
            statement = sql.SQL("grant connect on database {} to {}")
            conn.execute(statement.format(sql.Identifier(name), sql.Identifier(principal)))
    with psycopg.connect(administrator, dbname=name) as conn:
        conn.execute("select pg_advisory_xact_lock(hashtext('concord_log.apply'))")
        _keep_locks(conn, owner)
        conn.execute(sql.SQL("set local role {}").format(sql.Identifier(owner)))
        conn.execute(resources.files("concord_core.events").joinpath("embedded.sql").read_bytes())
        _fill(conn, topics, acls)


def current(administrator: str, name: str) -> tuple[frozenset[str], frozenset[Acl]]:
    """Topics and permissions that log database `name` has now; none when there is no such database yet."""
    with psycopg.connect(administrator) as conn:
        if not _exists(conn, "pg_database", "datname", name):
            return frozenset(), frozenset()
    with psycopg.connect(administrator, dbname=name) as conn:
        topics = conn.execute("select distinct topic from concord_log.partitions").fetchall()
        acls = conn.execute("select principal, resource, name, prefixed, operation from concord_log.acls").fetchall()
    return frozenset(topic for (topic,) in topics), frozenset(Acl(*row) for row in acls)


def _fill(conn: psycopg.Connection[Any], topics: Iterable[str], acls: Sequence[Acl]) -> None:
    rows = [(topic, partition) for topic in topics for partition in range(PARTITIONS)]
    with conn.cursor() as cursor:
        insert = "insert into concord_log.partitions (topic, partition) values (%s, %s) on conflict do nothing"
        cursor.executemany(insert, rows)
        cursor.execute("delete from concord_log.acls")
        cursor.executemany(
            "insert into concord_log.acls (principal, resource, name, prefixed, operation) values (%s, %s, %s, %s, %s)",
            [(acl.principal, acl.resource, acl.name, acl.prefixed, acl.operation) for acl in acls],
        )


def _keep_locks(conn: psycopg.Connection[Any], owner: str) -> None:
    """Lets only the log's own functions take advisory locks here: who holds a group's lock keeps others out of it."""
    for (function,) in conn.execute(_LOCKS).fetchall():
        conn.execute(sql.SQL("revoke execute on function {} from public").format(sql.SQL(function)))
        statement = sql.SQL("grant execute on function {} to {}")
        conn.execute(statement.format(sql.SQL(function), sql.Identifier(owner)))


def _exists(conn: psycopg.Connection[Any], table: str, column: str, name: str) -> bool:
    statement = sql.SQL("select 1 from {} where {} = %s").format(sql.Identifier(table), sql.Identifier(column))
    return conn.execute(statement, [name]).fetchone() is not None
