"""Work that a job does for one agency or record after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from concord_core.storage import UNREACHABLE

T = TypeVar("T")


def in_turn(items: Iterable[T], act: Callable[[T], object]) -> None:
    """Does `act` for each item: one that fails, such as a record that was damaged, keeps no other from its turn.

    Raises the first failure at the end, so that the job is known to have failed; a database that does not answer ends
    it at once.
    """
    first: Exception | None = None
    for item in items:
        try:
            act(item)
        except UNREACHABLE:
            raise
        except Exception as error:
            first = first or error
    if first is not None:
        raise first
