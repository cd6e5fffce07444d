"""A listing moves only by the hands of two people, and a withdrawn one holds nothing of the person."""

from datetime import timedelta

import pytest

from concord_core.errors import ConcordError
from concord_core.values import today
from concord_screening.register.domain import (
    Entry,
    Listing,
    ListingState,
    Person,
    Terms,
    WithdrawalReason,
    normal_number,
    withdrawal_due,
)


def entry(name: str = "Ana Lima", basis: str = "established_sea") -> Entry:
    person = Person.of([(name, "primary")], ["1980-05-01"], "female", ["KEN"])
    terms = Terms.of(
        basis=basis,
        case_reference="CASE-1",
        decided_date="2026-03-01",
        review_date=(today() + timedelta(days=365)).isoformat(),
    )
    return Entry(person, terms)


def draft() -> Listing:
    return Listing("LS-1", ListingState.DRAFT, 1, entry(), entered_by="officer")


def test_a_second_person_activates_a_draft() -> None:
    listing = draft().approved("approver", None)
    assert (listing.state, listing.version, listing.facts) == (ListingState.ACTIVE, 2, 1)
    assert listing.activated_date == today()


def test_nobody_approves_their_own_act() -> None:
    active = draft().approved("approver", None)
    proposed = active.proposed(entry("Ana de Lima"), by="second")
    with pytest.raises(ConcordError, match="own_act"):
        draft().approved("officer", None)
    with pytest.raises(ConcordError, match="own_act"):
        proposed.amended("second", None)
    with pytest.raises(ConcordError, match="own_act"):
        active.withdrawn("officer", WithdrawalReason.RULING)


def test_a_correction_leaves_the_listing_in_force_until_it_is_approved() -> None:
    active = draft().approved("approver", None)
    proposed = active.proposed(entry("Ana de Lima"), by="officer")
    assert proposed.state.listed
    assert proposed.entry == active.entry
    amended = proposed.amended("approver", None)
    assert amended.entry == entry("Ana de Lima")
    assert amended.proposal is None
    assert (amended.facts, amended.person_version) == (2, 2)


def test_a_correction_of_the_terms_only_keeps_the_person() -> None:
    active = draft().approved("approver", None)
    amended = active.proposed(entry(basis="established_sh"), "officer").amended("approver", None)
    assert amended.person_version == 1


def test_a_withdrawn_listing_is_a_tombstone() -> None:
    gone = draft().approved("approver", None).withdrawn("approver", WithdrawalReason.DECIDED_OTHERWISE)
    assert gone.state is ListingState.WITHDRAWN
    assert gone.entry is None
    assert gone.facts == 2
    with pytest.raises(ConcordError, match="listing_state"):
        gone.withdrawn("approver", WithdrawalReason.RULING)


def test_a_draft_leaves_without_a_fact() -> None:
    assert draft().withdrawn("approver", WithdrawalReason.CORRECTION).facts == 0


def test_an_unsubstantiated_case_stops_the_approval_and_asks_for_withdrawal() -> None:
    with pytest.raises(ConcordError, match="case_not_substantiated"):
        draft().approved("approver", "unsubstantiated")
    assert withdrawal_due(ListingState.ACTIVE, "unsubstantiated")
    assert not withdrawal_due(ListingState.ACTIVE, "substantiated")
    assert not withdrawal_due(ListingState.WITHDRAWN, "unsubstantiated")


@pytest.mark.parametrize("state", [ListingState.ACTIVE, ListingState.WITHDRAWN])
def test_only_a_draft_is_approved(state: ListingState) -> None:
    listing = Listing("LS-1", state, 2, entry(), entered_by="officer")
    with pytest.raises(ConcordError, match="listing_state"):
        listing.approved("approver", None)


def test_every_wrong_field_is_named_at_once() -> None:
    with pytest.raises(ConcordError) as caught:
        Person.of([("", "primary"), ("Ana", "nickname")], ["1981-02-30"])
    assert {field.path for field in caught.value.fields} == {"names[0].text", "names[1].kind", "birth_dates[0]"}
    with pytest.raises(ConcordError) as caught:
        Terms.of(basis="x", case_reference="", decided_date="2999-01-01", review_date="2020-01-01")
    assert {field.path for field in caught.value.fields} == {"case_reference", "decided_date", "review_date"}


@pytest.mark.parametrize("case", ["UNICEF-26-7K3Q9X", "OIOS/0123/19", "case-7", "2019.4"])
def test_a_case_is_named_by_its_reference(case: str) -> None:
    assert terms(f" {case} ").case_reference == case


@pytest.mark.parametrize(
    "case",
    ["Ana Lima", "AnaLima", "Ana Lima 1980", "Ana-Lima-1980", "ana_lima/80", "7", "Ana1980é", "A1\nx", "A" * 64 + "1"],
)
def test_words_are_no_case_reference(case: str) -> None:
    with pytest.raises(ConcordError) as caught:
        terms(case)
    assert [(field.path, field.code) for field in caught.value.fields] == [("case_reference", "not_a_reference")]


@pytest.mark.parametrize("case", ["Lima-1980", "AnaLima1980", "ANA-LIMA-1980"])
def test_a_name_that_has_the_form_of_a_reference_is_not_told_from_one(case: str) -> None:
    assert terms(case).case_reference == case


def terms(case: str) -> Terms:
    return Terms.of(basis="x", case_reference=case, decided_date="2026-03-01", review_date="2099-01-01")


def test_a_name_that_no_comparison_can_read_needs_one_that_it_can() -> None:
    with pytest.raises(ConcordError) as caught:
        Person.of([("\U00013000\U00013001", "primary")])
    assert [(field.path, field.code) for field in caught.value.fields] == [("names", "unreadable")]
    both = Person.of([("\U00013000\U00013001", "primary"), ("Ana Lima", "alias")])
    assert len(both.names) == 2


def test_numbers_are_hashed_however_they_are_typed() -> None:
    assert normal_number(" a-12 34_5 ") == normal_number("A12345") == "A12345"


def test_no_text_of_a_person_appears_in_its_repr() -> None:
    assert "Lima" not in repr(draft())
