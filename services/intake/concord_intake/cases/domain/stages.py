"""The stages that a case passes, the acts that move it, and from which stage each may: one table."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """Codes of `case_stage`."""

    RECEIVED = "received"
    PRELIMINARY_ASSESSMENT = "preliminary_assessment"
    REPORTED = "reported"
    REFERRED = "referred_for_investigation"
    TCC_NOTIFIED = "tcc_notified"
    INVESTIGATOR_APPOINTED = "investigator_appointed"
    UNDER_INVESTIGATION = "under_investigation"
    REPORT_SUBMITTED = "report_submitted"
    UNDER_REVIEW = "under_review"
    DISCIPLINARY_PROCESS = "disciplinary_process"
    CLOSED = "closed"


class Act(StrEnum):
    """What people do to a case; also the last part of the REST address."""

    ASSESS = "assess"
    REPORT = "report"
    REFER = "refer"
    NOTIFY_COUNTRY = "notify-country"
    RECORD_COUNTRY_ANSWER = "record-country-answer"
    START_INVESTIGATION = "start-investigation"
    COMPLETE_INVESTIGATION = "complete-investigation"
    SUBMIT_REPORT = "submit-report"
    PROPOSE_OUTCOME = "propose-outcome"
    CONFIRM_OUTCOME = "confirm-outcome"
    REFUSE_OUTCOME = "refuse-outcome"
    SANCTION = "sanction"
    PROPOSE_CLOSURE = "propose-closure"
    CONFIRM_CLOSURE = "confirm-closure"
    REFUSE_CLOSURE = "refuse-closure"


OPEN_STAGES = frozenset(Stage) - {Stage.CLOSED}
ASSESSED_STAGES = OPEN_STAGES - {Stage.RECEIVED}

# The one table of allowed moves: act → stages in which it may happen. Where an act leads is in `perform`.
ALLOWED: dict[Act, frozenset[Stage]] = {
    Act.ASSESS: frozenset({Stage.RECEIVED}),
    Act.REPORT: frozenset({Stage.PRELIMINARY_ASSESSMENT}),
    Act.REFER: frozenset({Stage.REPORTED}),
    Act.NOTIFY_COUNTRY: frozenset({Stage.REFERRED}),
    Act.RECORD_COUNTRY_ANSWER: frozenset({Stage.TCC_NOTIFIED}),
    Act.START_INVESTIGATION: frozenset({Stage.REFERRED, Stage.TCC_NOTIFIED, Stage.INVESTIGATOR_APPOINTED}),
    Act.COMPLETE_INVESTIGATION: frozenset({Stage.UNDER_INVESTIGATION}),
    Act.SUBMIT_REPORT: frozenset({Stage.UNDER_INVESTIGATION}),
    Act.PROPOSE_OUTCOME: frozenset({Stage.REPORT_SUBMITTED, Stage.UNDER_REVIEW}),
    Act.CONFIRM_OUTCOME: frozenset({Stage.UNDER_REVIEW}),
    Act.REFUSE_OUTCOME: frozenset({Stage.UNDER_REVIEW}),
    Act.SANCTION: frozenset({Stage.DISCIPLINARY_PROCESS}),
    Act.PROPOSE_CLOSURE: ASSESSED_STAGES,
    Act.CONFIRM_CLOSURE: ASSESSED_STAGES,
    Act.REFUSE_CLOSURE: ASSESSED_STAGES,
}

# Where an act leads when it leads to one place. An answer to a proposal and a country's answer depend on what it is.
LEADS_TO: dict[Act, Stage] = {
    Act.ASSESS: Stage.PRELIMINARY_ASSESSMENT,
    Act.REPORT: Stage.REPORTED,
    Act.REFER: Stage.REFERRED,
    Act.NOTIFY_COUNTRY: Stage.TCC_NOTIFIED,
    Act.START_INVESTIGATION: Stage.UNDER_INVESTIGATION,
    Act.COMPLETE_INVESTIGATION: Stage.UNDER_INVESTIGATION,
    Act.SUBMIT_REPORT: Stage.REPORT_SUBMITTED,
    Act.PROPOSE_OUTCOME: Stage.UNDER_REVIEW,
    Act.SANCTION: Stage.DISCIPLINARY_PROCESS,
    Act.CONFIRM_CLOSURE: Stage.CLOSED,
}

SECOND_PERSON = frozenset({Act.CONFIRM_OUTCOME, Act.REFUSE_OUTCOME, Act.CONFIRM_CLOSURE, Act.REFUSE_CLOSURE})
