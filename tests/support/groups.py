"""What a group of tests shares ends after the group's last test: a stack that nobody asks any more takes a third of a
processor from the other workers for as long as it is up.

A group is a mark of pytest-xdist, which runs all tests of one on one worker, one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

End = Callable[[], None]


class Groups:
    """What is to be ended, by group. Without workers the tests of a group are among others: then nothing is here."""

    def __init__(self) -> None:
        self._ends: dict[str, list[End]] = {}

    def add(self, group: str, end: End) -> None:
        """Has this ended after the last test of the group."""
        self._ends.setdefault(group, []).append(end)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
        try:
            yield  # what belongs to the test or its module goes first
        finally:
            group = group_of(item)
            if group is not None and (nextitem is None or group_of(nextitem) != group):
                for end in reversed(self._ends.pop(group, [])):
                    end()


def group_of(item: pytest.Item) -> str | None:
    """The group that a test is in, as pytest-xdist names it: all its marks together."""
    marks = {str(mark.args[0]) for mark in item.iter_markers("xdist_group")}
    return "_".join(sorted(marks)) or None


@contextmanager
def ending(config: pytest.Config, group: str, end: End) -> Iterator[None]:
    """Has something ended after the group's last test, or when the block ends if that comes first."""
    done: list[bool] = []

    def once() -> None:
        if not done:
            done.append(True)
            end()

    found = config.pluginmanager.get_plugin(_NAME)
    if isinstance(found, Groups):
        found.add(group, once)
    try:
        yield
    finally:
        once()


_NAME = "concord-groups"


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        config.pluginmanager.register(Groups(), _NAME)
