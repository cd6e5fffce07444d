"""The referral's table, as the owner and the asked agency use it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concord_core.codes import CodeLists
from concord_core.errors import ConcordError
from concord_victim_assistance.referrals.domain import (
    OPEN,
    STEPS,
    Status,
    Step,
    absorb,
    after,
    answer_by,
    officer_steps,
    retry_after,
)

DAY = date(2026, 11, 1)


def test_every_state_is_reached_and_only_open_ones_go_on() -> None:
    assert {Status.IN_PROGRESS} | set(STEPS.values()) == set(Status)
    assert {status for status, _ in STEPS} == OPEN


def test_states_are_the_codes_of_the_published_list(codes: CodeLists) -> None:
    assert {status.value for status in Status} == {code for code, _ in codes.options("referral_status", "en")}


@given(st.sampled_from(Status), st.lists(st.sampled_from(Step)))
def test_the_other_sides_steps_never_fail_and_never_leave_an_end(start: Status, steps: list[Step]) -> None:
    status = start
    for step in steps:
        before, status = status, absorb(status, step)
        assert before in OPEN or status is before


@pytest.mark.parametrize("step", Step)
def test_no_step_follows_from_an_end(step: Step) -> None:
    for status in set(Status) - OPEN:
        with pytest.raises(ConcordError) as refused:
            after(status, step, provided=True)
        assert refused.value.code == "referral_state"


def test_a_referral_ends_well_only_after_its_service() -> None:
    with pytest.raises(ConcordError) as refused:
        after(Status.ACCEPTED, Step.FINISH)
    assert refused.value.code == "not_provided"
    assert after(Status.ACCEPTED, Step.FINISH, provided=True) is Status.DONE


def test_what_an_officer_can_do_follows_from_the_table() -> None:
    for status in Status:
        for provided in (False, True):
            for step in officer_steps(status, provided=provided):
                after(status, step, provided=provided)
    assert officer_steps(Status.IN_PROGRESS, provided=False) == (Step.ACCEPT, Step.REJECT)
    assert officer_steps(Status.DONE, provided=True) == ()


def test_an_urgent_referral_is_answered_sooner() -> None:
    assert answer_by(DAY, urgent=True, days=7, urgent_days=2) == date(2026, 11, 3)
    assert answer_by(DAY, urgent=False, days=7, urgent_days=2) == date(2026, 11, 8)


def test_the_courier_asks_less_and_less_often_yet_never_gives_up() -> None:
    pauses = [retry_after(attempts) for attempts in range(1, 40)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(seconds=2)
    assert pauses[-1] == timedelta(minutes=5)
