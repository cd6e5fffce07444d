"""A review that its owner leaves unanswered: who is told on which day, and how little they see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from concord_core.storage import Login
from concord_screening.checks.domain import ESCALATION_WORKING_DAYS, OWNER_WORKING_DAYS, answer_by
from concord_screening.disclosure.domain import STEWARD_WORKING_DAYS, LateReview
from concord_screening.values import add_working_days
from tests.support.screening_house import House

A, B, STEWARD = "unicef", "unhcr", "un"
ADMIN, OPERATOR, OFFICER = f"{A}-admin", f"{STEWARD}-operator", f"{A}-disclosure"
NUMBERS = count(1)


@dataclass(frozen=True)
class Open:
    """A review that waits: its reference, the owner's last day, and the check that it holds up."""

    review: str
    due: date
    check: Any


@pytest.fixture
def held(house: House) -> Iterator[Open]:
    """A review of its own for each test, about another person; the day is put back afterwards."""
    before, number = house.calendar.day, next(NUMBERS)
    born = (date(1960, 1, 1) + timedelta(days=97 * number)).isoformat()
    name = ("Boris Kuznetsov", "Elena Orlova", "Karl Lindqvist", "Igor Smirnov", "Ana Lima")[number % 5]
    listing = house.listed(A, name, born)
    check = house.checked(B, name_latin=name, birth_date=born)
    reviews = house.api(OFFICER, "GET", "/reviews").json()["items"]
    review = next(one for one in reviews if one["listing"] == listing)
    yield Open(review["reference"], date.fromisoformat(review["due_date"]), check)
    house.calendar.day = before


def move(house: House, held: Open, days: int) -> None:
    """Moves to so many working days after the owner's last day."""
    house.calendar.day = add_working_days(held.due, days)
    house.job("escalate")


def item(house: House, user: str, review: str) -> dict[str, Any] | None:
    items = house.api(user, "GET", "/work-items").json()["items"]
    return next((one for one in items if one["reference"] == review), None)


def decide(house: House, held: Open) -> None:
    body = {"same_person": False, "reason": "compared the documents"}
    assert house.api(OFFICER, "POST", f"/reviews/{held.review}/decision", body, If_Match='"1"').status_code == 200


def test_the_head_of_unit_is_told_on_the_last_day_and_not_before(house: House, held: Open) -> None:
    assert item(house, OFFICER, held.review) is not None
    house.calendar.day = held.due - timedelta(days=1)
    assert item(house, ADMIN, held.review) is None
    move(house, held, 0)
    told = item(house, ADMIN, held.review)
    assert told is not None
    assert (told["verb"], told["state"], told["url"]) == ("See that the review is answered", "due", "/screening/late")
    move(house, held, 1)
    late = item(house, ADMIN, held.review)
    assert late is not None
    assert late["state"] == "late"
    assert item(house, f"{B}-admin", held.review) is None
    assert item(house, f"{A}-recruiter", held.review) is None


def test_the_steward_is_told_two_working_days_later(house: House, held: Open) -> None:
    move(house, held, STEWARD_WORKING_DAYS - 1)
    assert item(house, OPERATOR, held.review) is None
    move(house, held, STEWARD_WORKING_DAYS)
    told = item(house, OPERATOR, held.review)
    assert told is not None
    assert (told["verb"], told["state"]) == ("Remind the agency of the review", "late")
    assert item(house, f"{STEWARD}-admin", held.review) is None


def test_those_who_are_told_see_neither_candidate_nor_listing_nor_asker(house: House, held: Open) -> None:
    move(house, held, STEWARD_WORKING_DAYS)
    listing = house.api(OFFICER, "GET", f"/reviews/{held.review}").json()
    hidden = [*listing["listed"]["names"], listing["listing"], held.check["reference"], "VA-2026-17", "UNHCR"]
    for user in (ADMIN, OPERATOR):
        page = house.page(user, "/screening/late").text
        assert held.review in page
        assert [text for text in hidden if text in page] == []
        assert [text for text in hidden if text in house.api(user, "GET", "/work-items").text] == []
        assert house.api(user, "GET", f"/reviews/{held.review}").status_code == 403
        assert house.page(user, f"/screening/reviews/{held.review}").status_code == 403
    assert "UNICEF" in house.page(OPERATOR, "/screening/late").text
    assert house.page(f"{A}-recruiter", "/screening/late").status_code == 403


def test_an_answer_takes_it_off_every_list(house: House, held: Open) -> None:
    move(house, held, STEWARD_WORKING_DAYS)
    decide(house, held)
    house.job("escalate")
    assert [item(house, user, held.review) for user in (OFFICER, ADMIN, OPERATOR)] == [None, None, None]


def test_told_once_however_often_the_job_runs_and_the_owner_can_see_that_it_left(house: House, held: Open) -> None:
    for days in (STEWARD_WORKING_DAYS, STEWARD_WORKING_DAYS, STEWARD_WORKING_DAYS + 1):
        move(house, held, days)
    database = house.context.database(Login.OWNER)
    with database.engine.connect() as conn:
        entries = conn.execute(
            text("select agency, details from audit_entries where action = 'review.escalate' and reference = :r"),
            {"r": held.review},
        ).all()
        rows = conn.execute(
            text("select agency, owner from escalations where reference = :r"), {"r": held.review}
        ).all()
    database.close()
    assert [tuple(row) for row in rows] == [(STEWARD, A)]
    assert [entry.agency for entry in entries] == [A]


def test_five_working_days_after_the_last_day_the_recruiter_is_told_not_answered(house: House, held: Open) -> None:
    path = f"/checks/{held.check['reference']}"
    assert held.check["answer_by"] == str(add_working_days(held.due, ESCALATION_WORKING_DAYS))
    house.calendar.day = date.fromisoformat(held.check["answer_by"])
    house.job("ask")
    assert house.api(f"{B}-recruiter", "GET", path).json()["answer"] == "in_review"
    house.calendar.day += timedelta(days=1)
    house.job("ask")
    assert house.api(f"{B}-recruiter", "GET", path).json()["answer"] == "not_answered"


def test_no_fact_tells_that_a_review_is_late(house: House, held: Open) -> None:
    before = len(house.outbox())
    move(house, held, STEWARD_WORKING_DAYS)
    assert len(house.outbox()) == before


@given(st.dates(date(2026, 1, 1), date(2030, 1, 1)), st.integers(0, 30))
def test_the_steward_is_never_told_before_the_head_nor_after_the_recruiter(opened_on: date, days: int) -> None:
    due = add_working_days(opened_on, OWNER_WORKING_DAYS)
    late, day = LateReview(A, "RV-1", opened_on, due), opened_on + timedelta(days=days)
    assert late.for_head(day) or not late.for_steward(day)
    assert late.for_steward(day) or day <= answer_by(opened_on)
