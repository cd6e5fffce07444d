"""How much memory processes hold, told as well as the operating system lets us know."""

from collections.abc import Iterable
from typing import Any, Protocol

import psutil


class Measured(Protocol):
    """What is asked of a process: `psutil.Process` answers it."""

    def memory_full_info(self) -> Any:
        """With `pss`, where pages that several share are split among them (Linux), and `uss`, a process's own."""

    def memory_info(self) -> Any:
        """With `rss`, everything that is in memory for it."""


def held(processes: Iterable[Measured]) -> int:
    """Bytes that all of them hold. Where only `rss` is told of one, as macOS does of processes of other users, pages
    that it shares count more than once; one that has ended holds nothing."""
    return sum(_held(process) for process in processes)


def _held(process: Measured) -> int:
    try:
        try:
            found = process.memory_full_info()
        except psutil.AccessDenied:
            return int(process.memory_info().rss)
        return int(getattr(found, "pss", found.uss))
    except psutil.NoSuchProcess:
        return 0
