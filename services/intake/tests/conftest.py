"""Intake on a real PostgreSQL, as `tests.support.intake` puts it together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.support.intake import House, make_app, make_house
from tests.support.postgres import Databases


@pytest.fixture
def house(databases: Databases, tmp_path: Path) -> Iterator[House]:
    """A house with an empty database."""
    with make_house(databases, tmp_path) as house:
        yield house


@pytest.fixture
def client(house: House, tmp_path: Path) -> Iterator[TestClient]:
    """Talks to the app in process."""
    with TestClient(make_app(house, tmp_path), follow_redirects=False) as client:
        yield client
