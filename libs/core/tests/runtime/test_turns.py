"""Jobs go through agencies and records one after the other."""

import pytest
from sqlalchemy.exc import OperationalError

from concord_core.runtime import in_turn


class Acts:
    """Remembers whose turn it was; fails for those that were named."""

    def __init__(self, **failing: Exception) -> None:
        self.failing = failing
        self.done: list[str] = []

    def __call__(self, item: str) -> None:
        self.done.append(item)
        if item in self.failing:
            raise self.failing[item]


def test_everybody_has_a_turn_and_the_first_failure_is_told() -> None:
    acts = Acts(b=ValueError("b"), c=KeyError("c"))
    with pytest.raises(ValueError, match="b"):
        in_turn("abcd", acts)
    assert acts.done == ["a", "b", "c", "d"]


def test_a_database_that_does_not_answer_ends_the_round() -> None:
    acts = Acts(b=OperationalError("select", {}, Exception("gone")))
    with pytest.raises(OperationalError):
        in_turn("abcd", acts)
    assert acts.done == ["a", "b"]
