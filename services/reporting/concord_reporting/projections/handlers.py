"""Applies facts to the projections. Publishes nothing, so that it may be replayed whole.

Each handler writes only the row of its own aggregate, which belongs to the agency that published the fact, whatever the
fact says; facts of one aggregate come in order.
"""

from typing import Any

from concord.assistance.v1 import events_pb2 as assistance
from concord.intake.v1 import events_pb2 as intake
from concord.screening.v1 import events_pb2 as screening
from concord_core.codes import SUBSTANTIATED
from concord_core.events import Fact, Handler, Subscription
from concord_core.storage import Work
from concord_core.values import values_of
from concord_reporting.projections import store
from concord_reporting.projections.commands import CONSUMER


def subscription() -> Subscription:
    """What reporting reads: the facts of intake, screening and assistance that the agreement lets it read."""
    handlers: dict[type[Any], Handler] = {
        intake.ReportReceived: _report_received,
        intake.CaseOpened: _case_opened,
        intake.CaseAssessed: _case_assessed,
        intake.OutcomeDecided: _outcome_decided,
        intake.ClockStarted: _clock_started,
        intake.ClockResumed: _clock_due,
        intake.ClockPaused: _clock_paused,
        intake.ClockStopped: _clock_stopped,
        intake.ClockBreached: _clock_breached,
        screening.ScreeningRequested: _screening_requested,
        screening.ScreeningReviewOpened: _review_opened,
        screening.ScreeningReviewClosed: _review_closed,
        assistance.ReferralOffered: _referral_offered,
        assistance.ReferralAccepted: _referral("accepted"),
        assistance.ReferralRejected: _referral("rejected"),
        assistance.ReferralDone: _referral("done"),
        assistance.ReferralRevoked: _referral("revoked"),
        assistance.ReferralExpired: _referral("expired"),
    }
    for message, stage in _STAGES.items():
        handlers[message] = _case_stage(stage)
    return Subscription(
        consumer=CONSUMER,
        reads=("intake", "screening", "assistance"),
        handlers={message: _counted(handler) for message, handler in handlers.items()},
        rebuildable=True,
        discard=lambda work, generation: store.discard(work.conn, generation),
    )


_STAGES: dict[type[Any], str] = {
    intake.CaseReported: "reported",
    intake.CaseReferredForInvestigation: "referred_for_investigation",
    intake.InvestigationStarted: "under_investigation",
    intake.InvestigationReportSubmitted: "report_submitted",
    intake.SanctionImposed: "disciplinary_process",
    intake.CaseClosed: "closed",
}


def _counted(handler: Handler) -> Handler:
    def apply(work: Work, fact: Fact[Any]) -> None:
        handler(work, fact)
        # A sender's clock may be ahead: no fact is newer than its place in the log.
        store.note_head(work.conn, fact.generation, fact.topic, min(fact.time, fact.appended))

    return apply


def _row(fact: Fact[Any]) -> dict[str, Any]:
    return {"generation": fact.generation, "agency": fact.agency, "reference": fact.subject}


def _new(fact: Fact[Any]) -> dict[str, Any]:
    return {**_row(fact), "event_id": fact.id}


def _report_received(work: Work, fact: Fact[intake.ReportReceived]) -> None:
    message = fact.message
    values = {"concern": message.concern, "received_date": store.day(message.received_date)}
    store.put(work.conn, "projected_reports", {**_new(fact), **values})


def _case_opened(work: Work, fact: Fact[intake.CaseOpened]) -> None:
    message = fact.message
    values = values_of(message, "concern", "country", "allegation_type", "personnel_category", "serious")
    values |= {"received_date": store.day(message.received_date), "stage": "received"}
    store.put(work.conn, "projected_cases", {**_new(fact), **values})
    _victims(work, fact)


def _case_assessed(work: Work, fact: Fact[intake.CaseAssessed]) -> None:
    message = fact.message
    values = values_of(message, "concern", "allegation_type", "personnel_category", "serious")
    values["stage"] = "preliminary_assessment"
    store.change(work.conn, "projected_cases", _row(fact), values)
    _victims(work, fact)


