"""A service with staff pages at the loopback issuer, and browsers that sign in there."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

import httpx
from fastapi import Depends, FastAPI
from sqlalchemy import text
from starlette.requests import Request

from concord_core.identity import Allow, AllowPage, Operation, PolicyTable, Principal, Routes, Tenancy
from concord_core.identity.sessions import SessionStore
from concord_core.identity.staff import StaffSessions
from concord_core.storage import Database
from concord_core.web import form_token
from tests.support.trust import TrustWorld, choose

CLIENT = "hub-intake"
OFFICER, APPROVER, RECRUITER = "unicef-officer", "unicef-approver", "unicef-recruiter"
POLICY = PolicyTable(
    [
        Operation("intake.cases.read", frozenset({"case_officer", "case_approver"})),
        Operation("intake.cases.confirm", frozenset({"case_approver"})),
        Operation("intake.reports.submit", tenancy=Tenancy.PUBLIC, public=True),
    ]
)


@dataclass
class Clock:
    """Time as the sessions see it; it can be moved on."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def routes() -> Routes:
    """A page and an address of each kind."""
    router = Routes()

    @router.get("/cases")
    def cases(request: Request, who: Annotated[Principal, Depends(AllowPage("intake.cases.read"))]) -> dict[str, str]:
        token = form_token(request)
        return {"subject": who.subject, "agency": who.agency or "", "name": who.name, "form_token": token}

    @router.post("/cases/confirm")
    def confirm(who: Annotated[Principal, Depends(AllowPage("intake.cases.confirm"))]) -> dict[str, str]:
        return {"subject": who.subject}

    @router.get("/api/intake/cases")
    def listed(who: Annotated[Principal, Depends(Allow("intake.cases.read"))]) -> dict[str, str]:
        return {"subject": who.subject}

    @router.get("/api/intake/open")
    def opened(who: Annotated[Principal, Depends(Allow("intake.reports.submit"))]) -> dict[str, str]:
        return {"kind": who.kind}

    @router.get("/api/intake/forgotten")
    def forgotten(who: Annotated[Principal, Depends(Allow("intake.cases.forgotten"))]) -> dict[str, str]:
        return {"subject": who.subject}

    return router


@dataclass
class Service:
    """The running service and what a test looks at behind it."""

    world: TrustWorld
    app: FastAPI
    origin: str
    store: SessionStore
    staff: StaffSessions
    clock: Clock
    database: Database

    def browser(self) -> httpx.Client:
        """A browser that has been nowhere yet."""
        return httpx.Client(base_url=self.origin, trust_env=False)

    def rows(self) -> int:
        with self.database.engine.connect() as conn:
            return int(conn.scalar(text("select count(*) from sessions")) or 0)


def path_of(location: str) -> str:
    """The address without the gateway's origin, at which nothing listens in this test."""
    parts = urlsplit(location)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def to_issuer(browser: httpx.Client, path: str = "/cases") -> dict[str, str]:
    """Opens a page, follows to the issuer's door: the authorization request."""
    wanted = browser.get(path)
    assert wanted.status_code == 303, wanted.text
    started = browser.get(path_of(wanted.headers["location"]))
    assert started.status_code == 303, started.text
    return {name: values[0] for name, values in parse_qs(urlsplit(started.headers["location"]).query).items()}


def callback(service: Service, query: dict[str, str], user: str) -> str:
    """The person is chosen at the issuer: the address to which the browser is sent back."""
    with httpx.Client(base_url=service.world.issuer, trust_env=False) as http:
        return path_of(choose(http, query, user))


def signed_in(service: Service, user: str = OFFICER, path: str = "/cases") -> httpx.Client:
    browser = service.browser()
    back = browser.get(callback(service, to_issuer(browser, path), user))
    assert back.status_code == 303, back.text
    assert back.headers["location"] == path
    return browser
