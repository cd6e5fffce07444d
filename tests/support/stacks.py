"""Running stacks for tests that need the whole exchange: started once, shared by all tests of one worker.

Tests that use one carry `xdist_group("embedded")` or `xdist_group("full")`, so that they meet in the same worker.
"""

import os
from collections.abc import Iterator

import pytest
from rich.console import Console

from concord_stack.demo.command import embedded_world
from concord_stack.embedded import EmbeddedStack
from concord_stack.folders import keep_logs, run_folder
from concord_stack.stack import Stack
from concord_stack.walk.steps import STEPS
from concord_stack.walk.walk import World, walk
from tests.support.groups import ending


def stop(stack: Stack) -> None:
    """Stops it; of its folder the logs stay."""
    stack.stop()
    keep_logs(stack.folder)


@pytest.fixture(scope="session")
def embedded(pytestconfig: pytest.Config) -> Iterator[EmbeddedStack]:
    """The embedded default, running, empty."""
    folder = run_folder(f"test-embedded-{os.getpid()}")
    keep_logs(folder)
    stack = EmbeddedStack(folder, durable=False)
    with ending(pytestconfig, "embedded", lambda: stop(stack)):
        stack.start()
        yield stack


@pytest.fixture(scope="session")
def walked(embedded: EmbeddedStack) -> World:
    """The embedded default after a verified walk; `found` holds the references of A's records."""
    world = embedded_world(embedded)
    console = Console(width=160, record=True)
    assert walk(world, STEPS, console), console.export_text()
    return world
