"""A child who left a way to be reached is called within 24 hours: promised, seen, recorded once, told to the child."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from concord_core.errors import ConcordError
from concord_core.storage import Work
from concord_intake.callbacks.commands import CallBacks
from concord_intake.callbacks.domain import Outcome
from concord_intake.cases.commands import CaseView, Person
from concord_intake.cases.domain import Act, Assess, Command, Propose, Refer, VictimCount
from concord_intake.reports.domain import NewReport
from tests.support.intake import (
    APPROVER,
    OFFICER,
    RECRUITER,
    REPORTER,
    SECOND,
    STRANGER,
    TODAY,
    House,
    work_of,
)

BY = Person(OFFICER.subject, OFFICER.name)
NOW = datetime.combine(TODAY, time(10, 30), UTC)
DAY = timedelta(hours=24)


def moment(written: str) -> datetime:
    """A moment as JSON writes it."""
    return datetime.fromisoformat(written)


def report(**more: Any) -> NewReport:
    child: dict[str, Any] = {
        "received": TODAY,
        "channel": "online_form",
        "language": "en",
        "form_version": "public-1",
        "concern": "sea",
        "country": "CAF",
        "age_band": "under_18",
        "home_safe": "no",
        "serious": True,
        "words": {"narrative": "Marker told", "safe_contact": "Marker sister", "safe_times": "after school"},
        "consents": {"contact": "given"},
    }
    return NewReport(**{**child, **more})


def act(house: House, work: Work, case: str, command: Command, by: Person) -> CaseView:
    """By somebody who has the case before them."""
    return house.cases.perform(work, case, house.cases.view(work, case).version, command, by)


def taken(house: House, **more: Any) -> str:
    with work_of(house) as work:
        case = house.reports.take(work, report(**more)).case
    assert case is not None
    return case


def calls(house: House, case: str) -> list[Any]:
    with work_of(house) as work:
        return house.call_backs.of_case(work, case)


def record(house: House, case: str, outcome: Outcome, at: datetime | None = None, number: int = 1) -> None:
    with work_of(house) as work:
        house.call_backs.record(work, case, number, outcome, at or house.today.now(), BY)


def items(client: TestClient, who: Any = OFFICER) -> list[dict[str, Any]]:
    answer = client.get("/api/intake/work-items", headers={"authorization": f"Bearer {who.subject}"})
    return [item for item in answer.json()["items"] if item["type"] == "call_back"]


def later(house: House, hours: int) -> None:
    moment = house.today.now() + timedelta(hours=hours)
    house.today.day, house.today.hour = moment.date(), moment.time()


def test_a_childs_report_makes_a_work_item_with_its_due_time(client: TestClient, house: House) -> None:
    case = taken(house)
    (item,) = items(client)
    assert item["verb"] == "Call back within 24 h · The adult at home is not safe to talk to."
    assert (moment(item["started"]), moment(item["due"])) == (NOW, NOW + DAY)
    assert (item["reference"], item["state"], item["country"]) == (case, "due", "CAF")
    assert item["url"] == f"/cases/{case}/call-backs/1"
    assert items(client, APPROVER) == items(client, REPORTER) == items(client, STRANGER) == []


@pytest.mark.parametrize(
    "more",
    [
        {"age_band": "18_or_over"},
        {"age_band": ""},
        {"words": {"narrative": "Marker told"}},
        {"consents": {"contact": "refused"}},
    ],
)
def test_nobody_else_is_promised_a_call(house: House, more: dict[str, Any]) -> None:
    assert calls(house, taken(house, **more)) == []


def test_what_a_child_tells_always_opens_a_case(house: House) -> None:
    assert calls(house, taken(house, concern="sh", wish="advice"))


def test_a_call_that_reached_the_child_ends_it_and_stands_in_the_timeline(client: TestClient, house: House) -> None:
    case = taken(house)
    later(house, 2)
    record(house, case, Outcome.REACHED)
    assert items(client) == []
    (call,) = calls(house, case)
    assert (call.outcome, call.ended, call.late(house.today.now())) == (Outcome.REACHED, NOW + 2 * DAY / 24, False)
    with work_of(house) as work:
        line = house.cases.timeline(work, case)[0]
    assert (line.entry.act, line.name) == ("call-back", OFFICER.name)
    assert line.entry.codes == {"call_back": "reached", "called_at": "2026-11-22T12:30+00:00"}
    actions = [row[0] for row in house.rows("select action from audit_entries order by entry_id")]
    assert actions[-1] == "intake.case.call-back"
    assert [name for _, name in house.facts(case)] == ["CaseOpened", "ClockStarted"]


def test_recorded_twice_it_is_recorded_once_and_nobody_overwrites_it(house: House) -> None:
    case = taken(house)
    for _ in range(2):
        record(house, case, Outcome.NOT_REACHED)
    assert len(calls(house, case)) == 2
    assert house.rows("select count(*) from case_timeline where act = 'call-back'")[0][0] == 1
    with pytest.raises(ConcordError, match="call_back_done"):
        record(house, case, Outcome.REACHED)
    other = Person(SECOND.subject, SECOND.name)
    with pytest.raises(ConcordError, match="call_back_done"), work_of(house, SECOND) as work:
        house.call_backs.record(work, case, 1, Outcome.NOT_REACHED, NOW, other)


def test_a_child_who_was_not_reached_is_promised_another_call_from_then_on(client: TestClient, house: House) -> None:
    case = taken(house)
    later(house, 5)
    record(house, case, Outcome.NOT_REACHED, NOW + timedelta(hours=4))
    (item,) = items(client)
    assert moment(item["due"]) == NOW + timedelta(hours=28)
    record(house, case, Outcome.UNSAFE, number=2)
    assert items(client) == []
    assert [call.outcome for call in calls(house, case)] == [Outcome.NOT_REACHED, Outcome.UNSAFE]


def test_a_late_call_shows_as_late_and_an_early_one_recorded_late_does_not(client: TestClient, house: House) -> None:
    case, other = taken(house), taken(house)
    later(house, 24)
    assert {item["state"] for item in items(client)} == {"due"}
    later(house, 1)
    assert {item["state"] for item in items(client)} == {"late"}
    record(house, case, Outcome.REACHED)
    record(house, other, Outcome.REACHED, NOW + timedelta(hours=3))
    assert [calls(house, one)[0].late(house.today.now()) for one in (case, other)] == [True, False]


@pytest.mark.parametrize(("hours", "code"), [(1, "date_in_future"), (-1, "date_order")])
def test_a_call_lies_between_the_promise_and_now(house: House, hours: int, code: str) -> None:
    case = taken(house)
    with pytest.raises(ConcordError, match=code):
        record(house, case, Outcome.REACHED, NOW + timedelta(hours=hours))


def test_a_report_that_is_entered_late_was_late_for_the_child(client: TestClient, house: House) -> None:
    taken(house, received=TODAY - timedelta(days=3), channel="hotline")
    (item,) = items(client)
    assert moment(item["due"]) == datetime.combine(TODAY - timedelta(days=1), time.min, UTC)
    assert item["state"] == "late"


def test_the_child_may_take_it_back_and_ask_for_it_again(client: TestClient, house: House) -> None:
    case = taken(house)
    (reference,) = house.rows("select reference from reports")[0]
    for state, seen in (("withdrawn", 0), ("given", 1)):
        with house.owner.engine.begin() as conn:
            conn.exec_driver_sql(
                "insert into consents (agency, report_reference, scope, state, changed_by)"
                " values ('unicef', %s, 'contact', %s, 'public')",
                (reference, state),
            )
        assert len(items(client)) == seen
        page = client.get(f"/cases/{case}/call-backs/1?lang=en", cookies={"concord_hub_intake": OFFICER.subject})
        assert ("Do not call." in page.text) == (seen == 0)


def test_neither_an_assessment_nor_the_closing_takes_the_promise_back(client: TestClient, house: House) -> None:
    case = taken(house)
    acts: list[tuple[Command, Person]] = [
        (Assess(Act.ASSESS, TODAY, "sh", "sexual_harassment", "", "unknown", "", False, ()), BY),
        (Propose(Act.PROPOSE_CLOSURE, TODAY, "completed"), BY),
        (Command(Act.CONFIRM_CLOSURE, TODAY), Person(SECOND.subject, SECOND.name)),
    ]
    for command, by in acts:
        with work_of(house, SECOND) as work:
            act(house, work, case, command, by)
    assert len(items(client)) == 1


def test_a_childs_case_stays_on_the_short_limits(house: House) -> None:
    case = taken(house)
    for command in (
        Assess(Act.ASSESS, TODAY, "sea", "sexual_abuse", "", "military_contingent", "ATA", False, ()),
        Command(Act.REPORT, TODAY),
        Refer(Act.REFER, TODAY, "tcc"),
        Command(Act.NOTIFY_COUNTRY, TODAY),
        Command(Act.START_INVESTIGATION, TODAY),
    ):
        with work_of(house) as work:
            view = act(house, work, case, command, BY)
    assert view.case.serious
    assert {"tcc_intent_serious_5d", "investigation_serious_3m"} <= set(view.clocks)


def test_a_case_with_a_child_among_the_victims_is_serious(house: House) -> None:
    case = taken(house, age_band="18_or_over", serious=False)
    victims = (VictimCount("female", "adult", 1), VictimCount("male", "child", 1))
    assess = Assess(Act.ASSESS, TODAY, "sea", "sexual_abuse", "", "unknown", "", False, victims)
    with work_of(house) as work:
        assert act(house, work, case, assess, BY).case.serious


def put(client: TestClient, who: Any, case: str, **body: Any) -> Any:
    return client.put(
        f"/api/intake/cases/{case}/call-backs/1", json=body, headers={"authorization": f"Bearer {who.subject}"}
    )


def test_by_rest_it_is_recorded_by_officers_of_the_agency_only(client: TestClient, house: House) -> None:
    case = taken(house)
    body = {"outcome": "reached", "called_at": NOW.isoformat()}
    assert put(client, RECRUITER, case, **body).status_code == 403
    assert put(client, APPROVER, case, **body).status_code == 403
    assert put(client, STRANGER, case, **body).json()["code"] == "not_found"
    assert put(client, OFFICER, case, **(body | {"outcome": "asleep"})).status_code == 422
    assert put(client, OFFICER, case, **(body | {"called_at": "2026-11-22T10:00"})).status_code == 422
    first, again = put(client, OFFICER, case, **body), put(client, OFFICER, case, **body)
    assert first.json() == again.json()
    assert (first.json()["outcome"], first.json()["late"]) == ("reached", False)
    refused = put(client, SECOND, case, **body)
    assert (refused.status_code, refused.json()["code"]) == (409, "call_back_done")
    listed = client.get(f"/api/intake/cases/{case}/call-backs", headers={"authorization": f"Bearer {APPROVER.subject}"})
    assert [call["number"] for call in listed.json()["items"]] == [1]
    assert "Marker" not in listed.text


def test_the_page_of_the_case_and_of_the_call_say_what_must_be_known(client: TestClient, house: House) -> None:
    case = taken(house)
    client.cookies.set("concord_hub_intake", OFFICER.subject)
    shown = client.get(f"/cases/{case}?lang=en").text
    assert f"/cases/{case}/call-backs/1" in shown
    assert "The adult at home is not safe to talk to." in shown
    page = client.get(f"/cases/{case}/call-backs/1?lang=en").text
    assert "23 Nov 2026, 10:30 UTC" in page
    assert "Marker sister" in page
    assert "after school" in page
    later(house, 30)
    assert "a child to call back" in client.get("/cases?lang=en&band=late").text


def test_nothing_is_promised_before_the_first_version_of_the_promises(house: House) -> None:
    before = CallBacks(house.cases, house.call_backs.promises, lambda: datetime(2025, 12, 31, tzinfo=UTC))
    with work_of(house) as work:
        before.promise(work, case="X", report="Y", received=TODAY, country="", home_safe="")
        assert before.waiting(work) == []
