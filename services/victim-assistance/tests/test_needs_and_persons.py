"""Needs step by step, and changes of a record."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest

from concord_core.errors import ConcordError
from concord_core.values import today
from concord_victim_assistance.needs.domain import STEPS, NeedStatus, NeedStep, after, steps_from
from concord_victim_assistance.persons.domain import Profile
from tests.support.assistance import NAME, A, House

DAY = timedelta(days=1)


@pytest.mark.parametrize("status", NeedStatus)
@pytest.mark.parametrize("step", NeedStep)
def test_only_the_tables_steps_follow(status: NeedStatus, step: NeedStep) -> None:
    if (status, step) in STEPS:
        assert after(status, step) is STEPS[status, step]
        assert step in steps_from(status)
    else:
        with pytest.raises(ConcordError) as refused:
            after(status, step)
        assert refused.value.code == "need_state"


def test_a_need_is_offered_declined_offered_again_and_provided(house: House) -> None:
    person, needs = house.person(), house.rooms.needs
    need = house.do(A, lambda work: needs.record(work, person.reference, "shelter", today() - 9 * DAY))
    for number, step in enumerate((NeedStep.OFFER, NeedStep.DECLINE, NeedStep.OFFER, NeedStep.PROVIDE)):
        taken = {"reference": need.reference, "step": step, "day": today() - (8 - number) * DAY}
        need = house.do(A, partial(needs.step, **taken, expected=need.version))
    kept = house.do(A, lambda work: needs.get(work, need.reference))
    assert (kept.status, kept.provider, kept.version) == (NeedStatus.PROVIDED, A, 5)
    told = [fact.type.rpartition(".")[2] for fact in house.facts() if fact.key == person.reference]
    assert told == [
        "PersonRegistered",
        "NeedRecorded",
        "ServiceOffered",
        "ServiceDeclined",
        "ServiceOffered",
        "ServiceProvided",
    ]


def test_a_step_is_not_earlier_than_the_one_before(house: House) -> None:
    person, needs = house.person(), house.rooms.needs
    need = house.do(A, lambda work: needs.record(work, person.reference, "shelter", today() - DAY))
    with pytest.raises(ConcordError) as refused:
        house.do(A, lambda work: needs.step(work, need.reference, NeedStep.OFFER, today() - 2 * DAY, 1))
    assert [(one.path, one.code) for one in refused.value.fields] == [("on", "too_early")]


def test_a_record_changes_only_from_the_version_that_was_seen(house: House) -> None:
    person, persons = house.person(), house.rooms.persons
    changed = house.do(A, lambda work: persons.change(work, person.reference, {"sex": "other"}, 1))
    assert (changed.version, changed.sex) == (2, "other")
    with pytest.raises(ConcordError) as refused:
        house.do(A, lambda work: persons.change(work, person.reference, {"sex": "male"}, 1))
    assert refused.value.code == "stale_write"
    profile = house.do(A, lambda work: persons.read(work, changed))
    assert (profile.name, profile.sex) == (NAME, "other")


def test_a_day_before_the_united_nations_is_a_slip_of_the_keyboard(house: House) -> None:
    with pytest.raises(ConcordError) as refused:
        house.do(A, lambda work: house.rooms.persons.register(work, Profile(name=NAME), date(1026, 3, 1)))
    assert [(one.path, one.code) for one in refused.value.fields] == [("registered_date", "too_early")]
