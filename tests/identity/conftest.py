"""Both kinds of issuer for one suite."""

from collections.abc import Iterator

import pytest

from tests.identity.sources import IdentitySource, KeycloakSource, LoopbackSource
from tests.support.trust import trust_world


@pytest.fixture(
    scope="session",
    params=["loopback", pytest.param("keycloak", marks=pytest.mark.xdist_group("full"))],
)
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[IdentitySource]:
    """An issuer with the invented people and the clients of an exchange; Keycloak is the run's own."""
    if request.param == "keycloak":
        yield KeycloakSource(request.getfixturevalue("full_infra"))
        return
    with trust_world(tmp_path_factory.mktemp("trust")) as world:
        yield LoopbackSource(world)
