"""Sends one operation as anybody, and says what is wrong with the answers."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import httpx

from concord_stack.exchange import OPERATOR
from concord_stack.people import Person, people
from concord_stack.walk.evidence import StepError
from concord_stack.walk.walk import World
from tests.security.authorization.acts import Act
from tests.security.authorization.answers import FORBIDDEN, NO_ROLE_HERE, NOT_FOUND, code, told
from tests.security.authorization.rights import enters, may
from tests.security.authorization.routes import Route
from tests.security.authorization.scene import Scene
from tests.security.authorization.targets import Target

T = TypeVar("T")


def no_faults(walk: Callable[[T], Iterable[str]], over: Iterable[T]) -> None:
    """Walks a few at once; AssertionError with everything that is wrong anywhere."""

    def walked(one: T) -> list[str]:
        try:
            return list(walk(one))
        except StepError as failure:
            return [f"what is to be tried could not be made: {failure}"]

    with ThreadPoolExecutor(4) as pool:
        wrong = [fault for found in pool.map(walked, over) for fault in found]
    assert not wrong, "\n".join(wrong)


def same(found: Iterable[str], written: Iterable[str], where: str) -> None:
    """AssertionError unless what the services have is what a table of the walk has."""
    there, known = set(found), set(written)
    missing, gone = sorted(there - known), sorted(known - there)
    assert not missing, f"write into {where} what is sent there or taken: {', '.join(missing)}"
    assert not gone, f"take out of {where}, the services no longer have it: {', '.join(gone)}"


def staff(agency: str) -> list[Person]:
    """Everybody of an agency."""
    return [one for one in people() if one.agency == agency]


def outsiders(target: Target) -> list[Person]:
    """Everybody of the other agencies, and the two desks that only the operator has."""
    found = [one for agency in target.others for one in staff(agency)]
    return found + [one for one in staff(OPERATOR) if one.desk in ("publisher", "operator")]


def expected_refusal(person: Person, route: Route) -> tuple[int, str] | None:
    """How the policy refuses the person; None where it lets them in."""
    if may(person, route.operation):
        return None
    return FORBIDDEN if enters(person, route.service) else NO_ROLE_HERE


@dataclass(frozen=True)
class Caller:
    """One operation on one target. The same body goes out every time, with a key of its own."""

    world: World
    client: httpx.Client
    route: Route
    target: Target
    body: dict[str, object] | None = None

    @classmethod
    def of(cls, scene: Scene, client: httpx.Client, route: Route, act: Act) -> Caller:
        """The caller of a write, on a target that was made for it."""
        target = act.make(scene)
        return cls(scene.world, client, route, target, act.body(scene, target))

    def ask(self, person: Person, *, nowhere: bool = False, key: str = "") -> httpx.Response:
        """Sends it as the person; `nowhere` with references that do not exist, `key` as if it were a repeat."""
        return self.send(self.world.tokens(person.user), nowhere=nowhere, key=key)

    def send(self, token: str, *, nowhere: bool = False, key: str = "") -> httpx.Response:
        """As `ask`, with any token."""
        target = self.target.nowhere() if nowhere else self.target
        body = self.body
        if body is not None:
            body = body | {name: value for name, value in target.names.items() if name in body}
        headers = {"authorization": f"Bearer {token}", "accept-language": "en"}
        if self.route.writes:
            headers["idempotency-key"] = key or uuid.uuid4().hex
        if target.version:
            headers["if-match"] = f'"{target.version}"'
        return self.client.request(self.route.method, target.path(self.route.path), json=body, headers=headers)

    def read(self, person: Person, path: str) -> httpx.Response:
        """Reads an address as the person."""
        return self.client.get(path, headers={"authorization": f"Bearer {self.world.tokens(person.user)}"})

    # --- what is wrong --------------------------------------------------------------------------------------------

    def faults_of_the_refused(self) -> Iterator[str]:
        """People of the owner whom the policy does not name get its refusal."""
        for person in staff(self.target.owner):
            refusal = expected_refusal(person, self.route)
            if refusal is not None and code(answer := self.ask(person)) != refusal:
                yield f"{self.route} as {person.user}: {code(answer)} instead of {refusal}"

    def faults_of_outsiders(self) -> Iterator[str]:
        """Another agency's people get what the policy says, and where it lets them in, what does not exist gets."""
        for person in outsiders(self.target):
            refusal = expected_refusal(person, self.route)
            if refusal is None and not self.target.names:
                continue
            answer = self.ask(person)
            if code(answer) != (refusal or NOT_FOUND):
                yield f"{self.route} as {person.user}: {code(answer)} instead of {refusal or NOT_FOUND}"
            elif refusal is None and self.told(answer) != self.told(self.ask(person, nowhere=True)):
                yield f"{self.route} as {person.user} differs from one that does not exist"

    def told(self, answer: httpx.Response) -> object:
        """The answer, whichever of the two references was asked for."""
        return told(answer, [*self.target.names.values(), *self.target.nowhere().names.values()])
