"""The whole way of a referral between two agencies, on a real database, under the logins that run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from concord.assistance.v1 import events_pb2 as events
from concord_core.errors import ConcordError
from concord_core.errors.codes import NOT_FOUND
from concord_core.storage import Actor
from concord_core.values import today
from concord_victim_assistance.needs.domain import NeedStatus
from concord_victim_assistance.referrals.domain import Event, Received, Referral, Status, Step
from tests.support.assistance import CONTACT, NAME, OTHER, A, C, House

DAY = timedelta(days=1)
OFFICER = Actor("person", "officer-1", C)


def refusal(act: Callable[[], Any]) -> str:
    with pytest.raises(ConcordError) as refused:
        act()
    return refused.value.code


def owned(house: House, reference: str) -> Referral:
    found: Referral = house.do(A, lambda work: house.rooms.owner.get(work, reference))
    return found


def received(house: House, reference: str) -> Received:
    found: Received = house.do(C, lambda work: house.rooms.recipient.get(work, reference))
    return found


def step(house: House, reference: str, taken: Step, reason: str = "") -> None:
    version = received(house, reference).version
    house.do(C, lambda work: house.rooms.recipient.answer(work, reference, taken, None, version, reason))


def opened(house: House) -> Referral:
    """A referral that the other agency has opened."""
    person = house.person()
    house.consent(person)
    referral = house.referral(person)
    house.deliver()
    house.opening.open(C, OFFICER, referral.reference)
    return referral


def test_offered_opened_accepted_provided_done(house: House) -> None:
    person = house.person()
    need = house.do(A, lambda work: house.rooms.needs.record(work, person.reference, "medical", None))
    house.consent(person)
    referral = house.referral(person, need_reference=need.reference)
    house.deliver()
    house.courier.run()
    assert received(house, referral.reference).check == "stands"

    row = house.opening.open(C, OFFICER, referral.reference)
    assert row.holds_copy
    package = house.do(C, lambda work: house.rooms.recipient.content(work, referral.reference))
    assert (package.name, package.contact, package.sex, package.note) == (NAME, CONTACT, "female", "")
    for taken in (Step.ACCEPT, Step.PROVIDE, Step.FINISH):
        step(house, referral.reference, taken)
    house.deliver()

    after = owned(house, referral.reference)
    assert (after.status, after.provided, after.done) == (Status.DONE, today(), today())
    met = house.do(A, lambda work: house.rooms.needs.get(work, need.reference))
    assert (met.status, met.provider) == (NeedStatus.PROVIDED, C)
    both = (Event.OFFERED, Event.OPENED, Event.ACCEPTED, Event.PROVIDED, Event.DONE)
    for agency, side in ((A, house.rooms.owner), (C, house.rooms.recipient)):
        entries = house.do(agency, partial(side.timeline, reference=referral.reference))
        shown = [entry.event for entry in entries if entry.event in both]
        assert shown == list(both)


def test_withdrawal_erases_the_copy_confirms_it_and_nothing_opens_again(house: House) -> None:
    referral = opened(house)
    consent = owned(house, referral.reference).consent_reference
    house.do(A, lambda work: house.rooms.owner.withdraw_consent(work, consent, None, expected=1))

    # At once at the owner, before any fact has travelled.
    assert owned(house, referral.reference).status is Status.REVOKED
    assert refusal(lambda: house.owners.open(A, C, referral.reference, "x")) == "consent_ended"
    house.deliver()

    row = received(house, referral.reference)
    assert (row.status, row.holds_copy, row.erased) == (Status.REVOKED, False, today())
    assert row.backups_until == today() + 35 * DAY
    assert refusal(lambda: house.opening.open(C, OFFICER, referral.reference)) == "copy_erased"
    assert (
        refusal(lambda: house.do(C, lambda work: house.rooms.recipient.content(work, referral.reference)))
        == "copy_erased"
    )
    after = owned(house, referral.reference)
    assert (after.erasure_confirmed, after.backups_until) == (today(), today() + 35 * DAY)
    confirmed = [fact for fact in house.facts() if isinstance(fact.message, events.ErasureConfirmed)]
    assert [fact.agency for fact in confirmed] == [C]
    assert [fact.message.record_kind for fact in house.facts() if isinstance(fact.message, events.RecordErased)] == [
        "referral_copy"
    ]


def test_withdrawal_that_overtakes_the_offer(house: House) -> None:
    person = house.person()
    consent = house.consent(person)
    referral = house.referral(person)
    house.do(A, lambda work: house.rooms.owner.withdraw_consent(work, consent.reference, None, expected=1))
    house.deliver(
        order=lambda facts: sorted(
            facts,
            key=lambda fact: isinstance(fact.message, (events.ReferralOffered, events.ReferralRevoked)),
        )
    )
    row = received(house, referral.reference)
    assert row.status is Status.REVOKED
    assert row.backups_until == row.erased  # never opened: no backup can hold it
    assert not owned(house, referral.reference).awaits_erasure


def test_another_agency_can_neither_close_a_referral_ahead_nor_take_the_place_of_its_owners_word(house: House) -> None:
    person = house.person()
    consent = house.consent(person)
    first, second = house.referral(person), house.referral(person)
    both = [first.reference, second.reference]
    forged = events.ConsentWithdrawn(recipient=C, withdrawn_date=today().isoformat(), referral_references=both)
    house.hand(replace(house.facts()[-1], agency=OTHER, key="CO-FORGED", message=forged))
    offers = [fact for fact in house.facts() if isinstance(fact.message, events.ReferralOffered)]
    house.hand(offers[0])
    assert received(house, first.reference).status is Status.IN_PROGRESS

    house.do(A, lambda work: house.rooms.owner.withdraw_consent(work, consent.reference, None, expected=1))
    house.hand(next(fact for fact in house.facts() if isinstance(fact.message, events.ConsentWithdrawn)))
    house.hand(offers[1])
    assert received(house, second.reference).status is Status.REVOKED


def test_an_owner_whose_answer_nobody_can_read_keeps_no_other_waiting(house: House) -> None:
    person = house.person()
    house.consent(person)
    references = [house.referral(person).reference for _ in range(3)]
    house.deliver()
    house.owners.senseless = set(references[:1])
    house.courier.run()
    assert [received(house, one).check for one in references] == ["waiting", "stands", "stands"]
    assert received(house, references[0]).attempts == 1


def test_a_withdrawal_while_the_content_is_on_its_way_wins(house: House) -> None:
    person = house.person()
    consent = house.consent(person)
    referral = house.referral(person)
    house.deliver()
    package = house.owners.open(A, C, referral.reference, "officer-1")
    house.do(A, lambda work: house.rooms.owner.withdraw_consent(work, consent.reference, None, expected=1))
    house.deliver()
    kept = lambda: house.do(  # noqa: E731 - one act, named for what it tries
        C, lambda work: house.rooms.recipient.keep(work, referral.reference, package, "officer-1")
    )
    assert refusal(kept) == "copy_erased"
    assert not received(house, referral.reference).holds_copy


def test_owner_down_the_request_waits_and_is_done_later(house: House) -> None:
    person = house.person()
    house.consent(person)
    referral = house.referral(person)
    house.deliver()
    house.owners.down = True
    house.courier.run()
    assert received(house, referral.reference).attempts == 1
    row = house.opening.open(C, OFFICER, referral.reference)
    assert (row.holds_copy, row.open_requested is not None) == (False, True)
    again = house.opening.open(C, OFFICER, referral.reference)
    assert again.open_requested == row.open_requested
    events_shown = [
        entry.event for entry in house.do(C, lambda work: house.rooms.recipient.timeline(work, referral.reference))
    ]
    assert events_shown == [Event.OFFERED, Event.RECEIVED, Event.OWNER_SILENT, Event.OPEN_WAITS]

    house.owners.down = False
    with house.consume.engine.begin() as conn:
        conn.execute(text("select set_config('app.agency', 'unfpa', true)"))
        conn.execute(text("update received_referrals set next_try_at = now()"))
    house.courier.run()
    row = received(house, referral.reference)
    assert row.holds_copy
    assert house.owners.asked[-1] == "open unicef officer-1"


def test_without_a_consent_nothing_is_offered_and_the_scope_is_named(house: House) -> None:
    person = house.person()
    with pytest.raises(ConcordError) as refused:
        house.referral(person)
    assert (refused.value.code, refused.value.params["scope"]) == ("consent_missing", "share_with_other_un_entity")
    house.consent(person, service="legal")
    assert refusal(lambda: house.referral(person)) == "consent_missing"
    assert not [fact for fact in house.facts() if isinstance(fact.message, events.ReferralOffered)]


def test_nothing_travels_that_was_not_shown(house: House) -> None:
    person = house.person()
    house.consent(person, groups=("identity",))
    assert refusal(lambda: house.referral(person)) == "preview_changed"
    assert refusal(lambda: house.referral(person, shown=("name",), note="see a doctor")) == "invalid_request"
    referral = house.referral(person, shown=("name",))
    package = house.owners.open(A, C, referral.reference, "x").package
    assert [field.name for field, _ in package.ListFields()] == ["name"]


def test_a_note_travels_if_the_consent_covers_it(house: House) -> None:
    person = house.person()
    house.consent(person, groups=("note",))
    referral = house.referral(person, shown=("note",), note="speaks softly")
    assert house.owners.open(A, C, referral.reference, "x").package.note == "speaks softly"


def test_an_agency_without_a_flow_is_refused(house: House) -> None:
    person = house.person()
    house.consent(person, recipient=OTHER)
    assert refusal(lambda: house.referral(person, recipient=OTHER)) == "flow_missing"


def test_another_agency_learns_nothing(house: House) -> None:
    referral = opened(house)
    for act in (
        lambda: house.owners.check(A, OTHER, referral.reference),
        lambda: house.owners.open(A, OTHER, referral.reference, "x"),
        lambda: house.do(OTHER, lambda work: house.rooms.owner.get(work, referral.reference)),
        lambda: house.do(OTHER, lambda work: house.rooms.recipient.get(work, referral.reference)),
        lambda: house.do(OTHER, lambda work: house.rooms.persons.get(work, referral.person_reference)),
    ):
        assert refusal(act) == NOT_FOUND.code


def test_a_referral_for_another_agencys_need_is_refused_as_for_none(house: House) -> None:
    """Of one's own person, with consent: only the need is not one's own."""
    theirs = house.person(C)
    need = house.do(C, lambda work: house.rooms.needs.record(work, theirs.reference, "medical", None))
    person = house.person()
    house.consent(person)
    for reference in (need.reference, f"{need.reference[:-1]}{'3' if need.reference[-1] != '3' else '4'}"):
        assert refusal(partial(house.referral, person, need_reference=reference)) == NOT_FOUND.code
    assert house.do(C, lambda work: house.rooms.needs.get(work, need.reference)) == need
    assert house.referral(person).need_reference is None


def test_a_fact_of_an_agency_that_was_not_asked_is_refused(house: House) -> None:
    referral = opened(house)
    step(house, referral.reference, Step.ACCEPT)
    fact = next(fact for fact in house.facts() if isinstance(fact.message, events.ReferralAccepted))
    forged = type(fact)(**{name: getattr(fact, name) for name in fact.__slots__} | {"agency": OTHER})
    assert refusal(lambda: house.hand(forged)) == "forbidden"
    assert owned(house, referral.reference).status is Status.IN_PROGRESS


def test_an_answer_that_crosses_a_withdrawal_changes_nothing_but_the_timeline(house: House) -> None:
    referral = opened(house)
    step(house, referral.reference, Step.ACCEPT)
    consent = owned(house, referral.reference).consent_reference
    house.do(A, lambda work: house.rooms.owner.withdraw_consent(work, consent, None, expected=1))
    house.deliver()
    assert owned(house, referral.reference).status is Status.REVOKED
    assert received(house, referral.reference).status is Status.REVOKED
    shown = [entry.event for entry in house.do(A, lambda work: house.rooms.owner.timeline(work, referral.reference))]
    assert Event.ACCEPTED in shown


def test_rejecting_erases_the_copy_and_ends_the_grant(house: House) -> None:
    referral = opened(house)
    assert refusal(lambda: step(house, referral.reference, Step.REJECT, "because")) == "invalid_request"
    step(house, referral.reference, Step.REJECT, "capacity")
    house.deliver()
    assert not received(house, referral.reference).holds_copy
    after = owned(house, referral.reference)
    assert (after.status, after.reason) == (Status.REJECTED, "capacity")
    assert refusal(lambda: house.owners.open(A, C, referral.reference, "x")) == "referral_ended"


def test_the_owner_takes_a_referral_back_and_the_consent_stays(house: House) -> None:
    referral = opened(house)
    version = owned(house, referral.reference).version
    house.do(A, lambda work: house.rooms.owner.revoke(work, referral.reference, None, version))
    assert owned(house, referral.reference).awaits_erasure
    house.deliver()
    assert received(house, referral.reference).erased == today()
    assert not owned(house, referral.reference).awaits_erasure
    consent = house.do(A, lambda work: house.rooms.consents.get(work, referral.consent_reference))
    assert consent.state == "given"


def test_a_stale_step_is_refused_with_the_current_version(house: House) -> None:
    referral = opened(house)
    with pytest.raises(ConcordError) as refused:
        house.do(C, lambda work: house.rooms.recipient.answer(work, referral.reference, Step.ACCEPT, None, 1))
    assert refused.value.code == "stale_write"
    assert refused.value.params["version"] == received(house, referral.reference).version


def test_a_referral_that_nobody_answers_ends_on_both_sides(house: House) -> None:
    person = house.person()
    house.consent(person)
    old = house.referral(person, offered=today() - 29 * DAY)
    house.deliver()
    assert house.do(A, house.rooms.owner.expire) == 0  # back-dated: the other agency has the whole time from now
    with house.app.engine.begin() as conn:
        conn.execute(text("select set_config('app.agency', 'unicef', true)"))
        conn.execute(text("update referrals set created_at = now() - interval '40 days'"))
    assert house.do(A, house.rooms.owner.expire) == 1
    assert house.do(A, house.rooms.owner.expire) == 0
    house.deliver()
    assert owned(house, old.reference).status is Status.EXPIRED
    assert received(house, old.reference).status is Status.EXPIRED


def test_an_expired_consent_opens_nothing(house: House) -> None:
    person = house.person()
    house.consent(person)
    referral = house.referral(person)
    with house.app.engine.begin() as conn:
        conn.execute(text("select set_config('app.agency', 'unicef', true)"))
        conn.execute(text("update consents set expiry_date = current_date - 1"))
    assert refusal(lambda: house.owners.open(A, C, referral.reference, "x")) == "consent_ended"


def test_facts_carry_no_personal_data_and_count_from_one(house: House) -> None:
    referral = opened(house)
    consent = owned(house, referral.reference).consent_reference
    house.do(A, lambda work: house.rooms.owner.withdraw_consent(work, consent, None, expected=1))
    house.deliver()
    sequences: dict[tuple[str, str], list[int]] = {}
    for fact in house.facts():
        assert b"MARKER" not in fact.message.SerializeToString()
        sequences.setdefault((fact.topic, fact.key), []).append(fact.sequence)
    for found in sequences.values():
        assert found == list(range(1, len(found) + 1))


def test_nothing_readable_lies_in_the_tables(house: House) -> None:
    opened(house)
    seen = set()
    with house.app.engine.begin() as conn:
        for agency in (A, C):
            conn.execute(text("select set_config('app.agency', :agency, true)"), {"agency": agency})
            for table in ("persons", "consents", "referrals", "received_referrals"):
                for row in conn.execute(text(f"select * from {table}")):
                    seen.add(table)
                    assert "MARKER" not in repr(row._mapping)
    assert seen == {"persons", "consents", "referrals", "received_referrals"}


def test_two_couriers_and_a_second_round_do_no_harm(house: House) -> None:
    person = house.person()
    house.consent(person)
    referral = house.referral(person)
    house.deliver()
    house.courier.run()
    house.courier.run()
    shown = [
        entry.event for entry in house.do(C, lambda work: house.rooms.recipient.timeline(work, referral.reference))
    ]
    assert shown.count(Event.CHECKED) == 1
    assert house.owners.asked == ["check unicef"]


def test_consent_withdrawn_an_hour_ago_still_awaits_the_word(house: House) -> None:
    referral = opened(house)
    house.do(A, lambda work: house.rooms.owner.withdraw_consent(work, referral.consent_reference, None, expected=1))
    waiting = house.do(A, house.rooms.owner.unconfirmed)
    assert [one.reference for one in waiting] == [referral.reference]
    assert waiting[0].erasure_due is not None
    assert waiting[0].erasure_due > datetime.now(UTC)
