"""Every page and every form × every desk × own and another agency, signed in, on the running embedded default.

As `test_authorization_walk` does it for programs: each form is first refused to everybody who may not send it, with the
real reference, version and token, and then taken from its owner's person with the very same fields.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
import pytest

from concord_stack.people import Person, people
from tests.security.authorization.acts import QUERIES, READS
from tests.security.authorization.answers import told
from tests.security.authorization.caller import no_faults, outsiders, same, staff
from tests.security.authorization.forms import FORMS, Fields, Form
from tests.security.authorization.rights import enters, may
from tests.security.authorization.routes import SERVICES, Route
from tests.security.authorization.scene import Scene
from tests.security.authorization.sessions import Sessions
from tests.security.authorization.targets import Target, real_and_invented
from tests.support.strangers import GARBAGE

pytestmark = pytest.mark.xdist_group("embedded")


@pytest.fixture(scope="module")
def pages(routes: list[Route]) -> list[Route]:
    """The pages and forms that are not for everybody."""
    return [route for route in routes if route.page and not route.public]


@pytest.fixture(scope="module")
def client(scene: Scene) -> Iterator[httpx.Client]:
    with scene.sessions.browser() as found:
        yield found


@dataclass(frozen=True)
class Visitor:
    """One page or form with one record, as anybody signed in. Nothing is kept between two requests."""

    client: httpx.Client
    sessions: Sessions
    route: Route
    target: Target
    fields: Fields | None = None

    def open(self, person: Person, *, nowhere: bool = False, token: str | None = None, key: str = "") -> httpx.Response:
        """Opens the page or sends the form; `nowhere` with references that do not exist, `token` in place of the
        session's own, `key` as if it were a repeat."""
        target = self.target.nowhere() if nowhere else self.target
        session = self.sessions.of(person.user, self.route.service)
        path, headers = target.path(self.route.path) + QUERIES.get(self.route.path, ""), {"cookie": session.cookie}
        if self.fields is None:
            return self.client.get(path, headers=headers)
        ours = {"form_token": session.token if token is None else token, "key": key or uuid.uuid4().hex}
        data = {**self.fields, **ours, "version": str(target.version)}
        return self.client.post(path, data=data, headers=headers)

    def faults(self) -> Iterator[str]:
        """Refused to those whom the policy does not name, and to outsiders as if it did not exist."""
        for person in self._inside(staff(self.target.owner)):
            answer = self.open(person) if not may(person, self.route.operation) else None
            if answer is not None and answer.status_code != 403:
                yield f"{self.route} as {person.user}: {answer.status_code}"
        for person in self._inside(outsiders(self.target)):
            let_in = may(person, self.route.operation)
            if let_in and not self.target.names:
                continue
            answer = self.open(person)
            if answer.status_code != (404 if let_in else 403):
                yield f"{self.route} as {person.user}: {answer.status_code}"
            elif let_in and self._told(answer) != self._told(self.open(person, nowhere=True)):
                yield f"{self.route} as {person.user} differs from one that does not exist"

    def _inside(self, persons: list[Person]) -> list[Person]:
        return [one for one in persons if enters(one, self.route.service)]

    def _told(self, answer: httpx.Response) -> object:
        return told(answer, [*self.target.names.values(), *self.target.nowhere().names.values()])


def test_the_walk_knows_every_page_and_form(pages: list[Route]) -> None:
    """A new form needs its fields in `FORMS`, a new page with a reference its kind of record in `READS`."""
    same((route.path for route in pages if route.writes), FORMS, "FORMS")
    reads = {route.path for route in pages if not route.writes and "{" in route.path}
    same(reads, (path for path in READS if not path.startswith("/api/")), "READS")


def test_a_stranger_is_sent_to_sign_in(
    pages: list[Route], scene: Scene, client: httpx.Client, records: Mapping[str, Target]
) -> None:
    """Whatever was sent, and whether or not the reference exists; a program's token opens no page."""
    content, headers = GARBAGE["page"]
    bearer = {"authorization": f"Bearer {scene.world.tokens('unicef-officer')}"}
    for route in pages:
        path = re.sub("{[^}]+}", records["case"].names["reference"], route.path)
        for more in ({}, bearer):
            answer = client.request(route.method, path, content=content, headers=headers | more)
            assert answer.status_code == 303, str(route)
            assert "/signin" in answer.headers["location"], str(route)


@pytest.mark.parametrize("service", SERVICES)
def test_only_who_has_a_role_comes_in(scene: Scene, service: str) -> None:
    """Nobody without a role at a service gets a session there."""
    for person in (one for one in people() if one.agency == "unicef"):
        with scene.sessions.browser() as browser:
            back = scene.sessions.sign_in(browser, person.user, service)
        assert back.status_code == (303 if enters(person, service) else 403), person.user


