"""Every operation × every desk × own and another agency, by REST, on the running embedded default.

A route without an operation fails, and so does a write for which nobody wrote down what the owner would send. Each
write is first refused to everybody who may not do it, with the real reference, the current version and the very body
with which its owner's person is then let through: what refused it was the authorization and nothing else.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping

import httpx
import pytest

from concord_core.identity import Tenancy
from concord_stack.people import Person, people
from tests.security.authorization.acts import READS, WRITES, Act
from tests.security.authorization.answers import NOT_FOUND, code, told
from tests.security.authorization.asks import asks
from tests.security.authorization.caller import Caller, no_faults, outsiders, same, staff
from tests.security.authorization.rights import MAY, PEERS, PUBLIC, may
from tests.security.authorization.routes import Built, Route
from tests.security.authorization.scene import Scene
from tests.security.authorization.targets import Target, real_and_invented
from tests.support.strangers import GARBAGE

pytestmark = pytest.mark.xdist_group("embedded")


@pytest.fixture(scope="module")
def interfaces(routes: list[Route]) -> list[Route]:
    """The REST routes that are not for everybody."""
    return [route for route in routes if not route.page and not route.public]


@pytest.fixture(scope="module")
def client(scene: Scene) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=scene.world.origin(), timeout=60, trust_env=False) as found:
        yield found


# --- the tables are whole -----------------------------------------------------------------------------------------


def test_every_operation_stands_in_the_walks_own_table(services: Mapping[str, Built]) -> None:
    """A new operation needs a line in `authorization/rights.py`; the policy and that line must say the same."""
    wrong = []
    for built in services.values():
        for operation in built.service.policy().operations.values():
            name = operation.name
            if operation.public or operation.tenancy is Tenancy.PEER:
                right = name in (PUBLIC if operation.public else PEERS)
            else:
                service = built.service.name
                desks = frozenset(one.desk for one in people() if operation.roles & set(_roles(one, service)))
                right = MAY.get(name) == desks
            wrong += [] if right else [name]
    assert not wrong, f"the policy and authorization/rights.py disagree about {', '.join(wrong)}"


def _roles(person: Person, service: str) -> tuple[str, ...]:
    if service == "front":
        return tuple(role for roles in person.roles.values() for role in roles)
    return person.roles.get(service, ())


def test_every_route_and_call_asks_for_the_operation_that_is_written_down(
    routes: list[Route], services: Mapping[str, Built]
) -> None:
    """A new route needs its line in `authorization/asks.py`; no operation of the policy is asked for by nobody."""
    asked = {(str(route), route.operation) for route in routes}
    for built in services.values():
        asked |= {(f"CALL {method}", name) for rpc in built.parts.rpc for method, name in rpc.operations.items()}
    missing, gone = sorted(asked - asks()), sorted(asks() - asked)
    assert (missing, gone) == ([], []), f"authorization/asks.py lacks {missing}, and says {gone}"
    policies = {name for built in services.values() for name in built.service.policy().operations}
    assert policies == {operation for _, operation in asked}


def test_the_walk_knows_what_to_send_everywhere(interfaces: list[Route]) -> None:
    """A new write needs a body in `WRITES`, a new address with a reference its kind of record in `READS`."""
    same((str(route) for route in interfaces if route.writes), WRITES, "WRITES")
    reads = {route.path for route in interfaces if not route.writes and "{" in route.path}
    same(reads, (path for path in READS if path.startswith("/api/")), "READS")


# --- strangers ----------------------------------------------------------------------------------------------------


def test_without_a_token_nobody_learns_anything(
    interfaces: list[Route], client: httpx.Client, records: Mapping[str, Target]
) -> None:
    """401, whatever was sent and whether or not the reference exists."""
    content, headers = GARBAGE["api"]
    case = records["case"].names["reference"]
    for route in interfaces:
        path = re.sub("{[^}]+}", case, route.path)
        bare = client.request(route.method, path, content=content, headers=headers)
        assert code(bare) == (401, "unauthenticated"), str(route)


def test_a_services_token_is_no_persons(
    interfaces: list[Route], client: httpx.Client, scene: Scene, services: Mapping[str, Built]
) -> None:
    """Services ask each other by gRPC only, and no person's interface takes them for people."""
    tokens = services["assistance"].context.tokens
    for route in interfaces:
        target = Target(fixed=dict.fromkeys(re.findall("{([^}:]+)", route.path), "1"))
        sent = Caller(scene.world, client, route, target).send(tokens.token(f"hub-{route.service}"))
        assert code(sent) == (403, "forbidden"), str(route)


