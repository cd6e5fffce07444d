"""The gallery's app, opened by a client that sees every answer, also those of faults."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from tests.support.gallery.app import make


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(make(), raise_server_exceptions=False) as found:
        yield found
