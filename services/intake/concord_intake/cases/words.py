"""What staff read about a case: the name of each act, its rule with the source, and the facts of the timeline.

English message ids; the page translates them.
"""

from __future__ import annotations

from dataclasses import dataclass

from concord_core.clocks import Holder, PauseReason
from concord_intake.cases.domain import Act
from concord_intake.cases.worklist import WaitingFor


@dataclass(frozen=True, slots=True)
class Told:
    """An act in words: the verb on the button, what it means in one sentence, and the past in the timeline."""

    verb: str
    rule: str
    done: str


ACTS: dict[Act, Told] = {
    Act.ASSESS: Told("Assess", "Assessed and reported within 7 days of arrival.", "Assessed"),
    Act.REPORT: Told(
        "Report to headquarters", "Assessed and reported within 7 days of arrival.", "Reported to headquarters"
    ),
    Act.REFER: Told("Refer for investigation", "Referred within 3 days of reporting.", "Referred for investigation"),
    Act.NOTIFY_COUNTRY: Told(
        "Notify the contributing country",
        "The country states its intent within 10 days, 5 if the case is serious.",
        "Contributing country notified",
    ),
    Act.RECORD_COUNTRY_ANSWER: Told(
        "Record the country's answer",
        "The country states its intent within 10 days, 5 if the case is serious.",
        "Contributing country answered",
    ),
    Act.START_INVESTIGATION: Told(
        "Record the start of the investigation",
        "It lasts at most 6 months, 3 if the case is serious.",
        "Investigation started",
    ),
    Act.COMPLETE_INVESTIGATION: Told(
        "Record the end of the investigation",
        "It lasts at most 6 months, 3 if the case is serious.",
        "Investigation ended",
    ),
    Act.SUBMIT_REPORT: Told(
        "Record the investigation report",
        "The report is submitted within 15 days of the end of the investigation.",
        "Investigation report submitted",
    ),
    Act.PROPOSE_OUTCOME: Told(
        "Decide the outcome", "A second person confirms an outcome that substantiates.", "Outcome proposed or decided"
    ),
    Act.CONFIRM_OUTCOME: Told("Confirm the outcome", "Nobody approves their own act.", "Outcome confirmed"),
    Act.REFUSE_OUTCOME: Told("Refuse the outcome", "It can then be proposed again.", "Outcome refused"),
    Act.SANCTION: Told("Record a sanction", "No time limit is mandated; the interval is measured.", "Sanction imposed"),
    Act.PROPOSE_CLOSURE: Told("Propose to close", "A second person confirms every closing.", "Closing proposed"),
    Act.CONFIRM_CLOSURE: Told("Confirm the closing", "Nobody approves their own act.", "Case closed"),
    Act.REFUSE_CLOSURE: Told("Refuse the closing", "The case goes on.", "Closing refused"),
}

DONE: dict[str, str] = {
    **{act.value: told.done for act, told in ACTS.items()},
    "open": "Case opened",
    "pause-clock": "Clock paused",
    "resume-clock": "Clock runs again",
}

SOURCES: dict[str, str] = {
    "limit": "Mandated time limits, version %(version)s",
    "second": "Rule of two persons",
}

WAITING: dict[WaitingFor, str] = {
    WaitingFor.CONTRIBUTING_COUNTRY: "the contributing country",
    WaitingFor.INVESTIGATING_BODY: "the investigating body",
    WaitingFor.SECOND_PERSON: "a second person",
    WaitingFor.PAUSE: "the end of a pause",
}

HOLDERS: dict[Holder, str] = {
    Holder.AGENCY: "the agency",
    Holder.CONTRIBUTING_COUNTRY: "the contributing country",
    Holder.INVESTIGATING_BODY: "the investigating body",
}

REASONS: dict[PauseReason, str] = {
    PauseReason.AWAITING_CONTRIBUTING_COUNTRY: "waits for the contributing country",
    PauseReason.AWAITING_INVESTIGATING_BODY: "waits for the investigating body",
    PauseReason.AWAITING_VICTIM: "waits for the victim",
    PauseReason.LEGAL_HOLD: "legal hold",
}

CONCERNS = {"sea": "Sexual exploitation and abuse", "sh": "Sexual harassment"}

WORDS: dict[str, str] = {
    "narrative": "What happened",
    "place": "Place",
    "happened": "When",
    "accused": "Who did it",
    "reporter_name": "Name of the reporter",
    "safe_contact": "Safe contact",
    "safe_times": "Safe times",
}


def every_text() -> list[str]:
    """All message ids of this module, for the check of the catalogues."""
    told = [text for t in ACTS.values() for text in (t.verb, t.rule, t.done)]
    others = (DONE, SOURCES, WAITING, HOLDERS, REASONS, CONCERNS, WORDS)
    return sorted({*told, *(text for table in others for text in table.values())})
