"""Keycloak's tables as a script in the cache, so that a new database has them in a second.

The script holds the tables and the record of which changes made them, and no row of any realm: keys, people and
administrators are every run's own.
"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psycopg

from concord_stack.postgres import client_program
from concord_stack.process import StartError

_CHANGELOG = ("databasechangelog", "databasechangeloglock")
_SECONDS = 120


@dataclass(frozen=True)
class KeycloakDatabase:
    """A database for one Keycloak: an empty one, or one that this version used before."""

    host: str
    port: int
    name: str
    user: str
    password: str

    def is_empty(self) -> bool:
        """Whether no table is in it yet."""
        with psycopg.connect(
            host=self.host, port=self.port, dbname=self.name, user=self.user, password=self.password
        ) as conn:
            count = conn.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone()
        return count == (0,)

    def run(self, program: str, *arguments: str) -> str:
        """Run one of PostgreSQL's own client programs on it; its output."""
        where = [f"--host={self.host}", f"--port={self.port}", f"--username={self.user}", f"--dbname={self.name}"]
        done = subprocess.run(
            [str(client_program(program)), *where, *arguments],
            env={**os.environ, "PGPASSWORD": self.password},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            raise StartError(f"{program} failed on Keycloak's database: {done.stderr.strip()}")
        return done.stdout


def save(database: KeycloakDatabase, script: Path) -> None:
    """Keep the tables of a database that Keycloak has just made."""
    common = ("--no-owner", "--no-privileges")
    tables = database.run("pg_dump", "--schema-only", *common)
    rows = database.run("pg_dump", "--data-only", *common, *(f"--table={table}" for table in _CHANGELOG))
    draft = script.with_name(f".{script.name}.{os.getpid()}")
    draft.write_text(f"{tables}\n{rows}", encoding="utf-8")
    draft.replace(script)


def load(database: KeycloakDatabase, script: Path) -> None:
    """Make the tables in an empty database, all or none."""
    database.run("psql", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--file={script}")
