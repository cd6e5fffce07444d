"""Counts records set aside in a row, per topic: after LIMIT of them the topic rests until an operator has looked.

A sender that went wrong then fills no table with dead letters, and the other topics go on.
"""

from __future__ import annotations

from collections.abc import Iterable

LIMIT = 10


class Streaks:
    """The run of failures of each topic, and the topics that rest."""

    def __init__(self, paused: Iterable[str] = ()) -> None:
        self._runs: dict[str, int] = {}
        self.paused = frozenset(paused)
        self.newly_paused: frozenset[str] = frozenset()

    def copy(self) -> Streaks:
        """A copy to try a batch on."""
        other = Streaks(self.paused)
        other._runs = dict(self._runs)
        return other

    def take(self, topic: str, *, believed: bool) -> bool:
        """Notes what became of one record; False when its topic rests, and the record must wait with it."""
        if topic in self.paused:
            return False
        self._runs[topic] = 0 if believed else self._runs.get(topic, 0) + 1
        if self._runs[topic] >= LIMIT:
            self.paused |= {topic}
            self.newly_paused |= {topic}
        return True

    def set_paused(self, topics: Iterable[str]) -> None:
        """Takes over what the operator left paused; a topic that was woken starts a new run."""
        self.paused = frozenset(topics)
        self.newly_paused = frozenset()
        for topic in self._runs.keys() - self.paused:
            if self._runs[topic] >= LIMIT:
                self._runs[topic] = 0
