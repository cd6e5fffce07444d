"""What a reporter allows is recorded here, and read here at the moment of each disclosure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from concord.intake.v1 import events_pb2 as facts
from concord_core.storage import Work
from concord_intake.consent import store
from concord_intake.consent.domain import NOT_ASKED, SCOPES, new_state


def record_first(work: Work, report: str, answers: Mapping[str, str]) -> None:
    """Records what a new report allows. It is no change yet, so that no fact tells of it."""
    for scope in SCOPES:
        if scope in answers:
            store.add(work.conn, work.owner, report, scope, answers[scope], work.actor.kind)


def change(work: Work, report: str, scope: str, current: str, wanted: str, *, sequence: int, today: date) -> str:
    """Records another answer and publishes `ReporterConsentChanged`; returns the new state.

    `sequence` is the report's next one, taken with its row locked; `current` is the state in force.
    """
    state = new_state(current, wanted)
    store.add(work.conn, work.owner, report, scope, state, work.actor.kind)
    work.emit(
        "intake",
        report,
        sequence,
        facts.ReporterConsentChanged(scope=scope, state=state, changed_date=today.isoformat()),
    )
    work.audit("intake.consent.change", report, details={"scope": scope, "state": state})
    return state


def states(work: Work, report: str) -> dict[str, str]:
    """Every scope with the state in force."""
    found = store.current(work.conn, work.owner, report)
    return {scope: found.get(scope, NOT_ASKED) for scope in SCOPES}
