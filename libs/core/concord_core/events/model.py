"""What the exchange of facts is made of: records as the log keeps them, facts as handlers see them, subscriptions.

A *record* is bytes and headers, believed by nobody yet. A *fact* is a record whose signature, topic and type were
checked. Handlers see facts only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeAlias

from google.protobuf.message import Message
from typing_extensions import TypeVar

if TYPE_CHECKING:
    from concord_core.storage import Work

M_co = TypeVar("M_co", bound=Message, default=Message, covariant=True)

Headers: TypeAlias = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Record:
    """What is sent to the log: nothing in it is changed on the way."""

    topic: str
    key: bytes
    value: bytes
    headers: Headers


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as the log returns it, at its place; `appended` is the log's own clock, never the sender's."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes
    headers: Headers
    appended: datetime


@dataclass(frozen=True, slots=True)
class Fact(Generic[M_co]):
    """An event that was believed. `key` and `subject` are the aggregate's reference, `sequence` its version from 1.

    `generation` numbers the rebuilds of a consumer: handlers of a rebuildable subscription write it into their rows.
    """

    topic: str
    partition: int
    offset: int
    key: str
    id: str
    source: str
    type: str
    subject: str
    time: datetime
    sequence: int
    agency: str
    message: M_co
    traceparent: str | None
    appended: datetime
    generation: int = 1


Handler: TypeAlias = "Callable[[Work, Fact[Any]], None]"
Concerns: TypeAlias = "Callable[[Fact[Any]], Iterable[str]]"


@dataclass(frozen=True)
class Subscription:
    """What one consumer of a service reads and does.

    `reads` names services; the agreement's flows say which agencies' topics that makes. `concerns` gives the agencies
    (owner, addressee) that a fact is about: the handler runs once for each that is hosted here, with `work.agency` set;
    without `concerns` it runs once with no agency, so that it reaches shared tables only.

    A handler that raises ConcordError refuses the fact: it is set aside and later facts of the same aggregate wait
    behind it. Errors of the database are tried again. A missing fact of *another* aggregate is never an error: keep
    what came, complete it later.

    `rebuildable` promises that the handlers publish nothing, write only tables with a column `generation`
    (`fact.generation`), and that `discard(work, generation)` deletes the rows of a generation that was replaced.
    """

    consumer: str
    reads: tuple[str, ...]
    handlers: Mapping[type[Message], Handler]
    concerns: Concerns | None = None
    rebuildable: bool = False
    discard: Callable[[Work, int], None] | None = None
