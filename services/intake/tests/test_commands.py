"""Commands on a real database: what changes together, what is published once, what others cannot see."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from concord_core.clocks import Holder, PauseReason
from concord_core.errors import ConcordError
from concord_intake.cases.commands import CaseView, Person
from concord_intake.cases.domain import (
    Act,
    Assess,
    Command,
    CountryAnswer,
    Propose,
    Refer,
    Sanction,
    VictimCount,
)
from concord_intake.cases.jobs import sweep
from concord_intake.reports.domain import NewReport
from concord_intake.reports.receipt import Receipt, of_key
from tests.support.intake import APPROVER, OFFICER, SECOND, STRANGER, TODAY, House, work_of

OFFICER_BY = Person(OFFICER.subject, OFFICER.name)
MARKER = "Marker-Narrative-7781"


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


def new_report(received: date = TODAY, concern: str = "sea", **more: object) -> NewReport:
    base = {
        "received": received,
        "channel": "hotline",
        "language": "en",
        "form_version": "rest-1",
        "concern": concern,
        "country": "CAF",
        "words": {"narrative": MARKER, "reporter_name": "Marker-Name-7782"},
    }
    return NewReport(**(base | more))  # type: ignore[arg-type]  # keyword arguments of a test


def opened(house: House, received: date = TODAY, **more: Any) -> str:
    with work_of(house) as work:
        case = house.reports.take(work, new_report(received, **more)).case
    assert case is not None
    return case


def do(house: House, reference: str, command: Command, by: Person = OFFICER_BY, who: object = OFFICER) -> CaseView:
    with work_of(house, who) as work:  # type: ignore[arg-type]  # a principal
        version = house.cases.view(work, reference).version
        return house.cases.perform(work, reference, version, command, by)


def assess(on: date, concern: str = "sea", **more: object) -> Assess:
    base = {
        "concern": concern,
        "allegation_type": "sexual_abuse" if concern == "sea" else "sexual_harassment",
        "allegation_nature": "",
        "personnel_category": "military_contingent" if concern == "sea" else "un_staff_national",
        "contributing_country": "ATA" if concern == "sea" else "",
        "serious": False,
        "victims": (VictimCount("female", "adult", 1),),
    }
    return Assess(Act.ASSESS, on, **(base | more))  # type: ignore[arg-type]  # keyword arguments of a test


def investigated(house: House, start: date) -> str:
    """A case up to its submitted report, with dates from `start` on."""
    reference = opened(house, start)
    for command in (
        assess(start + timedelta(2)),
        Command(Act.REPORT, start + timedelta(4)),
        Refer(Act.REFER, start + timedelta(6), "tcc"),
        Command(Act.NOTIFY_COUNTRY, start + timedelta(7)),
        CountryAnswer(Act.RECORD_COUNTRY_ANSWER, start + timedelta(12), True),
        Command(Act.START_INVESTIGATION, start + timedelta(14)),
        Command(Act.COMPLETE_INVESTIGATION, start + timedelta(60)),
        Command(Act.SUBMIT_REPORT, start + timedelta(90)),
    ):
        do(house, reference, command)
    return reference


def test_the_whole_way_publishes_each_fact_once_and_in_order(house: House) -> None:
    reference = investigated(house, day(-200))
    do(house, reference, Propose(Act.PROPOSE_OUTCOME, day(-100), "substantiated"))
    with pytest.raises(ConcordError, match="own_act"):
        do(house, reference, Command(Act.CONFIRM_OUTCOME, TODAY))
    do(house, reference, Command(Act.CONFIRM_OUTCOME, TODAY), Person(APPROVER.subject), APPROVER)
    do(house, reference, Sanction(Act.SANCTION, day(-90), "repatriation_and_bar"))
    do(house, reference, Propose(Act.PROPOSE_CLOSURE, day(-80), "completed"))
    view = do(house, reference, Command(Act.CONFIRM_CLOSURE, TODAY), Person(SECOND.subject), SECOND)
    assert view.case.stage == "closed"
    facts = house.facts(reference)
    assert [sequence for sequence, _ in facts] == list(range(1, len(facts) + 1))
    assert [kind for _, kind in facts] == [
        "CaseOpened",
        "ClockStarted",
        "CaseAssessed",
        "CaseReported",
        "ClockStopped",
        "ClockStarted",
        "CaseReferredForInvestigation",
        "ClockStopped",
        "ContributingCountryNotified",
        "ClockStarted",
        "ContributingCountryAnswered",
        "ClockStopped",
        "InvestigationStarted",
        "ClockStarted",
        "InvestigationCompleted",
        "ClockStopped",
        "ClockStarted",
        "InvestigationReportSubmitted",
        "ClockBreached",
        "ClockStopped",
        "OutcomeDecided",
        "SanctionImposed",
        "CaseClosed",
    ]


def test_an_unsubstantiated_outcome_needs_no_second_person(house: House) -> None:
    reference = investigated(house, day(-200))
    view = do(house, reference, Propose(Act.PROPOSE_OUTCOME, day(-100), "unsubstantiated"))
    assert view.case.outcome == "unsubstantiated"
    assert view.case.proposal is None
    assert house.facts(reference)[-1][1] == "OutcomeDecided"


def test_a_refused_proposal_publishes_nothing_and_can_be_made_again(house: House) -> None:
    reference = investigated(house, day(-200))
    before = len(house.facts(reference))
    do(house, reference, Propose(Act.PROPOSE_OUTCOME, day(-100), "substantiated"))
    with pytest.raises(ConcordError, match="already_proposed"):
        do(house, reference, Propose(Act.PROPOSE_CLOSURE, day(-90), "completed"))
    do(house, reference, Command(Act.REFUSE_OUTCOME, TODAY), Person(APPROVER.subject), APPROVER)
    view = do(house, reference, Propose(Act.PROPOSE_OUTCOME, day(-100), "substantiated"))
    assert view.case.proposal is not None
    assert len(house.facts(reference)) == before


def test_a_breach_is_told_once_even_if_the_sweep_runs_twice_or_the_step_comes_late(house: House) -> None:
    reference = opened(house, day(-10))
    assert sweep(house.consume, house.cases, ["unicef", "unhcr"]) == 1
    assert sweep(house.consume, house.cases, ["unicef", "unhcr"]) == 0
    do(house, reference, assess(TODAY))
    do(house, reference, Command(Act.REPORT, TODAY))
    kinds = [kind for _, kind in house.facts(reference)]
    assert kinds.count("ClockBreached") == 1
    assert [sequence for sequence, _ in house.facts(reference)] == list(range(1, len(kinds) + 1))


def test_a_pause_moves_the_due_day_and_the_segments_say_who_held_it(house: House) -> None:
    reference = opened(house, day(-5))
    with work_of(house) as work:
        version = house.cases.view(work, reference).version
        house.cases.pause(
            work,
            reference,
            version,
            "assess_and_report_7d",
            day(-3),
            PauseReason.AWAITING_VICTIM,
            Holder.AGENCY,
            OFFICER_BY,
        )
    house.today.day = day(10)
    assert sweep(house.consume, house.cases, ["unicef"]) == 0
    with work_of(house) as work:
        view = house.cases.resume(work, reference, version + 1, "assess_and_report_7d", day(10), OFFICER_BY)
    clock = view.clocks["assess_and_report_7d"]
    assert clock.due(day(10)) == day(2 + 13)
    assert [(s.paused, s.days) for s in clock.segments(day(10))] == [(False, 2), (True, 13)]
    assert [kind for _, kind in house.facts(reference)][-2:] == ["ClockPaused", "ClockResumed"]


def test_a_breach_that_was_told_is_not_taken_back_by_an_earlier_pause(house: House) -> None:
    reference = opened(house, day(-10))
    sweep(house.consume, house.cases, ["unicef"])
    with pytest.raises(ConcordError, match="clock_refuses"), work_of(house) as work:
        house.cases.pause(
            work, reference, 1, "assess_and_report_7d", day(-5), PauseReason.LEGAL_HOLD, Holder.AGENCY, OFFICER_BY
        )


def test_closing_ends_clocks_without_saying_that_they_were_met(house: House) -> None:
    reference = opened(house, day(-3))
    do(house, reference, assess(day(-1)))
    do(house, reference, Propose(Act.PROPOSE_CLOSURE, TODAY, "insufficient_information"))
    view = do(house, reference, Command(Act.CONFIRM_CLOSURE, TODAY), Person(APPROVER.subject), APPROVER)
    assert view.clocks["assess_and_report_7d"].cancelled == TODAY
    assert "ClockStopped" not in [kind for _, kind in house.facts(reference)]


def test_no_clock_runs_on_harassment(house: House) -> None:
    reference = opened(house, day(-30), concern="sh")
    do(house, reference, assess(day(-28), concern="sh"))
    view = do(house, reference, Command(Act.REPORT, day(-1)))
    assert view.clocks == {}
    assert sweep(house.consume, house.cases, ["unicef"]) == 0


def test_what_seemed_exploitation_and_is_harassment_loses_its_clock(house: House) -> None:
    reference = opened(house, day(-3))
    view = do(house, reference, assess(day(-1), concern="sh"))
    assert view.clocks["assess_and_report_7d"].cancelled == day(-1)


def test_what_seemed_harassment_and_is_abuse_gets_its_clock_from_the_first_day(house: House) -> None:
    reference = opened(house, day(-3), concern="sh")
    view = do(house, reference, assess(day(-1)))
    assert view.clocks["assess_and_report_7d"].started == day(-3)


def test_a_stale_version_is_refused_with_the_current_one(house: House) -> None:
    reference = opened(house)
    with pytest.raises(ConcordError) as refused, work_of(house) as work:
        house.cases.perform(work, reference, 7, assess(TODAY), OFFICER_BY)
    assert refused.value.code == "stale_write"
    assert refused.value.params == {"version": 1}


def test_another_agency_finds_nothing(house: House) -> None:
    reference = opened(house)
    with pytest.raises(ConcordError, match="not_found"), work_of(house, STRANGER) as work:
        house.cases.view(work, reference)
    with work_of(house, STRANGER) as work:
        assert house.cases.listed(work, open_only=False) == []
    with house.app.work(None, actor=OFFICER.actor) as work:
        assert work.conn.exec_driver_sql("select count(*) from cases").scalar() == 0


def test_advice_and_an_informal_way_leave_a_count_and_no_case(house: House) -> None:
    with work_of(house) as work:
        taken = house.reports.take(work, new_report(concern="sh", wish="advice"))
    assert taken.case is None
    assert house.facts(taken.report) == [(1, "ReportReceived")]


def test_words_lie_encrypted_and_no_fact_carries_them(house: House) -> None:
    with work_of(house) as work:
        taken = house.reports.take(work, new_report(help_wanted=True))
        assert house.reports.read(work, taken.report).words["narrative"] == MARKER
    assert house.facts(taken.report) == [(1, "ReportReceived"), (2, "AssistanceRequested")]
    tables = [row[0] for row in house.rows("select tablename from pg_tables where schemaname = 'public'")]
    for table in tables:
        for row in house.rows(f"select t::text, row_to_json(t)::text from {table} t"):
            assert MARKER not in row[0]
            assert MARKER.encode().hex() not in row[0]


def fresh() -> Receipt:
    return of_key(os.urandom(64))


def submitted(house: House, receipt: Receipt, submission: str = "0b6d2b0c-0001-4000-8000-000000000001") -> date | None:
    report = new_report(house.today(), channel="online_form", consents={"contact": "given"}, help_wanted=True)
    return house.reports.submit(house.public, "unicef", report, receipt, submission)


def test_sending_twice_gives_one_report_and_the_same_receipt(house: House) -> None:
    receipt = fresh()
    assert submitted(house, receipt) == TODAY
    house.today.day += timedelta(days=1)
    assert submitted(house, receipt) == TODAY
    assert house.rows("select count(*) from reports")[0][0] == 1
    assert house.rows("select count(*) from cases")[0][0] == 1
    assert house.rows("select count(*) from receipts")[0][0] == 1


def test_a_locator_that_somebody_else_has_is_noticed(house: House) -> None:
    receipt = fresh()
    assert submitted(house, receipt)
    other = Receipt(receipt.locator, fresh().secret)
    assert submitted(house, other, "0b6d2b0c-0002-4000-8000-000000000002") is None
    assert house.rows("select count(*) from reports")[0][0] == 1


def test_the_receipt_opens_its_own_report_and_no_other(house: House) -> None:
    receipt = fresh()
    submitted(house, receipt)
    key = house.reports.verify(house.public, receipt)
    seen = house.reports.follow_up(house.public, key)
    assert seen.case is not None
    assert seen.consents["contact"] == "given"
    assert list(seen.clocks) == ["assess_and_report_7d"]
    for wrong in (Receipt(receipt.locator, fresh().secret), fresh()):
        with pytest.raises(ConcordError, match="receipt_unknown"):
            house.reports.verify(house.public, wrong)


def test_the_reporter_changes_what_they_allow_and_others_are_told(house: House) -> None:
    receipt = fresh()
    submitted(house, receipt)
    key = house.reports.verify(house.public, receipt)
    assert house.reports.change_consents(house.public, key, {"contact": "refused", "anything": "given"}) == 1
    assert house.reports.change_consents(house.public, key, {"contact": "refused"}) == 0
    seen = house.reports.follow_up(house.public, key)
    assert seen.consents["contact"] == "withdrawn"
    assert house.facts(seen.report.reference) == [
        (1, "ReportReceived"),
        (2, "AssistanceRequested"),
        (3, "ReporterConsentChanged"),
    ]


def test_the_public_login_reads_no_row_without_a_receipt(house: House) -> None:
    submitted(house, fresh())
    for table in (
        "reports",
        "cases",
        "receipts",
        "consents",
        "case_clocks",
        "case_timeline",
        "outbox",
        "audit_entries",
    ):
        with (
            pytest.raises(Exception, match="permission denied"),
            house.public.work("unicef", actor=OFFICER.actor) as work,
        ):
            work.conn.exec_driver_sql(f"select * from {table}").all()


def test_every_act_leaves_an_audit_entry(house: House) -> None:
    reference = opened(house)
    do(house, reference, assess(TODAY))
    with work_of(house) as work:
        house.reports.of_case(work, reference)
    actions = [row[0] for row in house.rows("select action from audit_entries order by entry_id")]
    assert actions == ["intake.case.open", "intake.report.take", "intake.case.assess", "intake.report.read"]


def test_the_timeline_names_who_acted_from_encrypted_names(house: House) -> None:
    reference = opened(house)
    do(house, reference, assess(TODAY))
    with work_of(house) as work:
        lines = house.cases.timeline(work, reference)
    assert [(line.entry.act, line.name) for line in lines] == [("assess", OFFICER.name), ("open", "")]
    assert not house.rows("select 1 from case_timeline t where t::text like '%Name of%'")


def drawing(*references: str) -> Callable[[str, date], str]:
    """Draws these references, one after the other."""
    left = list(references)
    return lambda _agency, _received: left.pop(0)


def test_a_reference_that_is_taken_is_drawn_again(house: House) -> None:
    first, second, third = (f"UNICEF-R26-{end}" for end in ("00000A", "00000B", "00000C"))
    reports = replace(house.reports, new_reference=drawing(first, first, second, second, third))
    with work_of(house) as work:
        assert reports.take(work, new_report()).report == first
    with work_of(house) as work:
        assert reports.take(work, new_report()).report == second
    receipt, submission = of_key(os.urandom(64)), str(uuid.uuid4())
    assert reports.submit(house.public, "unicef", new_report(), receipt, submission) == TODAY
    assert house.rows("select reference from reports order by 1") == [(first,), (second,), (third,)]
    assert house.rows("select report_reference from receipts") == [(third,)]
    assert house.rows("select count(*) from cases") == [(3,)]
    assert house.rows("select count(*) from outbox where type like '%ReportReceived'") == [(3,)]
