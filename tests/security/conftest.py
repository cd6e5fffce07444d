"""The people who try what may go wrong, and what they try it on."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from concord_stack.embedded import EmbeddedStack
from concord_stack.full import FullStack
from concord_stack.walk.walk import World
from tests.security.authorization.acts import KINDS
from tests.security.authorization.routes import Built, Route, built
from tests.security.authorization.routes import routes as routes_of_all
from tests.security.authorization.scene import Scene
from tests.security.authorization.targets import Target
from tests.security.situations import Desk


@pytest.fixture(scope="module")
def desk(full_stack: FullStack) -> Desk:
    return Desk(full_stack)


@pytest.fixture(scope="session")
def services(embedded: EmbeddedStack) -> Mapping[str, Built]:
    """Every service of the embedded default, put together in this process as well."""
    return built(embedded)


@pytest.fixture(scope="session")
def routes(services: Mapping[str, Built]) -> list[Route]:
    return routes_of_all(services)


@pytest.fixture(scope="session")
def scene(embedded: EmbeddedStack, walked: World) -> Scene:
    return Scene(walked, embedded)


@pytest.fixture(scope="session")
def records(scene: Scene) -> Mapping[str, Target]:
    """One record of each kind."""
    with ThreadPoolExecutor(4) as pool:
        return dict(zip(KINDS, pool.map(lambda make: make(scene), KINDS.values()), strict=True))
