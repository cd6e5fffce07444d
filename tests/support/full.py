"""Real PostgreSQL, Keycloak and Kafka, once for a run: for tests of identity, of permissions, and end to end.

Whatever uses them runs on one worker, because starting them twice costs more than running two tests at once gains.
"""

import os
from collections.abc import Iterator

import pytest

from concord_stack.folders import run_folder
from concord_stack.full import FullStack
from tests.support.groups import ending
from tests.support.stacks import stop

_FIXTURES = {"full_infra", "full_stack"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All that needs the servers goes to the same worker."""
    for item in items:
        if _FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group("full"))


class Grouped:
    """Ends the run when the groups of pytest-xdist are not seen: every worker would start every server, silently."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        if not hasattr(config, "workerinput"):
            return
        for item in items:
            if item.get_closest_marker("xdist_group") and "@" not in item.nodeid:
                raise pytest.UsageError(
                    "pytest-xdist does not see the groups of these tests: install the pinned pytest"
                )


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Grouped())


@pytest.fixture(scope="session")
def full_infra(pytestconfig: pytest.Config) -> Iterator[FullStack]:
    """The full stack without its services: realms, people, clients, topics and permissions are there.

    Its logs stay in the run folder when the tests are over.
    """
    folder = run_folder(f"tests-{os.getpid()}")
    with_servers = FullStack(folder, durable=False, quick=True)
    with ending(pytestconfig, "full", lambda: stop(with_servers)):
        with_servers.start_servers()
        yield with_servers


@pytest.fixture(scope="session")
def full_stack(full_infra: FullStack) -> FullStack:
    """The full stack with its services and gateways."""
    full_infra.start_programs()
    return full_infra
