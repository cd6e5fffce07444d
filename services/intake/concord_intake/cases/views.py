"""A case and a worklist item as JSON: codes, dates and references. Pure."""

from __future__ import annotations

from datetime import date
from typing import Any

from concord_core.clocks import Clock, Segment
from concord_core.values import values_of
from concord_core.web.work import WorkItem, stretch
from concord_intake.cases.commands import CaseView
from concord_intake.cases.domain import CODES, next_acts, public_status
from concord_intake.cases.worklist import Item


def segment_json(segment: Segment) -> dict[str, Any]:
    """A stretch of a clock, `to` not included, with its reason."""
    return _stretch(segment) | values_of(segment, "reason", "days")


def _stretch(segment: Segment) -> dict[str, Any]:
    state = "paused" if segment.paused else "running"
    return stretch(segment.start, segment.holder, end=segment.end, state=state)


def clock_json(clock: Clock, today: date) -> dict[str, Any]:
    """A clock as it stands today."""
    return values_of(clock, "started", "stopped", "cancelled") | {
        "clock": clock.limit.code,
        "state": clock.state(today),
        "limits_version": clock.version,
        "due": clock.due(today),
        "elapsed_days": clock.elapsed(today),
        "missed_due": clock.missed(today),
        "holder": clock.held_by(today) if clock.end is None else None,
        "segments": [segment_json(segment) for segment in clock.segments(today)],
    }


def case_json(view: CaseView, today: date) -> dict[str, Any]:
    """A case with its clocks."""
    case = view.case
    return values_of(case, "reference", *CODES) | {
        "version": view.version,
        "public_status": public_status(case),
        "dates": case.dates,
        "victims": case.victims,
        "sanctions": [{"sanction": code, "imposed": day} for code, day in case.sanctions],
        "proposal": values_of(case.proposal, "kind", "code", "on") if case.proposal else None,
        "clocks": [clock_json(clock, today) for clock in view.clocks.values()],
        "next": next_acts(case),
    }


def work_item(item: Item, verb: str, waiting_for: str) -> WorkItem:
    """A line of the worklist for `/work`; `verb` and `waiting_for` are words in the caller's language."""
    return WorkItem(
        reference=item.reference,
        verb=verb,
        started=item.started,
        due=item.due,
        segments=[_stretch(segment) for segment in item.segments],
        state=item.band,
        waiting_for=waiting_for,
        country=item.country,
        type="call_back" if item.call is not None else item.allegation_type,
        url=item.path,
    )
