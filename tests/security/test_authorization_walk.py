"""Every route and RPC × people of every desk × own and another agency, on the running embedded default.

A route without an operation fails; a role that the policy does not name is refused; nobody of another agency reads a
record of A; what is not yours and what does not exist answer alike.
"""

import re
from dataclasses import dataclass
from importlib import import_module

import grpc
import httpx
import pytest
from fastapi import FastAPI

from concord_core.config import load_settings
from concord_core.identity import AllowPage, PolicyTable
from concord_core.runtime import Context, Parts, Service
from concord_stack.config import PACKAGES
from concord_stack.embedded import EmbeddedStack
from concord_stack.people import Person as Somebody
from concord_stack.people import people
from concord_stack.walk.walk import World
from tests.support.strangers import GARBAGE, routes_of

pytestmark = pytest.mark.xdist_group("embedded")
SERVICES = ("intake", "screening", "assistance", "reporting", "front")
_VERSION = {"idempotency-key": "authorization-walk", "if-match": '"999"'}


@dataclass(frozen=True)
class Route:
    """One method of one route, and the operation that it asks for."""

    service: str
    method: str
    path: str
    operation: str
    page: bool


def built(stack: EmbeddedStack, name: str) -> tuple[Service, Context, Parts]:
    """A service put together in this process, as its own process does."""
    service: Service = import_module(f"{PACKAGES[name]}.app").SERVICE
    settings = load_settings(service.settings, stack.hub.config(name), prefix=f"CONCORD_{name.upper()}_")
    context = Context(name, settings, service.policy(), service.staff_prefix)
    return service, context, service.build(context)


def app_of(parts: Parts) -> FastAPI:
    """The service's own routes, as its process has them."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    for router in parts.routers:
        app.include_router(router)
    return app


@pytest.fixture(scope="module")
def services(embedded: EmbeddedStack) -> dict[str, tuple[Service, Context, Parts]]:
    return {name: built(embedded, name) for name in SERVICES}


@pytest.fixture(scope="module")
def routes(services: dict[str, tuple[Service, Context, Parts]]) -> list[Route]:
    found = []
    for name, (_, _, parts) in services.items():
        for method, path, its_doors in routes_of(app_of(parts)):
            assert len(its_doors) == 1, f"{name} {method} {path} asks for {len(its_doors)} operations, it needs one"
            door = its_doors[0]
            found.append(Route(name, method, path, door.operation, isinstance(door, AllowPage)))
    return found


def test_every_route_asks_for_an_operation_that_the_policy_knows(
    routes: list[Route], services: dict[str, tuple[Service, Context, Parts]]
) -> None:
    assert len(routes) > 60
    unknown = [route for route in routes if route.operation not in services[route.service][0].policy().operations]
    assert unknown == []


def test_every_operation_is_asked_for_somewhere(
    routes: list[Route], services: dict[str, tuple[Service, Context, Parts]]
) -> None:
    for name, (service, _, parts) in services.items():
        used = {route.operation for route in routes if route.service == name}
        used |= {operation for rpc in parts.rpc for operation in rpc.operations.values()}
        assert set(service.policy().operations) - used == set(), f"{name} has operations that nothing asks for"


def filled(path: str, found: dict[str, str]) -> str:
    """The path with references of A's records where the walk left one, else one that does not exist."""

    def value(match: re.Match[str]) -> str:
        name = match.group(1).split(":")[0]
        if "/cases/" in path or "/reports/" in path:
            return {"reference": found["case"], "clock": "assess_and_report"}.get(name, "assess")
        if "/listings/" in path:
            return found["listing"]
        if "/checks/" in path:
            return found["check"]
        return "XX-0000"

    return re.sub(r"{([^}]+)}", value, path)


def allowed(policy: PolicyTable, operation: str, person: Somebody, service: str) -> bool:
    """Whether one of the person's roles at the service is among the operation's."""
    return bool(policy.operations[operation].roles & set(person.roles.get(service, ())))


