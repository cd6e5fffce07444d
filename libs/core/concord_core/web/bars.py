"""The clock bar: where its pieces lie and what it says in words. Pure geometry; `kit/parts.html` draws it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Protocol

from concord_core.web.translator import Translator

WIDTH = 120.0


class Segment(Protocol):
    """A stretch of a clock, by days or moments: `end` None means until now; `state` is `running` or `paused`; `holder`
    may be empty."""

    @property
    def start(self) -> date: ...
    @property
    def end(self) -> date | None: ...
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
    started: date,
    due: date,
    *,
    segments: Sequence[Segment] = (),
    finished: date | None = None,
    holder: str = "",
    now: datetime | None = None,
) -> Bar:
    """Lays a clock out from its start to its limit, or to now if the limit is past.

    Every moment is a datetime or a day; a day without a time of day begins, and as a limit ends, at midnight UTC.
    `state` is `good` (finished in time), `waiting` (running) or `stop` (the limit has passed, or was passed when it
    finished).
    """
    begin, limit = _moment(started), _moment(due, end_of_day=not isinstance(due, datetime))
    now = now or datetime.now(UTC)
    until = _moment(finished) if finished else now
    scale = WIDTH / max((max(limit, until) - begin).total_seconds(), 1.0)

    def at(when: date) -> float:
        return round(min(max((_moment(when) - begin).total_seconds() * scale, 0.0), WIDTH), 1)

    late = until > limit
    pieces = [Piece(0.0, at(min(until, limit)), "ran")]
    pieces += [
        Piece(at(segment.start), round(at(segment.end or until) - at(segment.start), 1), "held")
        for segment in segments
        if segment.state == "paused"
    ]
    if late:
        pieces.append(Piece(at(limit), at(until) - at(limit), "late"))
    last = segments[-1] if segments else None
    held = last.holder if last is not None and last.holder and _stands(last, now) else holder
    return Bar(
        pieces=tuple(piece for piece in pieces if piece.width > 0),
        limit=at(limit),
        words=_words(words, due, finished, late, now),
        held=words.gettext("with %(holder)s", holder=held) if held and not finished else "",
        state="stop" if late else "good" if finished else "waiting",
    )


def _words(words: Translator, due: date, finished: date | None, late: bool, now: datetime) -> str:
    if not finished:
        return words.due(due, now)
    return words.gettext("done, late") if late else words.gettext("done in time")


def _stands(segment: Segment, now: datetime) -> bool:
    return segment.state == "paused" and (segment.end is None or _moment(segment.end).date() >= now.date())


def _moment(when: date, end_of_day: bool = False) -> datetime:
    if isinstance(when, datetime):
        return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    return datetime.combine(when, time.max if end_of_day else time.min, tzinfo=UTC)
