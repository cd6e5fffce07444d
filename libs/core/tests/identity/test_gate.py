"""Who asks comes first: before the body, the headers and the path; and nobody gets past a route that never asked.

Annotations are values here: FastAPI reads them.
"""

from typing import Annotated, Any, cast

import pytest
from fastapi import APIRouter, Depends, Header
from starlette.testclient import TestClient

from concord_core.errors.codes import UNAUTHENTICATED, VERSION_REQUIRED
from concord_core.identity import (
    PUBLIC,
    Allow,
    AllowPage,
    Gate,
    Operation,
    PolicyTable,
    Principal,
    Routes,
    Tenancy,
    TokenVerifier,
)
from concord_core.identity.staff import StaffSessions
from concord_core.web import StaffForm
from concord_core.web.rest import Body
from tests.support.front import OnePerson, front
from tests.support.strangers import unlocked

POLICY = PolicyTable(
    [
        Operation("things.change", frozenset({"officer"})),
        Operation("things.look", tenancy=Tenancy.PUBLIC, public=True),
    ]
)
OFFICER = Principal("person", "officer-1", "unicef", frozenset({"officer"}))
CLERK = Principal("person", "clerk-1", "unicef", frozenset({"clerk"}))


class Tokens:
    """A verifier that counts how often it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def verify(self, token: str) -> Principal:
        self.asked.append(token)
        known = {"officer": OFFICER, "clerk": CLERK}
        if token not in known:
            raise UNAUTHENTICATED.error()
        return known[token]


class Thing(Body):
    """What is asked."""

    count: int


class Resolved:
    """A dependency that notes that FastAPI came to it."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, if_match: Annotated[str | None, Header()] = None) -> None:
        self.times += 1
        if if_match is None:
            raise VERSION_REQUIRED.error()


def routes(resolved: Resolved) -> Routes:
    """One route of each kind."""
    made = Routes("/api/things")

    @made.post("/{number}")
    def change(
        number: int,
        _seen: Annotated[None, Depends(resolved)],  # before the operation, as a careless hand would write it
        body: Thing,
        who: Annotated[Principal, Depends(Allow("things.change"))],
    ) -> dict[str, Any]:
        return {"number": number, "count": body.count, "who": who.subject}

    @made.post("/{number}/look")
    def look(number: int, who: Annotated[Principal, Depends(Allow("things.look"))]) -> dict[str, Any]:
        return {"public": who is PUBLIC}

    @made.post("/{number}/page")
    def page(
        number: int, form: StaffForm, who: Annotated[Principal, Depends(AllowPage("things.change"))]
    ) -> dict[str, str]:
        return {"who": who.subject}

    return made


class World:
    """The app, and what was asked on the way."""

    def __init__(self, *more: APIRouter) -> None:
        self.tokens, self.resolved = Tokens(), Resolved()
        self.app = front(_nobody)
        for router in (routes(self.resolved), *more):
            self.app.include_router(router)
        self.app.state.policy = POLICY
        gate = Gate(POLICY, cast("TokenVerifier", self.tokens), cast("StaffSessions", OnePerson(OFFICER)))
        gate.install(self.app)
        self.client = TestClient(self.app, raise_server_exceptions=False, follow_redirects=False)


def _nobody(_request: Any) -> Any:
    raise AssertionError("nobody is asked")


@pytest.fixture
def world() -> World:
    return World()


def bearer(token: str, **more: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}", "content-type": "application/json", **more}


@pytest.mark.parametrize(("token", "status"), [("stranger", 401), ("", 401), ("clerk", 403)])
@pytest.mark.parametrize("path", ["/api/things/1", "/api/things/no-number"])
@pytest.mark.parametrize("body", [b'{"count": 1}', b'{"count": "x"}', b'{"not json', b"x" * 400_000])
def test_a_stranger_hears_nothing_of_body_path_or_headers(
    world: World, token: str, status: int, path: str, body: bytes
) -> None:
    answer = world.client.post(path, content=body, headers=bearer(token))
    assert answer.status_code == status, answer.text
    assert world.resolved.times == 0


def test_who_may_hears_what_is_wrong(world: World) -> None:
    def code(content: bytes, path: str = "1", **more: str) -> str:
        answer = world.client.post(f"/api/things/{path}", content=content, headers=bearer("officer", **more))
        return str(answer.json()["code"])

    assert code(b'{"not json') == "malformed_json"
    assert code(b"x" * 400_000) == "body_too_large"
    assert code(b'{"count": 1}') == "version_required"
    assert code(b'{"count": 1}', "x", **{"if-match": '"1"'}) == "invalid_request"
    assert code(b'{"count": 1, "more": 1}', **{"if-match": '"1"'}) == "invalid_request"


def test_the_token_is_looked_at_once_and_handed_over(world: World) -> None:
    headers = bearer("officer", **{"if-match": '"1"'})
    answer = world.client.post("/api/things/7", content=b'{"count": 2}', headers=headers)
    assert answer.json() == {"number": 7, "count": 2, "who": "officer-1"}
    assert world.tokens.asked == ["officer"]


def test_a_public_operation_looks_at_nothing(world: World) -> None:
    assert world.client.post("/api/things/7/look", headers=bearer("stranger")).json() == {"public": True}
    assert world.tokens.asked == []


def test_a_page_sends_to_sign_in_before_it_reads_the_form(world: World) -> None:
    sent = {"content": b"no form", "headers": {"content-type": "multipart/form-data; boundary=missing"}}
    answer = world.client.post("/api/things/no-number/page", **sent)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/work/signin")


def test_the_walk_finds_a_route_that_lets_strangers_in(world: World) -> None:
    assert unlocked(world.client, world.app)[0] == ["GET / asks for no operation", "GET /work asks for no operation"]


@pytest.mark.parametrize("operations", [(), ("things.change", "things.look")])
def test_a_route_without_its_one_operation_does_not_exist(operations: tuple[str, ...]) -> None:
    asked = [Depends(Allow(name)) for name in operations]
    with pytest.raises(ValueError, match=f"asks for {len(operations)} operations"):
        Routes("/api/things").add_api_route("/x", lambda: None, methods=["GET"], dependencies=asked)


def test_a_route_that_never_asked_lets_nobody_in() -> None:
    plain = APIRouter()

    @plain.get("/api/plain")
    def forgotten(who: Annotated[Principal, Depends(Allow("things.look"))]) -> dict[str, str]:
        return {"who": who.subject}

    world = World(plain)
    assert world.client.get("/api/plain", headers=bearer("officer")).status_code == 500