def test_each_page_is_for_its_desks_and_its_agency(
    pages: list[Route], scene: Scene, client: httpx.Client, records: Mapping[str, Target]
) -> None:
    secret = {name for record in records.values() for name in record.names.values()}

    def walk(route: Route) -> Iterator[str]:
        target = records[READS[route.path]] if "{" in route.path else Target()
        visitor = Visitor(client, scene.sessions, route, target)
        yield from visitor.faults()
        for person in staff(target.owner) + ([] if target.names else outsiders(target)):
            if may(person, route.operation):
                answer = visitor.open(person)
                led = answer.status_code == 303 and "/signin" not in answer.headers["location"]
                if answer.status_code != 200 and not (led and route.path == "/assistance"):
                    yield f"{route} as {person.user}, who may: {answer.status_code}"
                if person.agency != target.owner and any(name in answer.text for name in secret):
                    yield f"{route} shows {person.user} a reference of another agency"

    no_faults(walk, [route for route in pages if not route.writes])


def test_a_list_asked_for_another_agencys_reference_tells_nothing_of_it(
    pages: list[Route], scene: Scene, client: httpx.Client, records: Mapping[str, Target]
) -> None:
    """Whatever text a list takes beside its path: for a real reference it answers as for an invented one."""

    def walk(route: Route) -> Iterator[str]:
        for person in (one for one in outsiders(Target()) if may(one, route.operation)):
            headers = {"cookie": scene.sessions.of(person.user, route.service).cookie}
            for names in real_and_invented(records.values()):
                for query in route.queries:
                    real, invented = (client.get(f"{route.path}?{query}={name}", headers=headers) for name in names)
                    answered = 422 if route.path in QUERIES else 200  # that one takes codes only
                    if real.status_code != answered or told(real, names) != told(invented, names):
                        yield f"{route}?{query}={names[0]} as {person.user}: {real.status_code}"

    lists = [route for route in pages if route.queries and not route.writes and "{" not in route.path]
    assert "GET /work" in map(str, lists)
    no_faults(walk, lists)


def test_each_form_is_for_its_desks_and_its_agency(pages: list[Route], scene: Scene, client: httpx.Client) -> None:
    readers = {route.path.rpartition("/")[0]: route for route in pages if route.path.endswith("/{reference}")}

    def walk(tried: tuple[Route, Form]) -> Iterator[str]:
        route, form = tried
        target = form.make(scene)
        visitor = Visitor(client, scene.sessions, route, target, form.fields(scene, target))
        before = target.look()
        yield from visitor.faults()
        yield from _without_its_token(visitor)
        if target.look() != before:
            yield f"{route} was refused, and changed the record"
        yield from _of_writers(visitor, form, readers)

    no_faults(walk, [(route, form) for route in pages if route.writes for form in FORMS.get(route.path, ())])


def _without_its_token(visitor: Visitor) -> Iterator[str]:
    """A form without its session's token is not taken, from whomever."""
    for person in (one for one in staff(visitor.target.owner) if may(one, visitor.route.operation)):
        for token in ("", "x" * 43):
            if visitor.open(person, token=token).status_code != 409:
                yield f"{visitor.route} as {person.user} was taken with another session's token"


def _of_writers(visitor: Visitor, form: Form, readers: Mapping[str, Route]) -> Iterator[str]:
    """What was refused to all others is taken from the owner's people; that it was done helps nobody else who repeats
    it with its key. What is new anybody may make, of their own."""
    target, route, key = visitor.target, visitor.route, ""
    for person in (one for one in staff(target.owner) if may(one, route.operation)):
        key = uuid.uuid4().hex
        answer = visitor.open(person, key=key)
        if answer.status_code != form.done or "/signin" in answer.headers.get("location", ""):
            yield f"{route} as {person.user}, who may: {answer.status_code}"
    if not key:
        yield f"{route} is for nobody of {target.owner}"
    for person in (one for one in outsiders(target) if may(one, route.operation)):
        answer = visitor.open(person, key=key)
        if answer.status_code != (404 if target.names else form.done):
            yield f"{route} as {person.user}, repeated: {answer.status_code}"
        elif not target.names:
            made = urlsplit(answer.headers["location"]).path
            reader = readers[made.rpartition("/")[0]]
            reading = Visitor(visitor.client, visitor.sessions, reader, Target({"reference": made.rpartition("/")[2]}))
            for one in staff(target.owner):
                if may(one, reader.operation) and reading.open(one).status_code != 404:
                    yield f"{made}, made by {person.user}, can be opened by {one.user}"
