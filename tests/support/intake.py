"""Intake on a real PostgreSQL, with an agreement of two agencies and callers who say in their token who they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, cast

from fastapi import FastAPI
from sqlalchemy import text

from concord_core import clocks
from concord_core.agreement import Agency, Agreement, Endpoint, Node, PublicKey
from concord_core.codes import CodeLists
from concord_core.config import IdentitySettings, ListenSettings, ServiceSettings
from concord_core.errors.codes import UNAUTHENTICATED
from concord_core.identity import Gate, PolicyTable, Principal, TokenVerifier
from concord_core.identity.staff import StaffSessions
from concord_core.storage import Actor, Database, Login
from concord_core.vault import FileKeyring, SealedBox, Vault
from concord_core.web import create_app
from concord_core.web.rest import OwnAgency
from concord_intake.app import SERVICE
from concord_intake.callbacks import http as call_backs_http
from concord_intake.callbacks import pages as call_back_pages
from concord_intake.callbacks.commands import CallBacks
from concord_intake.cases import clock_pages
from concord_intake.cases import http as cases_http
from concord_intake.cases import pages as cases_pages
from concord_intake.cases.commands import Cases
from concord_intake.office import Office
from concord_intake.policy import policy
from concord_intake.reports import form, pages, return_pages
from concord_intake.reports import http as reports_http
from concord_intake.reports.commands import Reports
from concord_intake.reports.limits import Tries
from tests.support.postgres import Databases

A, B = "unicef", "unhcr"
TODAY = date(2026, 11, 22)


@dataclass
class Calendar:
    """The day of recording and its hour, which a test may move."""

    day: date = TODAY
    hour: time = time(10, 30)

    def __call__(self) -> date:
        return self.day

    def now(self) -> datetime:
        """The moment."""
        return datetime.combine(self.day, self.hour, UTC)


@dataclass
class House:
    """Intake without network: its commands, its databases, its keys."""

    app: Database
    public: Database
    consume: Database
    owner: Database
    keys: FileKeyring
    agreement: Agreement
    today: Calendar
    cases: Cases
    call_backs: CallBacks
    reports: Reports

    def facts(self, reference: str) -> list[tuple[int, str]]:
        """(sequence, short type) of every fact about a record, as the outbox holds them."""
        with self.owner.engine.connect() as conn:
            rows = conn.execute(
                text("select sequence, type from outbox where key = :key order by seq"), {"key": reference}
            )
            return [(row.sequence, row.type.rpartition(".")[2]) for row in rows]

    def rows(self, sql: str, **given: Any) -> list[Any]:
        """Rows as the owner of the database sees them."""
        with self.owner.engine.connect() as conn:
            return list(conn.execute(text(sql), given))


def make_agreement(keys: FileKeyring) -> Agreement:
    """Two agencies of one node, with keys for intake."""
    now = datetime.now(UTC)
    keys.create()
    public = []
    for agency in (A, B):
        keys.create_agency(agency)
        for use in ("signing", "sealing"):
            kid, raw = keys.create_key(agency, "intake", use)
            public.append(PublicKey(kid, agency, "intake", use, raw, now - timedelta(days=1), now + timedelta(days=9)))
    return Agreement(
        version=1,
        issued_at=now,
        operator=B,
        agencies=tuple(Agency(s, s.upper(), s, f"{s}.example", {"intake": "hub"}) for s in (A, B)),
        nodes=(Node("hub", {"intake": Endpoint("hub-intake", "127.0.0.1:1")}),),
        keys=tuple(public),
        flows=(),
    )


@contextmanager
def make_house(databases: Databases, folder: Path) -> Iterator[House]:
    """A house with an empty database; its keys lie below `folder`."""
    settings = databases.fresh("intake", "concord_intake")
    keys, today = FileKeyring(folder / "keys"), Calendar()
    agreement = make_agreement(keys)
    vault, limits = Vault(keys), clocks.load()
    cases = Cases(vault, limits, today)
    call_backs = CallBacks(cases, clocks.load("promises"), today.now)
    opened = {login: Database(settings, login, pool_size=4) for login in Login if login is not Login.RELAY}
    yield House(
        app=opened[Login.APP],
        public=opened[Login.PUBLIC],
        consume=opened[Login.CONSUME],
        owner=opened[Login.OWNER],
        keys=keys,
        agreement=agreement,
        today=today,
        cases=cases,
        call_backs=call_backs,
        reports=Reports(vault, cases, call_backs, today),
    )
    for database in opened.values():
        database.close()


def person(subject: str, *roles: str, agency: str = A) -> Principal:
    """Somebody of an agency."""
    return Principal("person", subject, agency, frozenset(roles), name=f"Name of {subject}")


OFFICER = person("officer-1", "case_officer")
SECOND = person("officer-2", "case_officer", "case_approver")
APPROVER = person("approver-1", "case_approver")
REPORTER = person("reporter-1", "staff_reporter")
STRANGER = person("stranger", "case_officer", "case_approver", "staff_reporter", agency=B)
RECRUITER = person("recruiter", "recruiter")
PEOPLE = {p.subject: p for p in (OFFICER, SECOND, APPROVER, REPORTER, STRANGER, RECRUITER)}


def actor(who: Principal) -> Actor:
    """The same for a transaction."""
    return who.actor


@dataclass(frozen=True)
class Session:
    """What a page's gate looks at."""

    principal: Principal


