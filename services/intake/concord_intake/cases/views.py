"""A case and a worklist item as JSON: codes, dates and references. Pure."""

from __future__ import annotations

from datetime import date
from typing import Any

from concord_core.clocks import Clock, Segment
from concord_intake.cases.commands import CaseView
from concord_intake.cases.domain import Dates, next_acts, public_status
from concord_intake.cases.worklist import Item


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def segment_json(segment: Segment) -> dict[str, Any]:
    """A stretch of a clock, `to` not included."""
    return {
        "from": _day(segment.start),
        "to": _day(segment.end),
        "state": "paused" if segment.paused else "running",
        "holder": segment.holder.value,
        "reason": segment.reason.value if segment.reason is not None else None,
        "days": segment.days,
    }


def clock_json(clock: Clock, today: date) -> dict[str, Any]:
    """A clock as it stands today."""
    return {
        "clock": clock.limit.code,
        "state": clock.state(today).value,
        "limits_version": clock.version,
        "started": _day(clock.started),
        "due": _day(clock.due(today)),
        "stopped": _day(clock.stopped),
        "cancelled": _day(clock.cancelled),
        "elapsed_days": clock.elapsed(today),
        "missed_due": _day(clock.missed(today)),
        "holder": clock.held_by(today).value if clock.end is None else None,
        "segments": [segment_json(segment) for segment in clock.segments(today)],
    }


def case_json(view: CaseView, today: date) -> dict[str, Any]:
    """A case with its clocks."""
    case = view.case
    proposal = case.proposal
    return {
        "reference": case.reference,
        "version": view.version,
        "stage": case.stage.value,
        "public_status": public_status(case),
        "concern": case.concern,
        "serious": case.serious,
        "country": case.country,
        "allegation_type": case.allegation_type,
        "allegation_nature": case.allegation_nature,
        "personnel_category": case.personnel_category,
        "contributing_country": case.contributing_country,
        "investigating_entity": case.investigating_entity,
        "outcome": case.outcome,
        "closure_reason": case.closure_reason,
        "dates": {name: _day(case.dates.get(name)) for name in Dates.__dataclass_fields__},
        "victims": [{"sex": v.sex, "age_category": v.age_category, "count": v.count} for v in case.victims],
        "sanctions": [{"sanction": code, "imposed": _day(day)} for code, day in case.sanctions],
        "proposal": {"kind": proposal.kind, "code": proposal.code, "on": _day(proposal.on)} if proposal else None,
        "clocks": [clock_json(clock, today) for clock in view.clocks.values()],
        "next": [act.value for act in next_acts(case)],
    }


def item_json(item: Item, verb: str, waiting_for: str) -> dict[str, Any]:
    """A worklist item; `verb` and `waiting_for` are words in the caller's language."""
    return {
        "reference": item.reference,
        "verb": verb,
        "started": _day(item.started),
        "due": _day(item.due),
        "segments": [
            {key: value for key, value in segment_json(s).items() if key in ("from", "to", "state", "holder")}
            for s in item.segments
        ],
        "state": item.band.value,
        "waiting_for": waiting_for,
        "country": item.country,
        "type": "call_back" if item.call is not None else item.allegation_type,
        "url": item.path,
    }
