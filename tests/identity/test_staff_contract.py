"""Staff sign-in as two services of one node see it, against each kind of issuer."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, FastAPI
from sqlalchemy import text
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from concord_core.identity import AllowPage, Gate, Operation, PolicyTable, Principal, Routes, TokenVerifier
from concord_core.identity.provider import JwksCache, Provider
from concord_core.identity.sessions import SessionStore
from concord_core.identity.signin import signin_router
from concord_core.identity.staff import StaffSessions
from concord_core.identity.tokens import ClientProof
from concord_core.storage import Database, Login
from concord_core.vault import SealedBox
from concord_core.web import create_app, form_token
from concord_stack.config import STAFF_PREFIXES
from tests.identity.sources import Browser, IdentitySource
from tests.support.postgres import Databases
from tests.support.serving import served_on

SERVICES = ("intake", "screening")
OPERATION = Operation("test.page.read", frozenset({"case_officer", "listing_officer"}))
OFFICER = "unicef-officer"


@dataclass
class Hub:
    """Two services of the hub behind its one origin, each with its own sessions."""

    source: IdentitySource
    origin: str
    databases: dict[str, Database]
    clock: "Clock"

    def sessions(self, service: str) -> int:
        with self.databases[service].engine.connect() as conn:
            return int(conn.scalar(text("select count(*) from sessions")) or 0)

    def signed_in(self, service: str, browser: httpx.Client, at_issuer: Browser) -> httpx.Response:
        """Opens the service's page and lets the issuer do the rest."""
        page = STAFF_PREFIXES[service]
        wanted = browser.get(page)
        assert wanted.status_code == 303, wanted.text
        started = browser.get(wanted.headers["location"])
        assert started.status_code == 303, started.text
        back = browser.get(at_issuer.lead(started.headers["location"], self.origin))
        assert back.status_code == 303, back.text
        assert back.headers["location"] == page
        return browser.get(page)

    def browser(self) -> httpx.Client:
        return httpx.Client(base_url=self.origin, trust_env=False)


class Clock:
    """Time as the services see it; it can be moved on."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def one_service(source: IdentitySource, service: str, database: Database, clock: Clock) -> FastAPI:
    """A service with one page, which tells who is there."""
    router, page = Routes(), STAFF_PREFIXES[service]

    @router.get(page)
    def whoami(request: Request, who: Annotated[Principal, Depends(AllowPage(OPERATION.name))]) -> dict[str, str]:
        return {"subject": who.subject, "agency": who.own_agency, "name": who.name, "token": form_token(request)}

    settings, policy = source.settings(f"hub-{service}", database.settings), PolicyTable([OPERATION])
    provider, keys = Provider(source.issuer), source.keyring()
    verifier = TokenVerifier(source.issuer, f"hub-{service}", JwksCache(provider), source.agreement, "hub")
    staff = StaffSessions(
        settings,
        name=service,
        prefix=page,
        store=SessionStore(database, keys, now=clock),
        box=SealedBox(keys.node_key("staff-signin")),
        verifier=verifier,
        provider=provider,
        proof=ClientProof(settings.identity),
        now=clock,
    )
    routers = [signin_router(staff), router]
    app = create_app(service, settings=settings, routers=routers, policy=policy, packages=(), staff_prefix=page)
    Gate(policy, verifier, staff).install(app)
    return app


def by_prefix(apps: Mapping[str, FastAPI]) -> ASGIApp:
    """One origin for several services, as the gateway makes it."""

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        prefix = next(prefix for prefix in apps if scope["path"].startswith(prefix))
        await apps[prefix](scope, receive, send)

    return dispatch


@pytest.fixture(scope="module")
def hub(source: IdentitySource, databases: Databases) -> Iterator[Hub]:
    clock = Clock()
    made = {name: Database(databases.fresh(name, f"concord_{name}"), Login.APP) for name in SERVICES}
    apps = {STAFF_PREFIXES[name]: one_service(source, name, made[name], clock) for name in SERVICES}
    with source.gateway() as listener, served_on(by_prefix(apps), listener) as origin:
        yield Hub(source, origin, made, clock)
    for database in made.values():
        database.close()


@pytest.fixture(autouse=True)
def empty(hub: Hub) -> None:
    hub.clock.ahead = timedelta()
    for database in hub.databases.values():
        with database.engine.begin() as conn:
            conn.execute(text("delete from sessions"))


def gone(hub: Hub, service: str) -> bool:
    """Whether the service's sessions end within ten seconds."""
    deadline = time.monotonic() + 10
    while hub.sessions(service) and time.monotonic() < deadline:
        time.sleep(0.05)
    return hub.sessions(service) == 0


def test_the_second_service_asks_nothing(hub: Hub) -> None:
    """Single sign-on: the browser that the issuer knows comes straight back, as the same person."""
    browser, at_issuer = hub.browser(), hub.source.browser(OFFICER)
    first = hub.signed_in("intake", browser, at_issuer).json()
    second = hub.signed_in("screening", browser, at_issuer).json()
    assert first["agency"] == second["agency"] == "unicef"
    assert first["subject"] == second["subject"]
    assert first["name"] == "Bento Marsh"
    names = {cookie.name: cookie.path for cookie in browser.cookies.jar}
    assert names == {"concord_hub_intake": "/cases", "concord_hub_screening": "/screening"}


def test_signing_out_of_one_service_ends_the_other(hub: Hub) -> None:
    browser, at_issuer = hub.browser(), hub.source.browser(OFFICER)
    token = hub.signed_in("intake", browser, at_issuer).json()["token"]
    hub.signed_in("screening", browser, at_issuer)
    assert browser.post("/cases/signin/out", data={"form_token": token}).status_code == 303
    assert hub.sessions("intake") == 0
    assert gone(hub, "screening")
    assert browser.get("/screening").status_code == 303


def test_a_session_is_renewed_while_the_issuer_has_it(hub: Hub) -> None:
    browser = hub.browser()
    before = hub.signed_in("intake", browser, hub.source.browser(OFFICER)).json()
    hub.clock.ahead = timedelta(minutes=6)
    after = browser.get("/cases")
    assert after.status_code == 200
    assert after.json() == before


def test_an_agency_without_its_own_login_signs_in_at_the_hub(hub: Hub) -> None:
    page = hub.signed_in("intake", hub.browser(), hub.source.browser("wfp-officer")).json()
    assert page["agency"] == "wfp"


def test_a_code_does_not_serve_another_browser(hub: Hub) -> None:
    victim, attacker = hub.browser(), hub.browser()
    location = attacker.get("/cases/signin").headers["location"]
    link = hub.source.browser(OFFICER).lead(location, hub.origin)
    assert victim.get(link).status_code == 401
    assert hub.sessions("intake") == 0
