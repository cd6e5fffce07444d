"""A node of another agency with sound tokens, on real Keycloak and Kafka: it speaks for its own agency only."""

from __future__ import annotations

import grpc
import pytest

from concord_stack.full import SECOND_NODE
from tests.security.authorization.calls import CALLS, ended
from tests.security.situations import Desk


@pytest.mark.parametrize("method", CALLS)
def test_a_node_cannot_ask_in_the_name_of_an_agency_that_it_does_not_host(desk: Desk, method: str) -> None:
    """Refused before anything is looked up; for its own agency the same call is let through, and finds nothing."""
    call, authority = CALLS[method], desk.stack.folder / "certificates" / "authority.pem"
    address = desk.stack.signed.agreement.address("unicef", call.service).address
    token = desk.service_token(f"{SECOND_NODE}-assistance", f"hub-{call.service}")
    request = call.request()
    for acting in ("unicef", "unhcr", "un"):
        refused = ended(address, authority, method, request, token, acting, "unicef")
        assert refused == (grpc.StatusCode.PERMISSION_DENIED, "agency_not_hosted"), acting
    assert ended(address, authority, method, request, token, SECOND_NODE, "unicef")[0] is grpc.StatusCode.NOT_FOUND
