"""A consent whose last day is over: what rested on it ends and is erased, unless a newer one covers it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial

from concord.assistance.v1 import events_pb2 as events
from concord_core.errors import ConcordError
from concord_core.storage import Actor
from concord_core.values import today
from concord_victim_assistance.consent.domain import State
from concord_victim_assistance.persons.domain import Person
from concord_victim_assistance.referrals.domain import Event, Received, Referral, Status, Step
from concord_victim_assistance.worklist import ending_item
from tests.support.assistance import A, C, House

DAY = timedelta(days=1)
LAST = today() + 5 * DAY
OFFICER = Actor("person", "officer-1", C)


def helped(house: House) -> tuple[Person, Referral]:
    """Somebody whom the other agency helps, under a consent until LAST."""
    person = house.person()
    house.consent(person, expiry=LAST)
    referral = house.referral(person)
    house.deliver()
    house.opening.open(C, OFFICER, referral.reference)
    return person, referral


def received(house: House, referral: Referral) -> Received:
    found: Received = house.do(C, lambda work: house.rooms.recipient.get(work, referral.reference))
    return found


def on(house: House, day: date) -> int:
    """The owner's job on that day, and what follows from it."""
    with house.consume.work(A, actor=Actor("job", "assistance.expire", A)) as work:
        ended = house.rooms.owner.end_consents(work, day)
    house.deliver()
    return ended


def opening(house: House, referral: Referral) -> str:
    try:
        house.opening.open(C, OFFICER, referral.reference)
    except ConcordError as error:
        return error.code
    return "opened"


def test_on_its_last_day_a_consent_still_holds(house: House) -> None:
    _, referral = helped(house)
    assert on(house, LAST) == 0
    assert received(house, referral).holds_copy


def test_after_its_last_day_the_copy_is_erased_confirmed_and_not_opened_again(house: House) -> None:
    _, referral = helped(house)
    assert on(house, LAST + DAY) == 1
    row = received(house, referral)
    assert (row.status, row.holds_copy, row.erased, row.reason) == (Status.REVOKED, False, today(), "consent_expired")
    assert opening(house, referral) == "copy_erased"
    owned = house.do(A, lambda work: house.rooms.owner.get(work, referral.reference))
    assert (owned.status, owned.erasure_confirmed) == (Status.REVOKED, today())
    for agency, side in ((A, house.rooms.owner), (C, house.rooms.recipient)):
        entries = house.do(agency, partial(side.timeline, reference=referral.reference))
        assert Event.CONSENT_EXPIRED in {entry.event for entry in entries}
    assert on(house, LAST + 2 * DAY) == 0, "an effect happens once"


def test_help_that_was_done_leaves_no_copy_either(house: House) -> None:
    _, referral = helped(house)
    for taken in (Step.ACCEPT, Step.PROVIDE, Step.FINISH):
        version = received(house, referral).version
        answered = partial(house.rooms.recipient.answer, step=taken, day=None, expected=version)
        house.do(C, partial(answered, reference=referral.reference))
    house.deliver()
    on(house, LAST + DAY)
    assert (received(house, referral).status, received(house, referral).holds_copy) == (Status.DONE, False)


def test_a_newer_consent_for_all_of_it_carries_the_help_on(house: House) -> None:
    person, referral = helped(house)
    newer = house.consent(person, expiry=LAST + 60 * DAY)
    assert on(house, LAST + DAY) == 1
    assert received(house, referral).holds_copy
    assert received(house, referral).status is Status.IN_PROGRESS
    house.do(A, lambda work: house.rooms.owner.withdraw_consent(work, newer.reference, None, expected=1))
    house.deliver()
    assert not received(house, referral).holds_copy, "it rests on the newer one now"


def test_a_newer_consent_for_less_does_not(house: House) -> None:
    person, referral = helped(house)
    house.consent(person, expiry=LAST + 60 * DAY, groups=("identity",))
    on(house, LAST + DAY)
    assert not received(house, referral).holds_copy


def test_the_end_that_overtakes_the_offer(house: House) -> None:
    person = house.person()
    house.consent(person, expiry=LAST)
    referral = house.referral(person)
    with house.consume.work(A, actor=Actor("job", "assistance.expire", A)) as work:
        house.rooms.owner.end_consents(work, LAST + DAY)
    of_referral = (events.ReferralOffered, events.ReferralRevoked)
    house.deliver(order=lambda facts: sorted(facts, key=lambda fact: isinstance(fact.message, of_referral)))
    assert received(house, referral).reason == "consent_expired"


def test_the_advocate_is_asked_in_time_and_not_once_a_newer_consent_is_there(house: House) -> None:
    person, _ = helped(house)

    def asked() -> list[str]:
        now = datetime.now(UTC)
        found = house.do(A, house.rooms.owner.ending)
        assert all(ending_item(one).at(now).state == "due" for one in found)
        return [ending_item(one).url for one in found]

    assert asked() == [f"/assistance/persons/{person.reference}"]
    house.consent(person, expiry=LAST + 60 * DAY)
    assert asked() == []


def test_a_consent_that_ended_says_so_in_its_row(house: House) -> None:
    person, _ = helped(house)
    on(house, LAST + DAY)
    (consent,) = house.do(A, lambda work: house.rooms.consents.of_person(work, person.reference))
    assert (consent.state, consent.version) == (State.EXPIRED, 2)
