"""Which clocks a case starts, stops and cancels when its dates change. Pure.

Clocks of sexual exploitation and abuse never run on a case of sexual harassment; there no limit is mandated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from concord_core.clocks import Clock, ClockRefusedError, LimitsHistory, Refusal, Rule
from concord_core.errors import ConcordError
from concord_intake.cases.domain import Case, Stage
from concord_intake.errors import CLOCK_REFUSES, DATE_ORDER, field_error


class Change(StrEnum):
    """What happened to a clock."""

    STARTED = "started"
    STOPPED = "stopped"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ClockChange:
    """A clock as it is after the change; its code is `clock.limit.code`."""

    change: Change
    clock: Clock


def refused(error: ClockRefusedError) -> ConcordError:
    """The service's error for an act that a clock does not take."""
    if error.reason is Refusal.DATE_ORDER:
        return field_error(DATE_ORDER, "on")
    return CLOCK_REFUSES.error(reason=error.reason.value)


def _start(rule: Rule, case: Case, version: str) -> Clock | None:
    day = case.dates.get(rule.starts)
    if day is None:
        return None
    clock = Clock(rule.limit(case.serious), version, rule.holder, day)
    stopped = case.dates.get(rule.stops)
    return clock if stopped is None else clock.stop(stopped)


def changes(case: Case, clocks: Mapping[str, Clock], history: LimitsHistory) -> tuple[ClockChange, ...]:
    """What must change so that `clocks` (by code) say what the case's dates say; nothing when they do already.

    A clock starts once and keeps the limit and version of its first day: a case found serious later does not
    shorten a clock that runs. Raises `date_order` when a stop would lie inside an earlier pause.
    """
    found: list[ClockChange] = []
    running = case.concern == "sea" and case.stage is not Stage.CLOSED
    for code, clock in clocks.items():
        if clock.end is not None:
            continue
        rule, _ = history.version(clock.version).of_code(code)
        stop = case.dates.get(rule.stops)
        try:
            if stop is not None and case.concern == "sea":
                found.append(ClockChange(Change.STOPPED, clock.stop(stop)))
            elif not running:
                found.append(ClockChange(Change.CANCELLED, clock.cancel(_ending(case, clock))))
        except ClockRefusedError as error:
            raise refused(error) from error
    if running:
        started = {history.version(c.version).of_code(code)[0].name for code, c in clocks.items()}
        limits = history.at(case.dates.received)
        for rule in limits.rules if limits is not None else ():
            day = case.dates.get(rule.starts)
            in_force = history.at(day) if day is not None else None
            if rule.name in started or in_force is None:
                continue
            current = next((r for r in in_force.rules if r.name == rule.name), None)
            clock_now = _start(current, case, in_force.version) if current is not None else None
            if clock_now is not None:
                found.append(ClockChange(Change.STARTED, clock_now))
    return tuple(found)


def _ending(case: Case, clock: Clock) -> date:
    """The day a clock is cancelled: the closing, or the assessment that found no limit applies."""
    return max(clock.started, case.dates.closed or case.dates.assessed or clock.started)
