"""A real PostgreSQL for the run, and a fresh database of a service for each module that asks for one.

A service's migrations run once per test process, into a template; a module's database is a copy of it, whose logins are
the template's.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from concord_core.config import DatabaseSettings
from concord_core.storage import migrate
from concord_core.storage.provision import provision
from concord_stack.folders import run_folder
from concord_stack.postgres import Postgres, start_postgres

ServiceDatabase = Callable[[str, str], DatabaseSettings]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server of this test process.

    Not in pytest's own folder: the next run of pytest closes that to the plain user under whom root's servers run.
    """
    folder = run_folder(f"test-postgres-{os.getpid()}")
    server = start_postgres(folder / "server", folder / "postgres.log", durable=False)
    yield server
    server.stop()
    shutil.rmtree(folder)


class Databases:
    """Makes databases on one server: templates by service, copies by name."""

    def __init__(self, server: Postgres, passwords: Path) -> None:
        self._server = server
        self._passwords = passwords
        self._templates: set[str] = set()
        self._copies = 0

    def _settings(self, name: str, prefix: str = "") -> DatabaseSettings:
        return DatabaseSettings(
            host="127.0.0.1",
            port=self._server.port,
            name=name,
            passwords=self._passwords,
            login_prefix=prefix,
        )

    def fresh(self, service: str, package: str) -> DatabaseSettings:
        """A new, migrated database of `package`; `service` names its logins."""
        template = f"test_{service}"
        if template not in self._templates:
            provision(self._server.administrator, template, self._passwords)
            migrate(self._settings(template), package)
            self._templates.add(template)
        self._copies += 1
        copy = f"{template}_{self._copies}"
        with psycopg.connect(self._server.administrator, autocommit=True) as conn:
            conn.execute(f'create database "{copy}" template "{template}" owner "{template}_owner"')
            conn.execute(f'revoke all on database "{copy}" from public')
            for login in ("owner", "app", "relay", "consume", "public"):
                conn.execute(f'grant connect on database "{copy}" to "{template}_{login}"')
        return self._settings(copy, template)


@pytest.fixture(scope="session")
def databases(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """Where tests get their databases: `databases.fresh("intake", "concord_intake")`."""
    return Databases(postgres, tmp_path_factory.mktemp("passwords"))
