"""The event log as the rest of Concord sees it: one port, two engines (`kafka`, `embedded`).

An instance is used by one thread, either to publish or to follow topics in a group. Nothing here knows what a record
means: authorisation is the engine's, belief is `records.believe`, effects are the inbox's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from concord_core.events.model import Record, StoredRecord


class Place(NamedTuple):
    """One partition of one topic."""

    topic: str
    partition: int


class LogError(Exception):
    """Something between us and the log; the text is ours and holds no record."""


class LogUnavailableError(LogError):
    """The log cannot be reached, or moved its groups: close, wait, open again, repeat."""


class NotAuthorisedError(LogError):
    """The log refuses this client a topic or group. Waiting helps only when the agreement is applied anew."""

    def __init__(self, resource: str, names: Sequence[str]) -> None:
        self.resource, self.names = resource, tuple(names)
        super().__init__(f"the event log refuses this client the {resource} {', '.join(names)}")


class TokenRefusedError(LogUnavailableError):
    """No token, or one that the broker does not accept (wrong audience, unknown key, clock)."""


class RecordRefusedError(LogError):
    """This one record can never be sent (too large, no such topic)."""


class EventLog(Protocol):
    """Publish records, or follow topics as a member of a group. Raises LogError only."""

    def publish(self, records: Sequence[Record]) -> Sequence[LogError | None]:
        """Sends in order and waits. For each record None, or why it was not taken.

        When one of a key fails, no later record of that key was sent. A failed record may still arrive: repeat it.
        """

    def subscribe(self, group: str, topics: Sequence[str]) -> None:
        """Follows exactly these topics from the group's offsets, a new group from the first record on."""

    def poll(self, limit: int, seconds: float) -> Sequence[StoredRecord]:
        """At most `limit` records, in order within each partition; empty when nothing came in `seconds`."""

    def commit(self, positions: Mapping[Place, int]) -> None:
        """Stores the next offset to read for each place."""

    def seek(self, place: Place, offset: int) -> None:
        """Reads on from `offset`, until the next subscribe."""

    def pause(self, topics: Sequence[str]) -> None:
        """Only these topics rest from now on; an empty list wakes all."""

    def places(self) -> Sequence[Place]:
        """The partitions that this member reads now; empty until the group let it in."""

    def ends(self) -> Mapping[Place, int]:
        """For each place of `places` the offset that the next record will get."""

    def position(self, place: Place) -> int:
        """The offset that is read next."""

    def close(self) -> None:
        """Leaves the group and lets go of every connection; may be called twice."""
