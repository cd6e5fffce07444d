"""Every call between services, from whom it is not meant for: on the running embedded default.

Each is refused to whoever is no peer, and to a peer that asks for an agency to which the record was not given as if it
did not exist; then the very same request is answered to whom it was given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import grpc
import pytest

from concord_stack.exchange import NAMES
from concord_stack.people import people
from tests.security.authorization.calls import CALLS, Call, Status, ended
from tests.security.authorization.routes import Built
from tests.security.authorization.scene import Scene
from tests.security.authorization.targets import Target

pytestmark = pytest.mark.xdist_group("embedded")
UNAUTHENTICATED, DENIED = grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED
NOBODY = "nobody"
"""No agency of the agreement."""


@dataclass(frozen=True)
class Line:
    """One method, called with one request."""

    method: str
    call: Call
    target: Target
    services: Mapping[str, Built]

    def token(self, audience: str = "") -> str:
        """The caller's own token, for the service that is asked or for another one."""
        return self.services[self.call.caller].context.tokens.token(audience or f"hub-{self.call.service}")

    def ends(self, token: str | None, *, acting: str = "", addressed: str = "", nowhere: bool = False) -> Status:
        """How the call ends, rightly made where nothing else is said."""
        rpc = self.services[self.call.service].context.settings.rpc
        assert rpc is not None
        names = self.target.nowhere().names if nowhere else self.target.names
        return ended(
            f"{rpc.host}:{rpc.port}",
            rpc.authority,
            self.method,
            self.call.request(**names),
            token,
            acting or self.call.acting,
            addressed or self.call.addressed,
        )


@pytest.fixture(scope="module", params=CALLS)
def line(request: pytest.FixtureRequest, scene: Scene, services: Mapping[str, Built]) -> Line:
    call = CALLS[request.param]
    return Line(request.param, call, call.make(scene), services)


def test_the_walk_knows_every_method(services: Mapping[str, Built]) -> None:
    """A new method needs a line in `CALLS`."""
    methods = {method for built in services.values() for rpc in built.parts.rpc for method in rpc.operations}
    assert methods == set(CALLS)


def test_who_is_no_peer_is_refused(line: Line, scene: Scene) -> None:
    elsewhere = "hub-reporting"
    before = line.target.look()
    assert line.ends(None) == (UNAUTHENTICATED, "unauthenticated")
    assert line.ends("x.y.z") == (UNAUTHENTICATED, "token_invalid")
    assert line.ends(line.token(elsewhere)) == (UNAUTHENTICATED, "token_audience")
    for one in people():  # a token is made for the services at which its person has a role
        has_role = bool(one.roles.get(line.call.service))
        refused = (DENIED, "forbidden") if has_role else (UNAUTHENTICATED, "token_audience")
        assert line.ends(scene.world.tokens(one.user)) == refused, one.user
    assert line.ends(line.token(), acting=NOBODY) == (DENIED, "agency_not_hosted")
    assert line.target.look() == before


def test_a_peer_gets_what_was_given_to_the_agency_that_it_acts_for(line: Line) -> None:
    token, before = line.token(), line.target.look()
    absent = line.ends(token, nowhere=True)
    assert absent[0] is grpc.StatusCode.NOT_FOUND
    for agency in NAMES:
        if agency != line.call.acting:
            for addressed in (line.call.addressed, agency):
                assert line.ends(token, acting=agency, addressed=addressed) == absent, agency
        if agency != line.call.addressed and not line.call.anywhere:
            assert line.ends(token, addressed=agency) == absent, agency
    assert line.ends(token, addressed=NOBODY) == (grpc.StatusCode.NOT_FOUND, "not_found")
    assert line.target.look() == before
    assert line.ends(token) == (grpc.StatusCode.OK, "")
