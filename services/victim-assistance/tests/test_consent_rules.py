"""When a consent holds, and how a reporter's refusal narrows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from concord_core.codes import CodeLists
from concord_core.errors import ConcordError
from concord_core.values import today
from concord_victim_assistance.consent.domain import (
    Consent,
    Draft,
    FieldGroup,
    State,
    checked_draft,
    choose,
    fields_of,
    moved,
    narrowed,
)
from concord_victim_assistance.persons.domain import ReporterLimit

DAY = timedelta(days=1)
GIVEN = date(2026, 10, 1)
CONSENT = Consent(
    reference="CO-1",
    person_reference="VP-1",
    scope="share_with_other_un_entity",
    recipient="unfpa",
    service="medical",
    groups=(FieldGroup.IDENTITY, FieldGroup.CONTACT),
    given_how="in_person",
    given_by="person",
    state=State.GIVEN,
    language="fr",
    given=GIVEN,
    expiry=GIVEN + 30 * DAY,
    version=1,
)


def draft(**more: Any) -> Draft:
    return replace(
        Draft(
            scope="share_with_other_un_entity",
            recipient="unfpa",
            service="medical",
            groups=("identity",),
            given=today() - DAY,
            expiry=today() + DAY,
            words="yes",
        ),
        **more,
    )


def problems(codes: CodeLists, sent: Draft, *, age: str = "adult") -> set[tuple[str, str]]:
    try:
        checked_draft(sent, age_category=age, registered=today() - 9 * DAY, agencies=("unfpa",), codes=codes)
    except ConcordError as error:
        return {(field.path, field.code) for field in error.fields}
    return set()


def test_it_holds_until_its_last_day_and_then_ends_by_itself() -> None:
    last = CONSENT.expiry
    assert last is not None
    assert CONSENT.holds_on(last)
    assert CONSENT.state_on(last + DAY) is State.EXPIRED
    assert not CONSENT.allows("unfpa", "medical", last + DAY)


@pytest.mark.parametrize(("recipient", "service"), [("unhcr", "medical"), ("unfpa", "legal")])
def test_it_allows_one_agency_and_one_service_only(recipient: str, service: str) -> None:
    assert CONSENT.allows("unfpa", "medical", GIVEN)
    assert not CONSENT.allows(recipient, service, GIVEN)


def test_what_was_taken_back_stays_taken_back() -> None:
    withdrawn = moved(CONSENT, State.WITHDRAWN)
    with pytest.raises(ConcordError) as refused:
        moved(withdrawn, State.GIVEN)
    assert refused.value.code == "consent_state"


def test_the_consent_that_holds_longest_is_chosen() -> None:
    longer = replace(CONSENT, reference="CO-2", expiry=GIVEN + 90 * DAY)
    refused = replace(CONSENT, reference="CO-3", state=State.REFUSED)
    assert choose([CONSENT, longer, refused], "unfpa", "medical", GIVEN) == longer
    assert choose([refused], "unfpa", "medical", GIVEN) is None


def test_a_reporters_refusal_narrows() -> None:
    later = GIVEN + 3 * DAY
    assert narrowed(CONSENT, [ReporterLimit("contact", "withdrawn", later)]) == (FieldGroup.IDENTITY,)
    assert narrowed(CONSENT, [ReporterLimit("assistance_services", "refused", later)]) == ()
    assert narrowed(CONSENT, [ReporterLimit("share_with_other_un_entity", "withdrawn", later)]) == ()


def test_what_a_reporter_said_before_the_consent_or_allows_again_changes_nothing() -> None:
    before = ReporterLimit("assistance_services", "withdrawn", GIVEN - DAY)
    again = ReporterLimit("assistance_services", "given", GIVEN + DAY)
    other = ReporterLimit("anonymous_statistics", "withdrawn", GIVEN + DAY)
    assert narrowed(CONSENT, [before, again, other]) == CONSENT.groups


def test_fields_are_those_of_the_groups_and_no_others() -> None:
    assert fields_of(CONSENT.groups) == ("name", "contact", "safe_times")


def test_a_whole_draft_is_taken(codes: CodeLists) -> None:
    assert problems(codes, draft()) == set()


def test_everything_that_is_wrong_is_said_at_once(codes: CodeLists) -> None:
    sent = draft(recipient="nobody", service="x", groups=(), words=" ", expiry=None, language="xx")
    assert problems(codes, sent) == {
        ("recipient", "unknown_agency"),
        ("service", "unknown_code"),
        ("groups", "missing"),
        ("words", "missing"),
        ("expiry_date", "missing"),
        ("language", "unknown_code"),
    }


def test_a_childs_best_interest_is_noted_and_an_adult_has_no_guardian(codes: CodeLists) -> None:
    guardian = draft(state="given_by_guardian", given_by="guardian")
    assert problems(codes, guardian, age="child") == {("best_interest", "missing")}
    assert problems(codes, replace(guardian, best_interest="why"), age="child") == set()
    assert problems(codes, guardian) == {("given_by", "guardian_of_adult")}


def test_the_future_and_the_time_before_the_record_are_refused(codes: CodeLists) -> None:
    assert problems(codes, draft(given=today() + DAY)) >= {("given_date", "in_the_future")}
    assert problems(codes, draft(given=today() - 40 * DAY)) == {("given_date", "too_early")}
