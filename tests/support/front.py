"""The front as a running program, with services that answer what a test says and a person who is signed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
from fastapi import FastAPI

from concord_core.config import DatabaseSettings, IdentitySettings, ListenSettings
from concord_core.identity import Gate, Principal
from concord_core.identity.sessions import Session
from concord_core.identity.staff import StaffSessions
from concord_core.identity.verifier import TokenVerifier
from concord_core.web import create_app
from concord_front.app import SERVICE
from concord_front.config import FrontSettings
from concord_front.door import pages as door
from concord_front.policy import policy
from concord_front.work import pages as work
from concord_front.work.client import Services

SERVICES = ("intake", "screening", "assistance", "reporting")
COOKIE = "concord_hub_front"
PERSON = Principal(
    "person", "officer-1", "unicef", frozenset({"case_officer", "disclosure_officer"}), name="Amina Example"
)
Answer = Callable[[httpx.Request], httpx.Response]


@dataclass(frozen=True)
class OnePerson:
    """Sessions in which one cookie value belongs to one person; the shape of `StaffSessions` that pages use."""

    principal: Principal = PERSON
    cookie_name: str = COOKIE
    prefix: str = "/work"
    signin_path: str = "/work/signin"

    def current(self, cookie: str | None) -> Session | None:
        """The person's session, if the cookie is theirs."""
        ends = datetime.now(UTC) + timedelta(minutes=5)
        return Session(b"x" * 32, self.principal, "token-of-the-person", ends, "refresh") if cookie == "open" else None

    def safe_path(self, path: str) -> str:
        """The path itself."""
        return path


def settings() -> FrontSettings:
    """Settings of which nothing is opened."""
    nowhere = Path("unused")
    return FrontSettings(
        node="hub",
        embedded=True,
        agreement=nowhere,
        operator_key="",
        keyring=nowhere,
        public_origin="http://127.0.0.1:8000",
        database=DatabaseSettings(host="", name="front", passwords=nowhere),
        http=ListenSettings(port=0),
        identity=IdentitySettings(issuer="http://127.0.0.1:9000/realms/concord", client_id="x", client_key=nowhere),
        services={name: f"http://{name}.internal" for name in SERVICES},
    )


def front(answer: Answer, *, person: Principal = PERSON) -> FastAPI:
    """The front's app; each of its requests to a service is answered by `answer`."""
    chosen, table = settings(), policy()
    services = Services(chosen.services, chosen.patience_seconds, transport=httpx.MockTransport(answer))
    app = create_app(
        SERVICE.name,
        settings=chosen,
        routers=[door.router(), work.router(services)],
        policy=table,
        packages=[SERVICE.package],
        staff_prefix=SERVICE.staff_prefix,
    )
    staff = cast("StaffSessions", OnePerson(person))
    Gate(table, cast("TokenVerifier", None), staff).install(app)
    return app


def item(reference: str, **more: Any) -> dict[str, Any]:
    """An item as a service answers it; due in three days unless told otherwise."""
    today = datetime.now(UTC).date()
    base = {
        "reference": reference,
        "verb": "Assess the report",
        "started": (today - timedelta(days=4)).isoformat(),
        "due": (today + timedelta(days=3)).isoformat(),
        "segments": [],
        "state": "due",
        "waiting_for": "",
        "country": "KEN",
        "type": "sexual_abuse",
        "url": f"/cases/{reference}",
    }
    return base | more


def answering(items: Mapping[str, list[dict[str, Any]] | int]) -> Answer:
    """Answers by service: a list of items, or the status of a failure; 0 is a service that is not there."""

    def answer(request: httpx.Request) -> httpx.Response:
        found = items.get(request.url.path.split("/")[2], [])
        if found == 0:
            raise httpx.ConnectError("nobody listens", request=request)
        return httpx.Response(found) if isinstance(found, int) else httpx.Response(200, json={"items": found})

    return answer
