"""Makes a service's database and its logins.

Run by an administrator of the server, before migrations; repeats change nothing.
"""

import os
import secrets
from pathlib import Path

import psycopg
from psycopg import sql

from concord_core.storage.database import Login


def password_file(folder: Path, login: str) -> str:
    """Returns the password in `<folder>/<login>`, made at the first call (mode 0600)."""
    path = folder / login
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32))
    return path.read_text(encoding="ascii").strip()


def provision(administrator: str, name: str, passwords: Path) -> None:
    """Creates database `name` and its five logins on the server of the connection string `administrator`.

    The owner owns the database; nobody else may connect to it or create in it.
    """
    with psycopg.connect(administrator, autocommit=True) as conn:
        for login in Login:
            role = f"{name}_{login}"
            exists = conn.execute("select 1 from pg_roles where rolname = %s", (role,)).fetchone()
            statement = "alter role {} login password {}" if exists else "create role {} login password {}"
            password = password_file(passwords, role)
            conn.execute(sql.SQL(statement).format(sql.Identifier(role), sql.Literal(password)))
        if not conn.execute("select 1 from pg_database where datname = %s", (name,)).fetchone():
            owner = sql.Identifier(f"{name}_owner")
            conn.execute(sql.SQL("create database {} owner {}").format(sql.Identifier(name), owner))
        conn.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(name)))
        for login in Login:
            conn.execute(
                sql.SQL("grant connect on database {} to {}").format(
                    sql.Identifier(name), sql.Identifier(f"{name}_{login}")
                )
            )
