"""Both kinds of issuer for one suite."""

from collections.abc import Iterator

import pytest

from tests.identity.sources import IdentitySource, LoopbackSource
from tests.support.trust import trust_world


@pytest.fixture(scope="module", params=["loopback"])
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[IdentitySource]:
    """An issuer with the invented people and the clients of an exchange of its own."""
    with trust_world(tmp_path_factory.mktemp("trust")) as world:
        yield LoopbackSource(world)
