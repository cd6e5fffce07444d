"""What a reporter is told, in public words: the state of the case and its time limits, never a code or an acronym.

Every text is an English message id with named parameters; the page translates it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from concord_core.clocks import Clock, Holder, State
from concord_core.web.marks import msgid as _
from concord_intake.callbacks.domain import CallBack, Outcome, waits
from concord_intake.cases.domain import Case, public_status
from concord_intake.reports.domain import NewReport

STATUS: dict[str, str] = {
    "preliminary_assessment": _("We have your report and are looking at it for the first time."),
    "limited_information": _("We have looked at your report and are deciding who must investigate it."),
    "under_investigation": _("Your report is being investigated."),
    "referred_member_state": _("The country that sent the person you told us about has been asked to investigate."),
    "result_under_review": _("The investigation has ended. We are deciding what follows from it."),
    "substantiated": _("The investigation found that it happened."),
    "unsubstantiated": _(
        "The investigation could not show that it happened. This does not mean that you were not believed."
    ),
    "closed_victim_request": _("We have stopped, as the person concerned wished."),
    "closed_other": _("We have closed the case. You can ask us why."),
}
NO_CASE = _("You asked for advice or for an informal way. No case was opened.")
NO_LIMIT = _("There is no fixed time limit for this kind of report. Come back with your code to see what has happened.")

DUE: dict[str, str] = {
    "assess_and_report_7d": _("We must look at your report and pass it on by %(date)s."),
    "refer_to_investigation_3d": _("We must ask investigators to look into it by %(date)s."),
    "tcc_intent_10d": _("The country that sent the person must say by %(date)s whether it will investigate."),
    "investigation_6m": _("The investigation must end by %(date)s."),
    "submit_report_15d": _("The investigators must hand in their report by %(date)s."),
}
DUE["tcc_intent_serious_5d"] = DUE["tcc_intent_10d"]
DUE["investigation_serious_3m"] = DUE["investigation_6m"]

DONE: dict[str, str] = {
    "assess_and_report_7d": _("We looked at your report and passed it on, on %(date)s."),
    "refer_to_investigation_3d": _("We asked investigators to look into it on %(date)s."),
    "tcc_intent_10d": _("The country that sent the person answered on %(date)s."),
    "investigation_6m": _("The investigation ended on %(date)s."),
    "submit_report_15d": _("The investigators handed in their report on %(date)s."),
}
DONE["tcc_intent_serious_5d"] = DONE["tcc_intent_10d"]
DONE["investigation_serious_3m"] = DONE["investigation_6m"]

PAUSED = _("The time does not count since %(date)s, because this waits for %(holder)s.")

HOLDER: dict[Holder, str] = {
    Holder.AGENCY: _("the organization that you told"),
    Holder.CONTRIBUTING_COUNTRY: _("the country that sent the person"),
    Holder.INVESTIGATING_BODY: _("the investigators"),
}

ALLOWED: dict[str, str] = {
    "report_to_investigation": _("Investigators may know what you told us about yourself."),
    "share_with_service_provider": _("The people who help you may know your name."),
    "share_with_other_un_entity": _("Another UN organization may know about you, if it is responsible."),
    "share_with_member_state": _("The authorities of a country may know about you."),
    "contact": _("We may contact you in the way that you told us."),
    "assistance_services": _("People who help survivors are told that help is asked for."),
}
"""Per scope of `consent.domain.SCOPES`, what a yes means, in the words of the question."""


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence: message id and parameters; `holder` is a message id of its own. With `days_late` the page says how
    late it is, in the plural of its language, and `text` is empty."""

    text: str
    state: str
    day: date
    days_late: int = 0
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
            yield Said("", "stop", missed, days_late=(today - missed).days, holder=holder)
        elif state is State.PAUSED and clock.open_pause is not None:
            yield Said(PAUSED, "waiting", clock.open_pause.start, holder=HOLDER[clock.open_pause.holder])
        else:
            yield Said(DUE[code], "waiting", clock.due(today))


CALLED: dict[Outcome, tuple[str, str]] = {
    Outcome.REACHED: ("good", _("A trained person talked with you on %(date)s.")),
    Outcome.NOT_REACHED: ("waiting", _("We tried to reach you on %(date)s, but we did not reach you.")),
    Outcome.UNSAFE: ("waiting", _("On %(date)s it did not seem safe to call you. You can send us a safer way.")),
}


def calls(found: Sequence[CallBack], consents: Mapping[str, str], now: datetime) -> Iterator[Said]:
    """What was promised to a child, and what came of it; a call that is no longer wanted is not spoken of."""
    for call in found:
        if call.outcome is not None and call.ended is not None:
            state, text = CALLED[call.outcome]
            yield Said(text, state, call.ended.date())
        elif waits(call, consents) and call.late(now):
            yield Said(_("We should have tried to reach you by %(date)s. We are late."), "stop", call.due.date())
        elif waits(call, consents):
            yield Said(_("A trained person tries to reach you by %(date)s."), "waiting", call.due.date())


def next_lines(report: NewReport, received: date, call_by: date) -> Iterator[tuple[date, str]]:
    """What happens next, on the receipt: three dated lines at most, none that we cannot keep.

    `call_by`: the day by which a child is called who left a way to be reached.
    """
    yield received, _("We have your report.")
    if report.calls_back:
        yield call_by, _("Until this day a trained person tries to reach you in the way that you told us.")
    elif report.child:
        yield received, _("You did not tell us how to reach you. So we cannot call you.")
    if report.concern == "sea" and report.opens_case:
        yield received + timedelta(days=7), _("Until this day we must have looked at your report and passed it on.")
        if not report.child:
            yield received + timedelta(days=10), _("Until this day investigators must have been asked to look into it.")
