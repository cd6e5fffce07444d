"""What a reporter is told, in public words: the state of the case and its time limits, never a code or an acronym.

Every text is an English message id with named parameters; the page translates it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from concord_core.clocks import Clock, Holder, State
from concord_intake.cases.domain import Case, public_status

STATUS: dict[str, str] = {
    "preliminary_assessment": "We have your report and are looking at it for the first time.",
    "limited_information": "We have looked at your report and are deciding who must investigate it.",
    "under_investigation": "Your report is being investigated.",
    "referred_member_state": "The country that sent the person you told us about has been asked to investigate.",
    "result_under_review": "The investigation has ended. We are deciding what follows from it.",
    "substantiated": "The investigation found that it happened.",
    "unsubstantiated": "The investigation could not show that it happened. This does not mean that you were not believed.",
    "closed_victim_request": "We have stopped, as the person concerned wished.",
    "closed_other": "We have closed the case. You can ask us why.",
}
NO_CASE = "You asked for advice or for an informal way. No case was opened."
NO_LIMIT = "There is no fixed time limit for this kind of report. Come back with your code to see what has happened."

DUE: dict[str, str] = {
    "assess_and_report_7d": "We must look at your report and pass it on by %(date)s.",
    "refer_to_investigation_3d": "We must ask investigators to look into it by %(date)s.",
    "tcc_intent_10d": "The country that sent the person must say by %(date)s whether it will investigate.",
    "investigation_6m": "The investigation must end by %(date)s.",
    "submit_report_15d": "The investigators must hand in their report by %(date)s.",
}
DUE["tcc_intent_serious_5d"] = DUE["tcc_intent_10d"]
DUE["investigation_serious_3m"] = DUE["investigation_6m"]

DONE: dict[str, str] = {
    "assess_and_report_7d": "We looked at your report and passed it on, on %(date)s.",
    "refer_to_investigation_3d": "We asked investigators to look into it on %(date)s.",
    "tcc_intent_10d": "The country that sent the person answered on %(date)s.",
    "investigation_6m": "The investigation ended on %(date)s.",
    "submit_report_15d": "The investigators handed in their report on %(date)s.",
}
DONE["tcc_intent_serious_5d"] = DONE["tcc_intent_10d"]
DONE["investigation_serious_3m"] = DONE["investigation_6m"]

LATE_ONE = "This should have been done by %(date)s. It is %(num)s day late. It is in the hands of %(holder)s."
LATE_MANY = "This should have been done by %(date)s. It is %(num)s days late. It is in the hands of %(holder)s."
PAUSED = "The time does not count since %(date)s, because this waits for %(holder)s."

HOLDER: dict[Holder, str] = {
    Holder.AGENCY: "the organization that you told",
    Holder.CONTRIBUTING_COUNTRY: "the country that sent the person",
    Holder.INVESTIGATING_BODY: "the investigators",
}


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence: message id, its plural if it counts, and parameters; `holder` is a message id of its own."""

    text: str
    state: str
    day: date
    many: str = ""
    count: int = 0
    holder: str = ""


def status(case: Case | None) -> str:
    """Where the report stands."""
    return NO_CASE if case is None else STATUS[public_status(case)]


def clocks(found: list[Clock], today: date) -> Iterator[Said]:
    """Each time limit in public words, in the order in which they began."""
    for clock in sorted(found, key=lambda c: (c.started, c.limit.code)):
        code, state, missed = clock.limit.code, clock.state(today), clock.missed(today)
        if state is State.CANCELLED:
            continue
        if clock.stopped is not None:
            yield Said(DONE[code], "good", clock.stopped)
        elif missed is not None:
            holder = HOLDER[clock.held_by(today)]
            yield Said(LATE_ONE, "stop", missed, LATE_MANY, (today - missed).days, holder)
        elif state is State.PAUSED and clock.open_pause is not None:
            yield Said(PAUSED, "waiting", clock.open_pause.start, holder=HOLDER[clock.open_pause.holder])
        else:
            yield Said(DUE[code], "waiting", clock.due(today))


def next_lines(received: date, concern: str, opens_case: bool, child: bool) -> Iterator[tuple[date, str]]:
    """What happens next, on the receipt: three dated lines at most, none that we cannot keep."""
    yield received, "We have your report."
    if child:
        yield received + timedelta(days=1), "A trained person tries to reach you, if you told us how."
    if concern == "sea" and opens_case:
        yield received + timedelta(days=7), "Until this day we must have looked at your report and passed it on."
        if not child:
            yield received + timedelta(days=10), "Until this day investigators must have been asked to look into it."


def every_text() -> list[str]:
    """All message ids of this module, for the check of the catalogues."""
    texts: list[Any] = [*STATUS.values(), NO_CASE, NO_LIMIT, *DUE.values(), *DONE.values(), PAUSED, *HOLDER.values()]
    return sorted({*texts})
