"""Waiting and being held: pauses that grow and end at once on stop, and named moments at which a test may hold us."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import TypeAlias

Hold: TypeAlias = Callable[[str], None]
"""Called at a named moment between two steps that must survive a crash between them."""

RELAY_READ = "relay.read"
"""State is committed, its facts are not sent."""
RELAY_SENT = "relay.sent"
"""The facts are sent, not marked."""
CONSUMER_APPLIED = "consumer.applied"
"""The effects are committed, the offset is not."""


def go_on(_: str) -> None:
    """The hold of every real process: none."""


class Backoff:
    """Pauses of 0.1 s, doubling to `longest`, with a random part; `reset` after a success."""

    def __init__(self, longest: float = 10.0) -> None:
        self._longest = longest
        self._next = 0.1

    def reset(self) -> None:
        self._next = 0.1

    def wait(self, stop: threading.Event) -> None:
        """Waits the next pause, or less when `stop` is set."""
        pause, self._next = self._next, min(self._next * 2, self._longest)
        stop.wait(pause * random.uniform(0.8, 1.2))  # noqa: S311  # spreads clients, guards nothing