# --- reads and writes ---------------------------------------------------------------------------------------------


def test_each_read_is_for_its_desks_and_its_agency(
    interfaces: list[Route], scene: Scene, client: httpx.Client, records: Mapping[str, Target]
) -> None:
    secret = {name for record in records.values() for name in record.names.values()}

    def walk(route: Route) -> Iterator[str]:
        target = records[READS[route.path]] if "{" in route.path else Target()
        caller = Caller(scene.world, client, route, target)
        yield from caller.faults_of_the_refused()
        yield from caller.faults_of_outsiders()
        yield from _of_readers(caller, secret)

    no_faults(walk, [route for route in interfaces if not route.writes])


def _of_readers(caller: Caller, secret: set[str]) -> Iterator[str]:
    """The owner's people read it; a list shows everybody their own agency's, hence to outsiders nothing `secret`."""
    for person in staff(caller.target.owner) + ([] if caller.target.names else outsiders(caller.target)):
        if may(person, caller.route.operation):
            answer = caller.ask(person)
            if answer.status_code != 200:
                yield f"{caller.route} as {person.user}, who may: {code(answer)}"
            if person.agency != caller.target.owner and any(name in answer.text for name in secret):
                yield f"{caller.route} shows {person.user} a reference of another agency"


def test_a_list_asked_for_another_agencys_reference_tells_nothing_of_it(
    interfaces: list[Route], scene: Scene, client: httpx.Client, records: Mapping[str, Target]
) -> None:
    """Whatever text a list takes beside its path: for a real reference it answers as for an invented one."""

    def walk(route: Route) -> Iterator[str]:
        caller = Caller(scene.world, client, route, Target())
        for person in (one for one in outsiders(Target()) if may(one, route.operation)):
            for names in real_and_invented(records.values()):
                for query in route.queries:
                    real, invented = (caller.read(person, f"{route.path}?{query}={name}") for name in names)
                    if real.status_code != 200 or told(real, names) != told(invented, names):
                        yield f"{route}?{query}={names[0]} as {person.user}"

    lists = [route for route in interfaces if route.queries and not route.writes]
    assert "GET /api/intake/cases" in map(str, lists)
    no_faults(walk, lists)


def test_each_write_is_for_its_desks_and_its_agency(
    interfaces: list[Route], scene: Scene, client: httpx.Client
) -> None:
    readers = {route.path.rpartition("/")[0]: route for route in interfaces if route.path.endswith("/{reference}")}

    def walk(tried: tuple[Route, Act]) -> Iterator[str]:
        caller = Caller.of(scene, client, *tried)
        before = caller.target.look()
        yield from caller.faults_of_the_refused()
        yield from caller.faults_of_outsiders()
        if caller.target.look() != before:
            yield f"{caller.route} was refused, and changed the record"
        yield from _of_writers(caller, readers)

    no_faults(walk, [(route, act) for route in interfaces if route.writes for act in WRITES.get(str(route), ())])


def _of_writers(caller: Caller, readers: Mapping[str, Route]) -> Iterator[str]:
    """What was refused to all others is taken from the owner's people; that it was done helps nobody else who repeats
    it with its key. What is new anybody may make, of their own."""
    key = ""
    for person in (one for one in staff(caller.target.owner) if may(one, caller.route.operation)):
        key = uuid.uuid4().hex
        answer = caller.ask(person, key=key)
        if answer.status_code >= 300:
            yield f"{caller.route} as {person.user}, who may: {answer.status_code} {answer.text}"
    if not key:
        yield f"{caller.route} is for nobody of {caller.target.owner}"
    for person in (one for one in outsiders(caller.target) if may(one, caller.route.operation)):
        answer = caller.ask(person, key=key)
        if caller.target.names and code(answer) != NOT_FOUND:
            yield f"{caller.route} as {person.user}, repeated: {code(answer)}"
        elif not caller.target.names:
            yield from _made_its_own(caller, person, answer, readers)


def _made_its_own(
    caller: Caller, person: Person, answer: httpx.Response, readers: Mapping[str, Route]
) -> Iterator[str]:
    if answer.status_code >= 300:
        yield f"{caller.route} as {person.user}, of their own: {answer.status_code} {answer.text}"
        return
    location = answer.headers["location"]
    reader = readers[location.rpartition("/")[0]]
    for one in staff(caller.target.owner):
        if may(one, reader.operation) and code(caller.read(one, location)) != NOT_FOUND:
            yield f"{location}, made by {person.user}, can be read by {one.user}"
