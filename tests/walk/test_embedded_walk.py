"""The walk passes on the embedded default, and fails when any of its steps does not show what it must."""

import io
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import httpx
import pytest
from rich.console import Console

from concord_stack.demo.command import embedded_world
from concord_stack.embedded import EmbeddedStack
from concord_stack.otlp import Span
from concord_stack.walk.steps import STEPS
from concord_stack.walk.walk import Step, World, walk

pytestmark = pytest.mark.xdist_group("embedded")


def test_every_step_is_verified(walked: World) -> None:
    assert {"case", "listing", "check", "trace"} <= set(walked.found)


@dataclass
class Saboteur(httpx.BaseTransport):
    """A network on which answers that match are changed on the way."""

    method: str
    path: str
    change: Callable[[httpx.Response, bytes], httpx.Response]
    inner: httpx.BaseTransport
    touched: int = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self.inner.handle_request(request)
        if request.method != self.method or not re.search(self.path, request.url.path):
            return response
        self.touched += 1
        return self.change(response, response.read())


def answering(status: int) -> Callable[[httpx.Response, bytes], httpx.Response]:
    return lambda response, content: httpx.Response(status, content=content, headers=_plain(response))


def replacing(old: bytes, new: bytes) -> Callable[[httpx.Response, bytes], httpx.Response]:
    return lambda response, content: httpx.Response(
        response.status_code, content=content.replace(old, new), headers=_plain(response)
    )


def _plain(response: httpx.Response) -> dict[str, str]:
    kept = ("content-type", "location", "etag")
    return {name: value for name, value in response.headers.items() if name in kept}


SABOTAGE = {
    1: ("POST", r"^/b$", replacing(b'class="lead"', b'class="other"')),
    2: ("POST", r"/confirm-outcome$", answering(200)),
    3: ("POST", r"^/api/screening/listings/[^/]+/approval$", answering(200)),
    4: ("POST", r"^/api/screening/checks$", replacing(b'"disclosures"', b'"owner":"unicef","disclosures"')),
    5: ("GET", r"^/api/screening/checks/", replacing(b'"facts":[', b'"facts":[{"field":"contact","value":"x"},')),
    6: ("POST", r"^/api/assistance/inbox/[^/]+/open$", answering(200)),
    7: ("GET", r"^/data/exploitation-and-abuse\.csv$", replacing(b"\r\n", b"1\r\n")),
}
"""What goes wrong on the network in each step; the last step's trace is broken by losing its spans."""
WORDS = {
    1: "the follow-up page shows no status",
    2: "the officer confirming their own proposal got 200",
    3: "the officer approving their own listing got 200",
    4: "a check's answer tells of its owner",
    5: "B sees ['contact', 'basis', 'decided_date'], A released ['basis', 'decided_date']",
    6: "opening an erased referral again answered 200",
    7: "CSV and JSON of exploitation-and-abuse differ",
    8: "the whole trace of the referral arriving did not happen within 3 s",
}
"""What the walk must say of each, and not of anything else that went wrong."""


@pytest.mark.parametrize("number", range(1, len(STEPS) + 1))
def test_a_broken_step_fails_the_walk(embedded: EmbeddedStack, walked: World, number: int) -> None:
    world = embedded_world(embedded)
    world.seed = walked.seed + 100 * number
    saboteurs: list[Saboteur] = []
    if number in SABOTAGE:
        method, path, change = SABOTAGE[number]

        def clients(origin: str) -> httpx.Client:
            saboteurs.append(Saboteur(method, path, change, httpx.HTTPTransport()))
            return httpx.Client(base_url=origin, timeout=60, transport=saboteurs[-1])

        honest = world.clients
        world.found.update(walked.found)
        failing = [*_before(number), *_only(number)]
        assert walk(world, failing[:-1], Console(quiet=True))
        world.clients = clients
        assert said(world, failing[-1:]) == (False, True, WORDS[number])
        world.clients = honest
        assert sum(one.touched for one in saboteurs) > 0, "the sabotage never met its request"
    else:

        def nothing(_trace: str) -> Sequence[Span]:
            return ()

        world.found.update(walked.found)
        world.trace, world.trace_seconds = nothing, 3
        assert said(world, _only(number)) == (False, True, WORDS[number])


def said(world: World, steps: Sequence[Step]) -> tuple[bool, bool, str]:
    """Whether the steps were verified, whether the walk told of a step that was not, and what it said of the last."""
    console = Console(file=io.StringIO(), width=1000)
    verified = walk(world, steps, console)
    assert isinstance(console.file, io.StringIO)
    words = console.file.getvalue()
    return verified, "▲" in words, words.rpartition("not verified: ")[2].strip()


def _before(number: int) -> Sequence[Step]:
    """Steps whose records the broken step works on anew: what was released or erased once cannot be again."""
    return {2: STEPS[0:1], 4: STEPS[2:3], 5: STEPS[2:4]}.get(number, ())


def _only(number: int) -> Sequence[Step]:
    return STEPS[number - 1 : number]


def test_a_service_that_cannot_have_its_port_ends_as_failed_so_that_it_is_started_again(
    embedded: EmbeddedStack,
) -> None:
    argv = [sys.executable, "-m", "concord_reporting", "serve", "--config", str(embedded.hub.config("reporting"))]
    ended = subprocess.run(argv, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "a role ended by an error" in ended.stdout + ended.stderr
