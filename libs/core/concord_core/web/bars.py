"""The clock bar: where its pieces lie and what it says in words. Pure geometry; `kit/parts.html` draws it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Protocol

from concord_core.web.translator import Translator

WIDTH = 120.0


class Segment(Protocol):
    """A stretch of a clock: `end` None means until now; `state` is `running` or `paused`; `holder` may be empty."""

    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime | None: ...
    @property
    def state(self) -> str: ...
    @property
    def holder(self) -> str: ...


@dataclass(frozen=True)
class Piece:
    """A piece of the bar, in units of 1/120 of its width; `kind` is `ran`, `held` or `late`."""

    x: float
    width: float
    kind: str


@dataclass(frozen=True)
class Bar:
    """Pieces, the place of the limit, and the words that say the same."""

    pieces: tuple[Piece, ...]
    limit: float
    words: str
    held: str
    state: str


def bar(
    words: Translator,
    started: date | datetime,
    due: date | datetime,
    *,
    segments: Sequence[Segment] = (),
    finished: date | datetime | None = None,
    holder: str = "",
    now: datetime | None = None,
) -> Bar:
    """Lays a clock out from its start to its limit, or to now if the limit is past.

    A day without a time of day ends at midnight UTC. `state` is `good` (finished in time), `waiting` (running) or
    `stop` (the limit has passed, or was passed when it finished).
    """
    begin, limit = _moment(started), _moment(due, end_of_day=not isinstance(due, datetime))
    now = now or datetime.now(UTC)
    until = _moment(finished) if finished else now
    scale = WIDTH / max((max(limit, until) - begin).total_seconds(), 1.0)

    def at(moment: datetime) -> float:
        return round(min(max((moment - begin).total_seconds() * scale, 0.0), WIDTH), 1)

    late = until > limit
    pieces = [Piece(0.0, at(min(until, limit)), "ran")]
    pieces += [
        Piece(at(segment.start), at(segment.end or until) - at(segment.start), "held")
        for segment in segments
        if segment.state == "paused"
    ]
    if late:
        pieces.append(Piece(at(limit), at(until) - at(limit), "late"))
    holders = [s.holder for s in segments if s.state == "paused" and s.end is None and s.holder]
    held = holders[-1] if holders else holder
    return Bar(
        pieces=tuple(piece for piece in pieces if piece.width > 0),
        limit=at(limit),
        words=_words(words, due, finished, late, now),
        held=words.gettext("with %(holder)s", holder=held) if held and not finished else "",
        state="stop" if late else "good" if finished else "waiting",
    )


def _words(words: Translator, due: date | datetime, finished: date | datetime | None, late: bool, now: datetime) -> str:
    if not finished:
        return words.due(due, now)
    return words.gettext("done, late") if late else words.gettext("done in time")


def _moment(when: date | datetime, end_of_day: bool = False) -> datetime:
    if isinstance(when, datetime):
        return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    return datetime.combine(when, time.max if end_of_day else time.min, tzinfo=UTC)
