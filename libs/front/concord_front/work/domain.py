"""Work items of all services, put into bands. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

SOON = timedelta(days=7)


class State(StrEnum):
    """What the owner's service says of an item."""

    LATE = "late"
    DUE = "due"
    WAITING = "waiting"


@dataclass(frozen=True)
class Stretch:
    """A part of an item's clock; `end` None is now; `state` is `running` or `paused`."""

    start: datetime
    end: datetime | None
    state: str
    holder: str


@dataclass(frozen=True)
class Item:
    """One thing to do. `verb` and `waiting_for` are words in the person's language; `country` and `kind` codes."""

    service: str
    reference: str
    verb: str
    started: datetime
    due: datetime | None
    stretches: tuple[Stretch, ...]
    state: State
    waiting_for: str
    country: str
    kind: str
    url: str


@dataclass(frozen=True)
class Bands:
    """The list as it is shown; each band is ordered by the moment at which an item is due, then by reference."""

    late: tuple[Item, ...]
    soon: tuple[Item, ...]
    waiting: tuple[Item, ...]
    later: tuple[Item, ...]

    @property
    def total(self) -> int:
        """How many items there are."""
        return len(self.late) + len(self.soon) + len(self.waiting) + len(self.later)


def bands(items: Iterable[Item], now: datetime) -> Bands:
    """Sorts items into late, due within seven days, waiting for others, and later or without a limit.

    Late comes first: an item that waits for others and is late is late.
    """
    found = sorted(items, key=_order)
    return Bands(
        late=tuple(item for item in found if item.state is State.LATE),
        soon=tuple(item for item in found if item.state is State.DUE and _soon(item, now)),
        waiting=tuple(item for item in found if item.state is State.WAITING),
        later=tuple(item for item in found if item.state is State.DUE and not _soon(item, now)),
    )


def matching(items: Sequence[Item], service: str, reference: str) -> list[Item]:
    """The items of one service (empty: all) whose reference contains the text, whatever its case and spaces."""
    wanted = "".join(reference.split()).casefold()
    return [
        item
        for item in items
        if (not service or item.service == service) and wanted in item.reference.casefold().replace(" ", "")
    ]


def _soon(item: Item, now: datetime) -> bool:
    return item.due is not None and item.due.date() <= (now.astimezone(UTC) + SOON).date()


def _order(item: Item) -> tuple[bool, datetime, str]:
    return (item.due is None, item.due or datetime.max.replace(tzinfo=UTC), item.reference)
