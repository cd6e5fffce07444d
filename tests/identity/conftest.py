"""Both kinds of issuer for one suite, each started once."""

from collections.abc import Iterator

import pytest

from concord_stack.folders import run_folder
from tests.identity import sources
from tests.identity.sources import IdentitySource

SOURCES = {"loopback": sources.loopback, "keycloak": sources.keycloak}


@pytest.fixture(
    scope="session",
    params=[pytest.param(name, marks=pytest.mark.xdist_group(f"identity-{name}")) for name in SOURCES],
)
def source(request: pytest.FixtureRequest, worker_id: str) -> Iterator[IdentitySource]:
    """An issuer with the invented people and the clients of an exchange of its own."""
    with SOURCES[request.param](run_folder(f"test-identity-{request.param}-{worker_id}")) as made:
        yield made
