"""What staff read about a case: the name of each act, its rule with the source, and the facts of the timeline.

English message ids; the page translates them.
"""

from __future__ import annotations

from dataclasses import dataclass

from concord_core.clocks import Holder, PauseReason
from concord_core.web.marks import msgid as _
from concord_intake.cases.domain import Act
from concord_intake.cases.worklist import WaitingFor


@dataclass(frozen=True, slots=True)
class Told:
    """An act in words: the verb on the button, what it means in one sentence, and the past in the timeline."""

    verb: str
    rule: str
    done: str


ACTS: dict[Act, Told] = {
    Act.ASSESS: Told(_("Assess"), _("Assessed and reported within 7 days of arrival."), _("Assessed")),
    Act.REPORT: Told(
        _("Report to headquarters"), _("Assessed and reported within 7 days of arrival."), _("Reported to headquarters")
    ),
    Act.REFER: Told(
        _("Refer for investigation"), _("Referred within 3 days of reporting."), _("Referred for investigation")
    ),
    Act.NOTIFY_COUNTRY: Told(
        _("Notify the contributing country"),
        _("The country states its intent within 10 days, 5 if the case is serious."),
        _("Contributing country notified"),
    ),
    Act.RECORD_COUNTRY_ANSWER: Told(
        _("Record the country's answer"),
        _("The country states its intent within 10 days, 5 if the case is serious."),
        _("Contributing country answered"),
    ),
    Act.START_INVESTIGATION: Told(
        _("Record the start of the investigation"),
        _("It lasts at most 6 months, 3 if the case is serious."),
        _("Investigation started"),
    ),
    Act.COMPLETE_INVESTIGATION: Told(
        _("Record the end of the investigation"),
        _("It lasts at most 6 months, 3 if the case is serious."),
        _("Investigation ended"),
    ),
    Act.SUBMIT_REPORT: Told(
        _("Record the investigation report"),
        _("The report is submitted within 15 days of the end of the investigation."),
        _("Investigation report submitted"),
    ),
    Act.PROPOSE_OUTCOME: Told(
        _("Decide the outcome"),
        _("A second person confirms an outcome that substantiates."),
        _("Outcome proposed or decided"),
    ),
    Act.CONFIRM_OUTCOME: Told(_("Confirm the outcome"), _("Nobody approves their own act."), _("Outcome confirmed")),
    Act.REFUSE_OUTCOME: Told(_("Refuse the outcome"), _("It can then be proposed again."), _("Outcome refused")),
    Act.SANCTION: Told(
        _("Record a sanction"), _("No time limit is mandated; the interval is measured."), _("Sanction imposed")
    ),
    Act.PROPOSE_CLOSURE: Told(
        _("Propose to close"), _("A second person confirms every closing."), _("Closing proposed")
    ),
    Act.CONFIRM_CLOSURE: Told(_("Confirm the closing"), _("Nobody approves their own act."), _("Case closed")),
    Act.REFUSE_CLOSURE: Told(_("Refuse the closing"), _("The case goes on."), _("Closing refused")),
}

DONE: dict[str, str] = {
    **{act.value: told.done for act, told in ACTS.items()},
    "open": _("Case opened"),
    "pause-clock": _("Clock paused"),
    "resume-clock": _("Clock runs again"),
    "call-back": _("Call to the child"),
}

SOURCES: dict[str, str] = {
    "limit": _("Mandated time limits, version %(version)s"),
    "second": _("Rule of two persons"),
}

WAITING: dict[WaitingFor, str] = {
    WaitingFor.CONTRIBUTING_COUNTRY: _("the contributing country"),
    WaitingFor.INVESTIGATING_BODY: _("the investigating body"),
    WaitingFor.SECOND_PERSON: _("a second person"),
    WaitingFor.PAUSE: _("the end of a pause"),
}

HOLDERS: dict[Holder, str] = {
    Holder.AGENCY: _("the agency"),
    Holder.CONTRIBUTING_COUNTRY: _("the contributing country"),
    Holder.INVESTIGATING_BODY: _("the investigating body"),
}

REASONS: dict[PauseReason, str] = {
    PauseReason.AWAITING_CONTRIBUTING_COUNTRY: _("waits for the contributing country"),
    PauseReason.AWAITING_INVESTIGATING_BODY: _("waits for the investigating body"),
    PauseReason.AWAITING_VICTIM: _("waits for the victim"),
    PauseReason.LEGAL_HOLD: _("legal hold"),
}

CONCERNS = {"sea": _("Sexual exploitation and abuse"), "sh": _("Sexual harassment")}

WORDS: dict[str, str] = {
    "narrative": _("What happened"),
    "place": _("Place"),
    "happened": _("When"),
    "accused": _("Who did it"),
    "reporter_name": _("Name of the reporter"),
    "safe_contact": _("Safe contact"),
    "safe_times": _("Safe times"),
}
