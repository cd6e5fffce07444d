"""The facts that a case publishes: codes, counts and days, taken from a case before and after an act."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from google.protobuf.message import Message

from concord.intake.v1 import events_pb2 as facts
from concord_core.clocks import Clock
from concord_intake.cases.clockwork import Change, ClockChange
from concord_intake.cases.domain import Case


def _day(day: date | None) -> str:
    return day.isoformat() if day is not None else ""


def _victims(case: Case) -> list[facts.VictimCount]:
    return [facts.VictimCount(sex=v.sex, age_category=v.age_category, count=v.count) for v in case.victims]


def opened(case: Case, report_reference: str) -> Message:
    """A case was opened from a report."""
    return facts.CaseOpened(
        report_reference=report_reference,
        received_date=_day(case.dates.received),
        country=case.country,
        allegation_type=case.allegation_type,
        personnel_category=case.personnel_category,
        serious=case.serious,
        victims=_victims(case),
        concern=case.concern,
    )


def of_change(before: Case, after: Case) -> Iterator[Message]:
    """What became true between two states of a case. A proposal is nobody else's business until it is confirmed."""
    old, new = before.dates, after.dates
    if new.assessed != old.assessed:
        yield facts.CaseAssessed(
            assessed_date=_day(new.assessed),
            allegation_type=after.allegation_type,
            allegation_nature=after.allegation_nature,
            personnel_category=after.personnel_category,
            serious=after.serious,
            victims=_victims(after),
            concern=after.concern,
        )
    if new.reported != old.reported:
        yield facts.CaseReported(reported_date=_day(new.reported))
    if new.referred != old.referred:
        yield facts.CaseReferredForInvestigation(
            referred_date=_day(new.referred), investigating_entity=after.investigating_entity
        )
    if new.country_notified != old.country_notified:
        yield facts.ContributingCountryNotified(
            notified_date=_day(new.country_notified), country=after.contributing_country
        )
    if new.country_answered != old.country_answered:
        yield facts.ContributingCountryAnswered(
            answered_date=_day(new.country_answered), appoints=after.stage.value == "investigator_appointed"
        )
    if new.investigation_started != old.investigation_started:
        yield facts.InvestigationStarted(
            started_date=_day(new.investigation_started), investigating_entity=after.investigating_entity
        )
    if new.investigation_completed != old.investigation_completed:
        yield facts.InvestigationCompleted(completed_date=_day(new.investigation_completed))
    if new.report_submitted != old.report_submitted:
        yield facts.InvestigationReportSubmitted(submitted_date=_day(new.report_submitted))
    if new.outcome != old.outcome:
        yield facts.OutcomeDecided(outcome=after.outcome, decided_date=_day(new.outcome))
    for code, day in after.sanctions[len(before.sanctions) :]:
        yield facts.SanctionImposed(sanction=code, imposed_date=_day(day))
    if new.closed != old.closed:
        yield facts.CaseClosed(reason=after.closure_reason, closed_date=_day(new.closed))


def started(clock: Clock) -> Message:
    """A clock began."""
    return facts.ClockStarted(
        clock=clock.limit.code,
        started_date=_day(clock.started),
        due_date=_day(clock.limit.due(clock.started)),
        limits_version=clock.version,
    )


def paused(clock: Clock) -> Message:
    """A clock stands still since its last pause began."""
    pause = clock.pauses[-1]
    return facts.ClockPaused(
        clock=clock.limit.code,
        paused_date=_day(pause.start),
        reason=pause.reason.value,
        holder=pause.holder.value,
    )


def resumed(clock: Clock, on: date) -> Message:
    """A clock runs again from `on`."""
    return facts.ClockResumed(clock=clock.limit.code, resumed_date=_day(on), due_date=_day(clock.due(on)))


def stopped(clock: Clock) -> Message:
    """What a clock waited for happened."""
    end = clock.stopped or clock.started
    return facts.ClockStopped(
        clock=clock.limit.code,
        stopped_date=_day(end),
        elapsed_days=clock.elapsed(end),
        breached=clock.missed(end) is not None,
    )


def breached(clock: Clock, on: date) -> Message | None:
    """The breach of a clock as it stands on `on`, or None when it is in time."""
    due = clock.missed(on)
    if due is None:
        return None
    return facts.ClockBreached(clock=clock.limit.code, due_date=_day(due), holder=clock.held_by(due).value)


def of_clock(change: ClockChange, *, breach_published: bool, today: date) -> Iterator[Message]:
    """What a change of a clock publishes: its start, a breach not told yet, its end.

    A cancelled clock has no fact of its own: the closing or the assessment that cancelled it says so.
    """
    clock = change.clock
    if change.change is Change.STARTED:
        yield started(clock)
    if not breach_published and clock.end is not None:
        breach = breached(clock, today)
        if breach is not None:
            yield breach
    if clock.stopped is not None:
        yield stopped(clock)