def _victims(work: Work, fact: Fact[Any]) -> None:
    counts: dict[tuple[str, str], int] = {}
    for victim in fact.message.victims:
        key = (victim.sex, victim.age_category)
        counts[key] = counts.get(key, 0) + victim.count
    store.replace_victims(work.conn, fact.generation, fact.agency, fact.subject, counts)


def _case_stage(stage: str) -> Handler:
    def apply(work: Work, fact: Fact[Any]) -> None:
        store.change(work.conn, "projected_cases", _row(fact), {"stage": stage})

    return apply


def _outcome_decided(work: Work, fact: Fact[intake.OutcomeDecided]) -> None:
    outcome = fact.message.outcome
    stage = "disciplinary_process" if outcome in SUBSTANTIATED else "under_review"
    store.change(work.conn, "projected_cases", _row(fact), {"stage": stage, "outcome": outcome})


def _clock(fact: Fact[Any]) -> dict[str, Any]:
    return {
        "generation": fact.generation,
        "agency": fact.agency,
        "case_reference": fact.subject,
        "clock": fact.message.clock,
    }


def _clock_started(work: Work, fact: Fact[intake.ClockStarted]) -> None:
    values = {
        "event_id": fact.id,
        "due_date": store.day(fact.message.due_date),
        "state": "running",
        "breached": False,
    }
    store.put(work.conn, "projected_clocks", {**_clock(fact), **values})


def _clock_paused(work: Work, fact: Fact[intake.ClockPaused]) -> None:
    store.change(work.conn, "projected_clocks", _clock(fact), {"state": "paused"})


def _clock_due(work: Work, fact: Fact[intake.ClockResumed]) -> None:
    values = {"state": "running", "due_date": store.day(fact.message.due_date)}
    store.change(work.conn, "projected_clocks", _clock(fact), values)


def _clock_stopped(work: Work, fact: Fact[intake.ClockStopped]) -> None:
    store.change(work.conn, "projected_clocks", _clock(fact), {"state": "stopped", "breached": fact.message.breached})


def _clock_breached(work: Work, fact: Fact[intake.ClockBreached]) -> None:
    store.change(work.conn, "projected_clocks", _clock(fact), {"breached": True})


def _screening_requested(work: Work, fact: Fact[screening.ScreeningRequested]) -> None:
    values = {"requested_date": store.day(fact.message.requested_date), "state": "answered"}
    store.put(work.conn, "projected_screenings", {**_new(fact), **values})


def _review_opened(work: Work, fact: Fact[screening.ScreeningReviewOpened]) -> None:
    store.change(work.conn, "projected_screenings", _row(fact), {"state": "in_review"})


def _review_closed(work: Work, fact: Fact[screening.ScreeningReviewClosed]) -> None:
    store.change(work.conn, "projected_screenings", _row(fact), {"state": "answered"})


def _between(fact: Fact[Any]) -> dict[str, Any]:
    """The referral of a fact: its owner names the agency that was asked, the agency that was asked names the owner."""
    owners = "recipient" in fact.message.DESCRIPTOR.fields_by_name
    owner, recipient = (fact.agency, fact.message.recipient) if owners else (fact.message.owner, fact.agency)
    return {"generation": fact.generation, "owner": owner, "recipient": recipient, "reference": fact.subject}


def _referral_offered(work: Work, fact: Fact[assistance.ReferralOffered]) -> None:
    # The recipient's answer lies on another topic and may have come first: then only the offer's own columns are added.
    row = _between(fact)
    known = store.referral_status(work.conn, **row)
    values = {"offered_date": store.day(fact.message.offered_date), "status": known or "in_progress"}
    store.put(work.conn, "projected_referrals", {**row, "event_id": fact.id, **values})


def _referral(status: str) -> Handler:
    def apply(work: Work, fact: Fact[Any]) -> None:
        row = _between(fact)
        known = store.referral_status(work.conn, **row)
        if known in ("done", "revoked", "expired", "rejected"):
            return  # an end is final, whichever topic tells of it first
        if known is None:
            store.put(work.conn, "projected_referrals", {**row, "event_id": fact.id, "status": status})
        else:
            store.change(work.conn, "projected_referrals", row, {"status": status})

    return apply
