"""The people who try what may go wrong."""

import pytest

from concord_stack.full import FullStack
from tests.security.situations import Desk


@pytest.fixture(scope="module")
def desk(full_stack: FullStack) -> Desk:
    return Desk(full_stack)
