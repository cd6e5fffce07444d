"""One clock on one case: started, paused, resumed, stopped or cancelled, and what can be read from it.

A clock is a value; every act returns a new one. Days are calendar days. The due day itself is in time. A pause
moves the due day by its length, but cannot undo a breach: a day on which the limit has passed stays missed.

A clock whose limit is in hours counts moments: wherever a day stands here, all of its are then datetimes with a zone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from .limits import Holder, Limit


class PauseReason(StrEnum):
    """Why a clock stands still."""

    AWAITING_CONTRIBUTING_COUNTRY = "awaiting_contributing_country"
    AWAITING_INVESTIGATING_BODY = "awaiting_investigating_body"
    AWAITING_VICTIM = "awaiting_victim"
    LEGAL_HOLD = "legal_hold"


class Refusal(StrEnum):
    """Why an act on a clock is refused."""

    ENDED = "ended"
    PAUSED = "paused"
    NOT_PAUSED = "not_paused"
    DATE_ORDER = "date_order"


class ClockRefusedError(ValueError):
    """The act does not fit the clock; nothing has changed."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


class State(StrEnum):
    """How a clock stands on a day."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Pause:
    """The days from `start` up to, not including, `end` are not counted; no `end` while it lasts."""

    start: date
    end: date | None
    reason: PauseReason
    holder: Holder


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a clock's life, `start` up to `end`, with who held it."""

    start: date
    end: date
    paused: bool
    holder: Holder
    reason: PauseReason | None = None

    @property
    def days(self) -> int:
        """Its length in whole days."""
        return (self.end - self.start).days


@dataclass(frozen=True, slots=True)
class Clock:
    """A time limit running on a case. `holder` has it in hand while it is not paused."""

    limit: Limit
    version: str
    holder: Holder
    started: date
    pauses: tuple[Pause, ...] = ()
    stopped: date | None = None
    cancelled: date | None = None

    @property
    def end(self) -> date | None:
        """The day it ended, by what it waited for or because the case closed first."""
        return self.stopped or self.cancelled

    @property
    def open_pause(self) -> Pause | None:
        """The pause that lasts, if any."""
        return self.pauses[-1] if self.pauses and self.pauses[-1].end is None else None

    def _last_change(self) -> date:
        if not self.pauses:
            return self.started
        last = self.pauses[-1]
        return last.end or last.start

    def _check(self, on: date) -> None:
        if self.end is not None:
            raise ClockRefusedError(Refusal.ENDED)
        if on < self._last_change():
            raise ClockRefusedError(Refusal.DATE_ORDER)

    def pause(self, on: date, reason: PauseReason, holder: Holder) -> Clock:
        """Stands still from `on`, the first day not counted."""
        self._check(on)
        if self.open_pause is not None:
            raise ClockRefusedError(Refusal.PAUSED)
        return replace(self, pauses=(*self.pauses, Pause(on, None, reason, holder)))

    def resume(self, on: date) -> Clock:
        """Runs again from `on`, the first day counted again."""
        self._check(on)
        if self.open_pause is None:
            raise ClockRefusedError(Refusal.NOT_PAUSED)
        return replace(self, pauses=(*self.pauses[:-1], replace(self.open_pause, end=on)))

    def _ended(self, on: date) -> Clock:
        return self.resume(on) if self.open_pause is not None else self

    def stop(self, on: date) -> Clock:
        """What it waited for happened on `on`; a pause that lasts ends with it."""
        self._check(on)
        return replace(self._ended(on), stopped=on)

    def cancel(self, on: date) -> Clock:
        """The case closed, or is no longer of a kind that carries this clock, before what it waited for."""
        self._check(on)
        return replace(self._ended(on), cancelled=on)

    def _last(self, on: date) -> date:
        """The last day that counts when asked on `on`."""
        return max(self.started, min(on, self.end) if self.end is not None else on)

    def segments(self, on: date) -> tuple[Segment, ...]:
        """Its life up to `on` without gaps or overlaps: why it is as many days as it is."""
        last, cursor, found = self._last(on), self.started, []
        for pause in self.pauses:
            if pause.start > last:
                break
            if pause.start > cursor:
                found.append(Segment(cursor, pause.start, False, self.holder))
            end = min(pause.end, last) if pause.end is not None else last
            if end > pause.start:
                found.append(Segment(pause.start, end, True, pause.holder, pause.reason))
            cursor = end
        if last > cursor or not found:
            found.append(Segment(cursor, last, False, self.holder))
        return tuple(found)

    def elapsed(self, on: date) -> int:
        """Days counted up to `on`, pauses left out."""
        return sum(segment.days for segment in self.segments(on) if not segment.paused)

    def due(self, on: date) -> date:
        """The last day in time as it stands on `on`: moved by pauses, frozen once it has been missed."""
        missed = self.missed(on)
        if missed is not None:
            return missed
        paused = sum((s.end - s.start for s in self.segments(on) if s.paused), timedelta())
        return self.limit.due(self.started) + paused

    def missed(self, on: date) -> date | None:
        """The due day that passed before stop, cancelling or `on`, whichever is first; None when in time."""
        last, due = self._last(on), self.limit.due(self.started)
        for pause in self.pauses:
            if pause.start > last:
                break
            if pause.start > due:
                return due
            if pause.end is None or pause.end > last:
                return None
            due += pause.end - pause.start
        return due if last > due else None

    def state(self, on: date) -> State:
        """How it stands on `on`, late or not."""
        if self.end is not None and self.end <= on:
            return State.STOPPED if self.stopped is not None else State.CANCELLED
        held = any(p.start <= on and (p.end is None or p.end > on) for p in self.pauses)
        return State.PAUSED if held else State.RUNNING

    def held_by(self, on: date) -> Holder:
        """Who has it in hand on `on`."""
        for pause in self.pauses:
            if pause.start <= on and (pause.end is None or pause.end > on):
                return pause.holder
        return self.holder
