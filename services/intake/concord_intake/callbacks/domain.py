"""The call that a reporter under 18 was promised: by when, and what came of it. Pure.

A promise is a clock in moments, of the limit `call_back` in `promises.yaml`. Each recorded call ends it; one that did
not reach the child makes the promise anew. Nobody but the child takes it back, by no longer allowing to be contacted:
not the closing of the case, not an assessment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, cast

from concord_core.clocks import Clock, ClockRefusedError, LimitsHistory
from concord_intake.errors import CALL_BACK_DONE, DATE_IN_FUTURE, DATE_ORDER, field_error

RULE: Final = "call_back"
# States of the consent `contact` under which nobody is called. Not asked is not among them: for a child, the way to be
# reached that was left for this call is the consent to it.
REFUSED: Final = frozenset({"refused", "withdrawn"})


class Outcome(StrEnum):
    """What came of a call."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    UNSAFE = "unsafe_to_call"


@dataclass(frozen=True, slots=True)
class CallBack:
    """One promise, the `number`-th of its case. `home_safe` is what the child said of the adult at home; `by` is the
    opaque subject of whoever recorded the outcome."""

    case: str
    number: int
    report: str
    country: str
    home_safe: str
    clock: Clock
    outcome: Outcome | None = None
    by: str = ""

    @property
    def started(self) -> datetime:
        """When it was promised."""
        return cast("datetime", self.clock.started)

    @property
    def due(self) -> datetime:
        """The last moment in time; nothing pauses a promise to a child."""
        return cast("datetime", self.clock.due(self.started))

    @property
    def ended(self) -> datetime | None:
        """When the child was called, or it was found that no call is safe."""
        return cast("datetime | None", self.clock.stopped)

    def late(self, now: datetime) -> bool:
        """Whether the promise was broken by `now`."""
        return self.clock.missed(now) is not None


def waits(call: CallBack, consents: Mapping[str, str]) -> bool:
    """Whether somebody has to call; `consents` are the states in force of the child's report."""
    return call.outcome is None and consents.get("contact") not in REFUSED


def promised(
    promises: LimitsHistory, *, case: str, number: int, report: str, country: str, home_safe: str, start: datetime
) -> CallBack | None:
    """The promise that is made at `start`; None before the first version of the promises."""
    limits = promises.at(start.astimezone(UTC).date())
    if limits is None:
        return None
    rule = next(rule for rule in limits.rules if rule.name == RULE)
    clock = Clock(rule.normal, limits.version, rule.holder, start)
    return CallBack(case, number, report, country, home_safe, clock)


def arrived(received: date, now: datetime) -> datetime:
    """The moment from which the hours of a report count: now, or the end of the day on which it came, if that is past.

    A report that is entered late was late for the child, too.
    """
    return min(now, datetime.combine(received + timedelta(days=1), time.min, UTC))


def recorded(call: CallBack, outcome: Outcome, at: datetime, now: datetime, by: str) -> CallBack:
    """The promise after a call at `at`. The same outcome by the same person changes nothing: it may be sent twice.

    Raises `call_back_done`, `date_in_future` or `date_order`.
    """
    if call.outcome is not None:
        if (call.outcome, call.by) == (outcome, by):
            return call
        raise CALL_BACK_DONE.error()
    if at > now:
        raise field_error(DATE_IN_FUTURE, "called_at")
    try:
        return replace(call, clock=call.clock.stop(at), outcome=outcome, by=by)
    except ClockRefusedError:
        raise field_error(DATE_ORDER, "called_at") from None
