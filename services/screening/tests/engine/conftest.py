"""An index of made-up people, shared by tests that only read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from concord_screening.engine.commands import Index
from services.screening.tests.engine.people import SPECIAL, crowd, listed


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """A few hundred people, in one segment and the live one."""
    index = Index.open(Path(tmp_path_factory.mktemp("index")), background=False)
    index.apply(listed(crowd(300)))
    index.compact()
    index.apply(listed(SPECIAL))
    yield index
    index.close()
