"""Requests for help that come with a report, and what a reporter may take back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from concord.intake.v1 import events_pb2 as intake
from concord.intake.v1.service_pb2 import Handover as Content
from concord_core.errors import ConcordError
from concord_core.errors.codes import PEER_UNAVAILABLE
from concord_core.events import Fact
from concord_core.storage import Actor
from concord_core.values import today
from concord_victim_assistance.persons.opening import HandoverOpening, Received
from concord_victim_assistance.referrals.domain import Status
from tests.support.assistance import CONTACT, NAME, A, House

REPORT = "UNICEF-R26-7K3Q9X"
ADVOCATE = Actor("person", "advocate-1", A)
KEY = "open-this-request"


@dataclass
class FakeIntake:
    """An intake that answers at once; `content` None when the reporter allows nothing."""

    content: Content | None
    down: bool = False

    def handover(self, agency: str, report_reference: str, acting_person: str) -> Received:
        if self.down:
            raise PEER_UNAVAILABLE.error()
        return Received(self.content or Content())


def fact(message: Any, offset: int = 1) -> Fact[Any]:
    now = datetime.now(UTC)
    kind = message.DESCRIPTOR.full_name
    return Fact(
        "concord.intake.unicef.v1",
        0,
        offset,
        REPORT,
        str(offset),
        "/hub/intake",
        kind,
        REPORT,
        now,
        offset,
        A,
        message,
        None,
        now,
    )


def requested(house: House) -> None:
    asked = intake.AssistanceRequested(requested_date=today().isoformat(), country="HTI", urgent=True, language="fr")
    house.hand(fact(asked))


def changed(house: House, scope: str, state: str = "withdrawn") -> None:
    house.hand(fact(intake.ReporterConsentChanged(scope=scope, state=state, changed_date=today().isoformat()), 2))


def opening(house: House, content: Content | None, *, down: bool = False) -> HandoverOpening:
    return HandoverOpening(house.app, FakeIntake(content, down), house.rooms.persons, house.rooms.needs)


def content(reporter_type: str) -> Content:
    return Content(
        reporter_name=NAME,
        safe_contact=CONTACT,
        needs=["medical", "medical", "a_code_of_tomorrow"],
        language="fr",
        age_band="under_18",
        reporter_type=reporter_type,
    )


def test_a_request_is_due_within_a_day_and_opened_once(house: House) -> None:
    requested(house)
    waiting = house.do(A, house.rooms.persons.handovers)
    assert [one.report_reference for one in waiting] == [REPORT]
    assert waiting[0].due - waiting[0].received == timedelta(hours=24)

    person = opening(house, content("victim")).open(A, ADVOCATE, REPORT, KEY)
    profile = house.do(A, lambda work: house.rooms.persons.read(work, person))
    assert (profile.name, profile.contact, person.age_category, person.country) == (NAME, CONTACT, "child", "HTI")
    needs = house.do(A, lambda work: house.rooms.needs.of_person(work, person.reference))
    assert [need.service for need in needs] == ["medical"]
    assert house.do(A, house.rooms.persons.handovers) == []
    assert opening(house, None, down=True).open(A, ADVOCATE, REPORT, KEY) == person
    with pytest.raises(ConcordError) as refused:
        opening(house, None, down=True).open(A, ADVOCATE, REPORT, "another-try")
    assert (refused.value.code, refused.value.params) == ("handover_opened", {"person": person.reference})


def test_a_witness_does_not_become_the_person(house: House) -> None:
    requested(house)
    person = opening(house, content("witness")).open(A, ADVOCATE, REPORT, KEY)
    profile = house.do(A, lambda work: house.rooms.persons.read(work, person))
    assert (profile.name, profile.contact) == ("", "")
    assert profile.notes == f"Witness: {NAME} · {CONTACT}"


def test_who_allows_nothing_still_gets_a_record(house: House) -> None:
    requested(house)
    person = opening(house, None).open(A, ADVOCATE, REPORT, KEY)
    assert (person.report_reference, person.language) == (REPORT, "fr")


def test_with_intake_down_the_request_stays(house: House) -> None:
    requested(house)
    with pytest.raises(ConcordError) as refused:
        opening(house, None, down=True).open(A, ADVOCATE, REPORT, KEY)
    assert refused.value.code == "peer_unavailable"
    assert len(house.do(A, house.rooms.persons.handovers)) == 1


def test_another_agencys_request_is_not_there(house: House) -> None:
    requested(house)
    with pytest.raises(ConcordError) as refused:
        opening(house, None).open("unfpa", replace(ADVOCATE, agency="unfpa"), REPORT, KEY)
    assert refused.value.code == "not_found"


def test_a_reporters_refusal_takes_back_what_rests_on_it(house: House) -> None:
    requested(house)
    person = opening(house, content("victim")).open(A, ADVOCATE, REPORT, KEY)
    consent = house.consent(person, given=today(), best_interest="She needs a doctor.")
    referral = house.referral(person, shown=("name", "contact", "safe_times", "language", "sex", "age_category"))
    changed(house, "share_with_other_un_entity")
    after = house.do(A, lambda work: house.rooms.consents.get(work, consent.reference))
    assert (after.state, after.withdrawn_by) == ("withdrawn", "reporter")
    assert house.do(A, lambda work: house.rooms.owner.get(work, referral.reference)).status is Status.REVOKED
    changed(house, "share_with_other_un_entity", "given")
    again = house.do(A, lambda work: house.rooms.consents.get(work, consent.reference))
    assert again.state == "withdrawn"


def test_a_refused_contact_leaves_the_rest(house: House) -> None:
    requested(house)
    person = opening(house, content("victim")).open(A, ADVOCATE, REPORT, KEY)
    house.consent(person, given=today(), best_interest="She needs a doctor.")
    referral = house.referral(person)
    changed(house, "contact")
    package = house.owners.open(A, "unfpa", referral.reference, "x").package
    assert (package.name, package.contact, package.safe_times) == (NAME, "", "")


def test_what_a_reporter_says_before_anybody_asks_is_kept(house: House) -> None:
    changed(house, "contact")
    requested(house)
    person = opening(house, content("victim")).open(A, ADVOCATE, REPORT, KEY)
    limits = house.do(A, lambda work: house.rooms.persons.limits(work, person))
    assert [(limit.scope, limit.state) for limit in limits] == [("contact", "withdrawn")]
