"""Fixtures of the screening tests: a whole service on a database of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from concord_core.rpc import RpcServer
from tests.support.screening_house import House, make_house


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, databases: Any) -> Iterator[House]:
    """One service for a module, with gRPC served at the agreement's address."""
    made = make_house(tmp_path_factory.mktemp("house"), databases)
    operations = {method: name for service in made.parts.rpc for method, name in service.operations.items()}
    verifier = made.app.state.gate.verifier
    server = RpcServer(made.context.settings, verifier, made.context.policy, operations, made.parts.rpc)
    server.start()
    yield made
    server.stop(1)
    made.context.peers.close()


@pytest.fixture
def new_house(tmp_path: Path, databases: Any) -> Callable[..., House]:
    """Makes a service of its own for one test."""
    return lambda **settings: make_house(tmp_path, databases, **settings)