@dataclass(frozen=True)
class Doorkeeper:
    """Stands where the gate of a real node stands: a token, or the cookie of a session, is a person's subject."""

    policy: PolicyTable = field(default_factory=policy)
    cookie_name: str = "concord_hub_intake"
    signin_path: str = "/cases/signin"
    prefix: str = "/cases"

    def verify(self, token: str) -> Principal:
        if token not in PEOPLE:
            raise UNAUTHENTICATED.error()
        return PEOPLE[token]

    def current(self, cookie: str | None) -> Session | None:
        return Session(PEOPLE[cookie]) if cookie in PEOPLE else None

    def safe_path(self, path: str) -> str:
        return path


def make_app(house: House, folder: Path) -> FastAPI:
    """The app as `concord_intake.app` builds it, with the doorkeeper before it."""
    codes, keeper = CodeLists.load(), Doorkeeper()
    settings = ServiceSettings(
        node="hub",
        agreement=folder,
        operator_key="",
        keyring=folder,
        public_origin="http://127.0.0.1:8000",
        database=house.app.settings,
        http=ListenSettings(port=1),
        identity=IdentitySettings(issuer="http://127.0.0.1:1", client_id="hub-intake", client_key=folder),
    )
    desk = pages.Desk(
        reports=house.reports,
        public=house.public,
        form=form.load(),
        codes=codes,
        box=SealedBox(house.keys.node_key("intake.forms")),
        agencies=(A, B),
        unsure=B,
        origin="http://127.0.0.1:8000",
    )
    own = OwnAgency(house.app, house.cases.vault)
    office = Office(house.cases, house.call_backs, house.reports, own, codes)
    app = create_app(
        "intake",
        settings=settings,
        routers=[
            pages.router(desk),
            return_pages.router(desk, Tries()),
            reports_http.router(own, house.reports, codes),
            cases_http.router(own, house.cases, codes),
            cases_pages.router(office),
            clock_pages.router(office),
            call_backs_http.router(own, house.call_backs, house.cases),
            call_back_pages.router(office),
        ],
        policy=keeper.policy,
        packages=("concord_intake",),
        staff_prefix=SERVICE.staff_prefix,
    )
    Gate(keeper.policy, cast("TokenVerifier", keeper), cast("StaffSessions", keeper)).install(app)
    return app


def work_of(house: House, who: Principal = OFFICER) -> Any:
    """A transaction of somebody's agency."""
    return house.app.work(who.agency, actor=who.actor)
