"""Connections to one database under one login. None of the logins that run is owner, superuser or BYPASSRLS."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Final

from sqlalchemy import URL, Engine, create_engine, text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from concord_core.config import DatabaseSettings
from concord_core.storage.work import Actor, Work

UNREACHABLE: Final[tuple[type[Exception], ...]] = (OperationalError, InterfaceError, PoolTimeout)
"""What is raised while the database does not answer; an act that may be repeated succeeds when it does again."""


class Login(StrEnum):
    """The logins of a service's database; `OWNER` migrates and never runs."""

    OWNER = "owner"
    APP = "app"
    RELAY = "relay"
    CONSUME = "consume"
    PUBLIC = "public"


def url(settings: DatabaseSettings, login: str) -> URL:
    """The address of the database for the login's full name; reads its password from its file."""
    password = (settings.passwords / login).read_text(encoding="ascii").strip()
    return URL.create(
        "postgresql+psycopg",
        username=login,
        password=password,
        host=settings.host,
        port=settings.port,
        database=settings.name,
    )


class Database:
    """A pool of connections under one login."""

    def __init__(self, settings: DatabaseSettings, login: Login, *, pool_size: int = 10) -> None:
        self.settings = settings
        self.login = login
        self.engine: Engine = create_engine(
            url(settings, settings.login(login)),
            pool_size=pool_size,
            max_overflow=10,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"application_name": f"concord-{login}", "connect_timeout": 5},
        )

    @contextmanager
    def work(self, agency: str | None, *, actor: Actor) -> Iterator[Work]:
        """Opens one transaction for `agency`; commits at the end, rolls back on any exception.

        The agency is set for this transaction only, so that a pooled connection never carries it over.
        """
        with self.engine.begin() as conn:
            conn.execute(text("select set_config('app.agency', :agency, true)"), {"agency": agency or ""})
            work = Work(conn=conn, agency=agency, actor=actor)
            yield work
        work.committed()

    def close(self) -> None:
        """Closes the pool."""
        self.engine.dispose()
