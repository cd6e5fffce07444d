"""What an officer decides, and how little of it the asker is told."""

from datetime import UTC, date, datetime, timedelta

import pytest

from concord_core.errors import ConcordError
from concord_screening.disclosure.domain import (
    Asked,
    FactField,
    GroupState,
    Review,
    ReviewState,
    Standing,
    Ticket,
    facts_for,
    group_state,
)
from concord_screening.register.domain import Entry, Person, Terms

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
TICKET = Ticket("g", "unhcr", NOW + timedelta(hours=5), date(2026, 12, 3), readable=True)
ENTRY = Entry(
    Person.of([("Ana Lima", "primary")]),
    Terms.of(basis="established_sea", case_reference="CASE-1", decided_date="2026-03-01", review_date="2099-01-01"),
)


def review(state: ReviewState = ReviewState.OPEN) -> Review:
    asked = Asked(("Ana Lima",), "1980-05-01", "female", "KEN", "recruitment", "VA-1", ())
    return Review("RV-1", "g", "LS-1", 1, "unhcr", state, 1, NOW, date(2026, 11, 27), date(2026, 12, 3), "id", asked)


def test_only_the_same_person_opens_the_release() -> None:
    with pytest.raises(ConcordError, match="review_state"):
        review().with_release((), "officer", NOW)
    same = review().judged(True, "same birth date and rare name", "officer", NOW)
    released = same.with_release(((FactField.BASIS, "established_sea"),), "officer", NOW)
    assert released.state is ReviewState.RELEASED
    with pytest.raises(ConcordError, match="review_state"):
        released.judged(False, "changed my mind", "officer", NOW)


def test_nothing_is_released_that_nobody_waits_for() -> None:
    same = review().judged(True, "same birth date and rare name", "officer", NOW)
    last = datetime(2026, 12, 3, 23, 59, tzinfo=UTC)
    assert same.with_release(((FactField.BASIS, "established_sea"),), "officer", last).state is ReviewState.RELEASED
    with pytest.raises(ConcordError, match="review_late"):
        same.with_release(((FactField.BASIS, "established_sea"),), "officer", last + timedelta(minutes=1))
    assert same.refused("it came too late", "officer", last + timedelta(days=9)).state is ReviewState.REFUSED


def test_a_reason_is_required() -> None:
    with pytest.raises(ConcordError, match="invalid_request"):
        review().judged(False, "  ", "officer", NOW)


def test_exactly_the_chosen_facts_are_released_in_order() -> None:
    facts = facts_for(ENTRY, ["contact", "basis"], "ethics office, +41 00")
    assert facts == ((FactField.BASIS, "established_sea"), (FactField.CONTACT, "ethics office, +41 00"))


def test_a_contest_goes_with_every_release() -> None:
    terms = Terms.of(
        basis="established_sea",
        case_reference="CASE-1",
        decided_date="2026-03-01",
        review_date="2099-01-01",
        contested_date="2026-04-01",
    )
    facts = facts_for(Entry(ENTRY.person, terms), ["decided_date"], "")
    assert facts == ((FactField.DECIDED_DATE, "2026-03-01"), (FactField.CONTESTED_DATE, "2026-04-01"))


@pytest.mark.parametrize("fields", [[], ["names"], ["contested_date"], ["contact"]])
def test_what_cannot_be_released_is_refused(fields: list[str]) -> None:
    with pytest.raises(ConcordError, match="invalid_request"):
        facts_for(ENTRY, fields, "")


def test_a_check_that_resembled_nobody_is_answered_at_its_moment() -> None:
    assert group_state(TICKET, [], NOW) is GroupState.OPEN
    assert group_state(TICKET, [], TICKET.release_at) is GroupState.CLEAR


@pytest.mark.parametrize(
    ("states", "told"),
    [
        ([ReviewState.OPEN], GroupState.OPEN),
        ([ReviewState.SAME], GroupState.OPEN),
        ([ReviewState.NOT_SAME], GroupState.CLEAR),
        ([ReviewState.NOT_SAME, ReviewState.OPEN], GroupState.OPEN),
        ([ReviewState.REFUSED], GroupState.OPEN),
        ([ReviewState.RELEASED], GroupState.DISCLOSED),
        ([ReviewState.RELEASED, ReviewState.OPEN], GroupState.OPEN),
        ([ReviewState.RELEASED, ReviewState.REFUSED], GroupState.DISCLOSED),
    ],
)
def test_what_the_asker_is_told(states: list[ReviewState], told: GroupState) -> None:
    assert group_state(TICKET, [Standing(state, listed=True) for state in states], NOW) is told


def test_on_the_last_day_what_was_released_goes_out() -> None:
    last = datetime(2026, 12, 3, 8, tzinfo=UTC)
    reviews = [Standing(ReviewState.RELEASED, True), Standing(ReviewState.OPEN, True)]
    assert group_state(TICKET, reviews, last) is GroupState.DISCLOSED


def test_a_withdrawn_listing_holds_nobody_up() -> None:
    assert group_state(TICKET, [Standing(ReviewState.OPEN, listed=False)], NOW) is GroupState.OPEN
    assert group_state(TICKET, [Standing(ReviewState.OPEN, listed=False)], TICKET.release_at) is GroupState.CLEAR


def test_a_name_that_cannot_be_read_is_never_clear() -> None:
    unread = Ticket("g", "unhcr", NOW, date(2026, 12, 3), readable=False)
    assert group_state(unread, [], NOW + timedelta(days=30)) is GroupState.OPEN


def test_a_ticket_of_another_agency_does_not_exist() -> None:
    with pytest.raises(ConcordError, match="not_found"):
        TICKET.for_agency("unicef")
    assert TICKET.for_agency("unhcr") is TICKET