def test_each_api_route_refuses_everybody_whom_the_policy_does_not_name(
    routes: list[Route], services: dict[str, tuple[Service, Context, Parts]], walked: World
) -> None:
    """Without a token 401, whatever was sent; without the role 403; with the role never 401, and 403 only for one's
    own act."""
    client = httpx.Client(base_url=walked.origin(), timeout=60)
    persons = [one for one in people() if one.agency in ("unicef", "un")]
    wrong: list[str] = []
    for route in (route for route in routes if not route.page):
        policy = services[route.service][0].policy()
        path = filled(route.path, walked.found)
        if policy.is_public(route.operation):
            continue
        content, headers = GARBAGE["api"]
        bare = client.request(route.method, path, content=content, headers=headers)
        if bare.status_code != 401:
            wrong.append(f"{route.method} {path} without a token: {bare.status_code}")
        for person in persons:
            answer = _ask(walked, client, route, path, person)
            may = allowed(policy, route.operation, person, route.service)
            refused = answer.status_code in (401, 403)
            own_act = may and answer.status_code == 403 and answer.json()["code"] == "own_act"
            if refused == may and not own_act:
                wrong.append(f"{route.method} {path} as {person.user}: {answer.status_code}, policy says {may}")
    assert wrong == []


def test_nobody_of_another_agency_reaches_a_record_of_a(
    routes: list[Route], services: dict[str, tuple[Service, Context, Parts]], walked: World
) -> None:
    """B's people with the right role get what a record that does not exist gets, or their body is refused first."""
    client = httpx.Client(base_url=walked.origin(), timeout=60)
    persons = [one for one in people() if one.agency == "wfp"]
    wrong: list[str] = []
    for route in (route for route in routes if not route.page and "{" in route.path):
        policy = services[route.service][0].policy()
        path, nowhere = filled(route.path, walked.found), re.sub(r"{[^}]+}", "XX-0000", route.path)
        if policy.is_public(route.operation):
            continue
        for person in persons:
            answer = _ask(walked, client, route, path, person)
            if answer.status_code < 300:
                wrong.append(f"{route.method} {path} as {person.user}: {answer.status_code}")
            if route.method == "GET" and allowed(policy, route.operation, person, route.service):
                absent = _ask(walked, client, route, nowhere, person)
                if _shape(answer) != _shape(absent):
                    wrong.append(f"GET {path} as {person.user} differs from one that does not exist")
    assert wrong == []


def _ask(world: World, client: httpx.Client, route: Route, path: str, person: Somebody) -> httpx.Response:
    headers = {"authorization": f"Bearer {world.tokens(person.user)}", **_VERSION}
    body: dict[str, str] | None = None if route.method == "GET" else {}
    return client.request(route.method, path, json=body, headers=headers)


def _shape(answer: httpx.Response) -> tuple[int, str, tuple[str, ...]]:
    content = answer.json()
    return answer.status_code, str(content.get("code")), tuple(sorted(content))


def test_every_staff_page_sends_a_stranger_to_sign_in(
    routes: list[Route], services: dict[str, tuple[Service, Context, Parts]], walked: World
) -> None:
    client = httpx.Client(base_url=walked.origin(), timeout=60)
    wrong: list[str] = []
    for route in (route for route in routes if route.page):
        if services[route.service][0].policy().is_public(route.operation):
            continue
        path = filled(route.path, walked.found)
        content, headers = GARBAGE["page"]
        answer = client.request(route.method, path, content=content, headers=headers)
        if answer.status_code != 303 or "/signin" not in answer.headers["location"]:
            wrong.append(f"{route.method} {path}: {answer.status_code}")
        bearer = {"authorization": f"Bearer {walked.tokens('unicef-officer')}"}
        if client.request(route.method, path, headers=bearer).status_code < 300:
            wrong.append(f"{route.method} {path} took a bearer token: pages take the session cookie only")
    assert wrong == []


def test_every_rpc_refuses_who_is_not_a_peer(
    services: dict[str, tuple[Service, Context, Parts]], embedded: EmbeddedStack, walked: World
) -> None:
    """No token, a person's token, and a service's token for another audience are refused by every method."""
    tried = 0
    for name, (_, context, parts) in services.items():
        rpc = context.settings.rpc
        methods = [method for found in parts.rpc for method in found.operations]
        if rpc is None or not methods:
            continue
        credentials = grpc.ssl_channel_credentials(rpc.authority.read_bytes())
        other = "hub-screening" if name != "screening" else "hub-intake"
        tokens = (None, walked.tokens("unicef-advocate"), services["assistance"][1].tokens.token(other))
        with grpc.secure_channel(f"{rpc.host}:{rpc.port}", credentials) as channel:
            for method in methods:
                for token in tokens:
                    bearer = [("authorization", f"Bearer {token}")] if token else []
                    metadata = (("concord-agency", "unfpa"), ("concord-addressed", "unicef"), *bearer)
                    call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(method)
                    with pytest.raises(grpc.RpcError) as refused:
                        call(b"", metadata=metadata, timeout=20)
                    code = refused.value.code()
                    assert code in (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED), method
                    tried += 1
    assert tried >= 12
