"""What a check asks and answers: one word for every reason of a review, one date for all."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concord_core.errors import ConcordError
from concord_screening.checks.domain import (
    Answer,
    Outcome,
    Quota,
    Request,
    Screening,
    ScreeningState,
    answer_by,
    answer_moment,
    outcome_of,
    release_moment,
)
from concord_screening.engine.domain import Zone

GOOD = {
    "name_latin": "Ana Lima",
    "birth_date": "1980-05-01",
    "sex": "female",
    "nationality": "KEN",
    "purpose": "recruitment",
    "requisition": "VA-1",
    "consent_date": "2026-01-01",
    "consent_notice": "2026-1",
    "self_certification": "no",
}
NOTHING = Outcome(possible=False, readable=True, checked=True)


def screening(**changes: str) -> Screening:
    asked = datetime(2026, 11, 23, 9, tzinfo=UTC)
    request = Request.of(**{**GOOD, **changes})
    return Screening("SC-1", ScreeningState.CHECKING, request, "person", asked, answer_by(asked.date()))


def test_the_date_is_three_working_days_and_five_to_escalate() -> None:
    assert answer_by(date(2026, 11, 23)) == date(2026, 12, 3)


def test_a_birth_date_is_asked_for_before_anything_is_looked_up() -> None:
    with pytest.raises(ConcordError) as caught:
        Request.of(**{**GOOD, "birth_date": ""})
    assert [(f.path, f.code) for f in caught.value.fields] == [("birth_date", "birth_date_wanted")]


def test_without_a_birth_date_a_check_is_always_in_review() -> None:
    check = screening(birth_date="", no_birth_date="not recorded in the country")
    assert check.settled(NOTHING, "ticket").state is ScreeningState.IN_REVIEW


def test_nothing_found_is_clear_at_once() -> None:
    done = screening().settled(NOTHING, "ticket")
    assert (done.answer, done.facts, done.ticket) == (Answer.CLEAR, 1, "")


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(possible=True, readable=True, checked=True),
        Outcome(possible=False, readable=False, checked=True),
        Outcome(possible=False, readable=True, checked=False),
    ],
)
def test_every_other_outcome_looks_alike(outcome: Outcome) -> None:
    done = screening().settled(outcome, "ticket")
    assert (done.answer, done.facts, done.closed_date, done.answer_by) == (
        Answer.IN_REVIEW,
        2,
        None,
        date(2026, 12, 3),
    )


def test_lists_not_read_in_time_are_compared_later_without_a_second_fact() -> None:
    late = screening().settled(Outcome(possible=False, readable=True, checked=False), "ticket")
    assert not late.compared
    again = late.settled(NOTHING, "ticket")
    assert (again.state, again.facts, again.compared) == (ScreeningState.IN_REVIEW, 2, True)


def test_a_check_cut_short_reads_as_in_review() -> None:
    assert screening().answer is Answer.IN_REVIEW


def test_a_review_closes_once_and_is_overdue_after_its_date() -> None:
    review = screening().settled(Outcome(possible=True, readable=True, checked=True), "ticket")
    assert not review.overdue(date(2026, 12, 3))
    assert review.overdue(date(2026, 12, 4))
    closed = review.closed(ScreeningState.NOT_ANSWERED)
    assert (closed.answer, closed.facts) == (Answer.NOT_ANSWERED, 3)
    assert closed.closed(ScreeningState.CLEAR) is closed


def test_namesakes_taken_out_leave_nothing() -> None:
    assert not outcome_of([], unreadable=False, checked=True).possible
    assert outcome_of([Zone.UNDECIDABLE], unreadable=False, checked=True).possible
    assert not outcome_of([Zone.CLEAR], unreadable=False, checked=True).possible


@given(st.integers(min_value=0, max_value=3 * 9 * 3600 - 1), st.integers(min_value=0, max_value=365 * 86400))
def test_a_review_without_a_listing_is_answered_in_working_hours_in_time(drawn: int, opened: int) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=opened)
    moment = release_moment(start, lambda n: drawn)
    assert moment > start
    assert moment.weekday() < 5
    assert 8 <= moment.hour < 17
    assert moment.date() < answer_by(start.date())


@given(st.floats(min_value=0, max_value=30))
def test_answers_come_at_whole_steps(elapsed: float) -> None:
    moment = answer_moment(elapsed, 0.25)
    assert moment >= elapsed
    assert moment >= 0.25
    assert (moment / 0.25).is_integer()


def test_the_same_person_has_the_same_identity_however_typed() -> None:
    one = Request.of(**GOOD).candidate.identity()
    assert Request.of(**{**GOOD, "name_latin": "LIMA,  ana"}).candidate.identity() == one
    assert Request.of(**{**GOOD, "birth_date": "1980-05-02"}).candidate.identity() != one


def test_quotas() -> None:
    assert Quota(2, 5).allows(1, 4)
    assert not Quota(2, 5).allows(2, 4)
    assert not Quota(2, 5).allows(1, 5)


def test_wrong_fields_are_all_named() -> None:
    wrong = {"name_latin": "", "purpose": "curiosity", "requisition": "", "self_certification": ""}
    with pytest.raises(ConcordError) as caught:
        Request.of(**{**GOOD, **wrong, "consent_date": (date(2026, 1, 1) + timedelta(days=9999)).isoformat()})
    assert {f.path for f in caught.value.fields} == {
        "name_latin", "purpose", "requisition", "self_certification", "consent_date",
    }  # fmt: skip
