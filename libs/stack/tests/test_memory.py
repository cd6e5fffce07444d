"""The memory of the demo is told on every system: what one does not know, another figure stands for."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import psutil

from concord_stack.demo.memory import held


@dataclass(frozen=True)
class Process:
    """A process of an operating system that tells this much of it."""

    full: SimpleNamespace | Exception
    rss: int = 0

    def memory_full_info(self) -> Any:
        if isinstance(self.full, Exception):
            raise self.full
        return self.full

    def memory_info(self) -> Any:
        return SimpleNamespace(rss=self.rss)


def test_each_system_tells_what_it_knows() -> None:
    linux = Process(SimpleNamespace(rss=9, uss=2, pss=4))
    macos = Process(SimpleNamespace(rss=90, uss=20))
    of_another_user = Process(psutil.AccessDenied(), rss=300)
    ended = Process(psutil.NoSuchProcess(1))
    assert [held([one]) for one in (linux, macos, of_another_user, ended)] == [4, 20, 300, 0]
    assert held([linux, macos, of_another_user, ended]) == 324


def test_this_process_holds_something() -> None:
    assert held([psutil.Process()]) > 2**20
