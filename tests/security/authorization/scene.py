"""Makes records of the owner's on the running stack, each in the state in which an act on it would be taken."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, partial
from typing import Any

from concord_stack.embedded import EmbeddedStack
from concord_stack.walk.people import Person, until
from concord_stack.walk.steps.checks import check_body
from concord_stack.walk.steps.referral import consent_body
from concord_stack.walk.steps.register import listing_body
from concord_stack.walk.steps.reports import report_body
from concord_stack.walk.walk import World
from tests.security.authorization.sessions import Sessions
from tests.security.authorization.targets import OWNER, Target

INTAKE, SCREENING, ASSISTANCE = "/api/intake", "/api/screening", "/api/assistance"
ASKER, HELPER = "unhcr", "unfpa"
_RECEIVED_DAYS = 200

Make = Callable[["Scene"], Target]
"""Makes what an act is done to."""


def day(after: int = 0) -> str:
    """A day, counted from the one on which the scene's cases were received."""
    return (datetime.now(UTC).date() + timedelta(days=after - _RECEIVED_DAYS)).isoformat()


ACTS: dict[str, dict[str, Any] | None] = {
    "assess": {
        "on": day(3),
        "concern": "sea",
        "allegation_type": "sexual_exploitation",
        "allegation_nature": "transactional_sex",
        "personnel_category": "military_contingent",
        "contributing_country": "URY",
        "serious": False,
    },
    "report": {"on": day(5)},
    "refer": {"on": day(7), "investigating_entity": "oios"},
    "notify-country": {"on": day(8)},
    "record-country-answer": {"on": day(9), "appoints": True},
    "start-investigation": {"on": day(12)},
    "complete-investigation": {"on": day(120)},
    "submit-report": {"on": day(130)},
    "propose-outcome": {"on": day(140), "outcome": "substantiated"},
    "confirm-outcome": None,
    "sanction": {"on": day(150), "sanction": "dismissal"},
}
"""A case's way from beginning to end: each act with its body; an answer to a proposal needs none."""
CLOSURE: dict[str, dict[str, Any] | None] = {
    "propose-closure": {"on": day(160), "reason": "insufficient_information"},
    "confirm-closure": None,
}
SECOND = ("confirm-outcome", "refuse-outcome", "confirm-closure", "refuse-closure")


class Scene:
    """The people of the stack and what they make. Safe for threads."""

    def __init__(self, world: World, stack: EmbeddedStack) -> None:
        self.world = world
        self.stack = stack
        self.sessions = Sessions(stack)
        self._numbers = itertools.count()
        self._mark = uuid.uuid4().hex[:6]

    def person(self, desk: str, agency: str = OWNER) -> Person:
        return self.world.person(f"{agency}-{desk}")

    def name(self) -> tuple[str, str]:
        """A name and a birth date that nobody has had here."""
        number = next(self._numbers)
        word = "".join(chr(ord("a") + int(digit, 16)) for digit in f"{self._mark}{number:03x}")
        return f"Quirin {word.capitalize()}", (date(1960, 1, 1) + timedelta(days=7 * number)).isoformat()

    # --- intake ---------------------------------------------------------------------------------------------------

    def report(self, **more: Any) -> dict[str, Any]:
        """A report by REST and the case that it opens."""
        body = report_body(day()) | more
        made: dict[str, Any] = self.person("focal").post(f"{INTAKE}/reports", body)
        return made

    def case_of(self, reference: str) -> dict[str, Any]:
        """A case as its officer sees it."""
        seen: dict[str, Any] = self.person("officer").get(f"{INTAKE}/cases/{reference}")
        return seen

    def case(self, *acts: str) -> Target:
        """A case after these acts."""
        reference = str(self.report()["case_reference"])
        version = self.case_of(reference)["version"]
        for act in acts:
            desk = "approver" if act in SECOND else "officer"
            body = (ACTS | CLOSURE)[act]
            version = self.person(desk).post(f"{INTAKE}/cases/{reference}/{act}", body, version=version)["version"]
        look = partial(self.case_of, reference)
        return Target({"reference": reference}, version, look=look)

    def case_before(self, act: str) -> Target:
        """A case on which the act is the next one."""
        twin = {"refuse-outcome": "confirm-outcome", "refuse-closure": "confirm-closure"}.get(act, act)
        if twin in CLOSURE:
            return self.case("assess", *itertools.takewhile(lambda one: one != twin, CLOSURE))
        return self.case(*itertools.takewhile(lambda one: one != twin, ACTS))

    def running(self) -> Target:
        """A case with a clock that runs."""
        target = self.case()
        clock = next(c["clock"] for c in target.look()["clocks"] if c["stopped"] is None and c["cancelled"] is None)
        return replace(target, fixed={"clock": clock})

    def paused(self) -> Target:
        """A case with a clock that stands still."""
        target = self.running()
        path = target.path(f"{INTAKE}/cases/{{reference}}/clocks/{{clock}}/pause")
        body = {"on": day(1), "reason": "awaiting_victim", "holder": "investigating_body"}
        seen = self.person("officer").post(path, body, version=target.version)
        return replace(target, version=seen["version"])

    def child(self) -> dict[str, Any]:
        """The report of a child who wants help and a call, which came yesterday: the call was promised last night."""
        words = {"narrative": "Invented for a test.", "safe_contact": "+000 0000"}
        yesterday = day(_RECEIVED_DAYS - 1)
        return self.report(received_date=yesterday, age_band="under_18", help_wanted=True, words=words)

    def call(self) -> Target:
        """A call that a child waits for."""
        case = str(self.child()["case_reference"])
        look = partial(self.person("officer").get, f"{INTAKE}/cases/{case}/call-backs")
        return Target({"reference": case}, fixed={"number": "1"}, look=look)

    def told(self) -> Target:
        """A report."""
        reference = str(self.report()["report_reference"])
        return Target({"reference": reference})

    # --- screening ------------------------------------------------------------------------------------------------

    def listing_of(self, reference: str) -> dict[str, Any]:
        seen: dict[str, Any] = self.person("officer").get(f"{SCREENING}/listings/{reference}")
        return seen

    @cached_property
    def a_case(self) -> str:
        """The case on which listings rest."""
        return self.case().names["reference"]

    def entry(self) -> dict[str, Any]:
        """The body of a new listing."""
        name, born = self.name()
        return listing_body(name, born, self.a_case)

    def _listing(self, seen: dict[str, Any]) -> Target:
        reference = str(seen["reference"])
        return Target({"reference": reference}, seen["version"], look=partial(self.listing_of, reference))

    def draft(self) -> Target:
        """A listing that waits for a second person."""
        return self._listing(self.person("officer").post(f"{SCREENING}/listings", self.entry()))

    def active(self, body: dict[str, Any] | None = None) -> Target:
        """A listing in force."""
        made = self._listing(self.person("officer").post(f"{SCREENING}/listings", body or self.entry()))
        path = made.path(f"{SCREENING}/listings/{{reference}}/approval")
        return self._listing(self.person("approver").post(path, version=made.version))

    def corrected(self) -> Target:
        """A listing with a correction that waits for a second person."""
        made = self.active()
        path = made.path(f"{SCREENING}/listings/{{reference}}/correction")
        return self._listing(self.person("officer").post(path, self.entry(), version=made.version))

    def check(self, agency: str = OWNER, name: str = "", born: str = "1971-02-03") -> Target:
        """A check."""
        body = check_body(name or self.name()[0], born)
        made = self.person("recruiter", agency).post(f"{SCREENING}/checks", body)
        return Target({"reference": str(made["reference"])}, owner=agency)

    def review(self) -> Target:
        """A review of the owner's listing, opened by another agency's check; its ticket is in `shown`."""
        body = self.entry()
        listing = self.active(body).names["reference"]
        check = self.check(ASKER, body["names"][0]["text"], body["birth_dates"][0])
        officer = self.person("disclosure")
        reviews = officer.get(f"{SCREENING}/reviews")["items"]
        (found,) = [one for one in reviews if one["listing"] == listing]
        look = partial(officer.get, f"{SCREENING}/reviews/{found['reference']}")
        names = {"reference": str(found["reference"])}
        return Target(names, found["version"], shown={"check": check.names["reference"]}, other=ASKER, look=look)

    def judged(self) -> Target:
        """A review in which the two were found to be one person."""
        made = self.review()
        path = made.path(f"{SCREENING}/reviews/{{reference}}/decision")
        body = {"same_person": True, "reason": "Invented for a test."}
        return replace(made, version=self.person("disclosure").post(path, body, version=made.version)["version"])

    # --- assistance -----------------------------------------------------------------------------------------------

    def advocate_sees(self, path: str) -> Any:
        return self.person("advocate").get(f"{ASSISTANCE}/{path}")

    def helped(self) -> Target:
        """A person who is helped."""
        body = {"name": "Personne Inventée", "contact": "+000 0000", "language": "fr", "country": "HTI"}
        made = self.person("advocate").post(f"{ASSISTANCE}/persons", body)
        reference = str(made["reference"])
        look = partial(self._person_seen, reference)
        return Target({"reference": reference}, made["version"], look=look)

    def _person_seen(self, reference: str) -> Any:
        return [self.advocate_sees(f"persons/{reference}{part}") for part in ("", "/needs", "/consents")]

    def need(self, *steps: str) -> Target:
        """A need after these steps."""
        person = self.helped().names["reference"]
        advocate = self.person("advocate")
        seen = advocate.post(f"{ASSISTANCE}/persons/{person}/needs", {"service": "medical"})
        reference = str(seen["reference"])
        for step in steps:
            seen = advocate.post(f"{ASSISTANCE}/needs/{reference}/{step}", version=seen["version"])
        look = partial(self._person_seen, person)
        return Target({"reference": reference}, seen["version"], look=look)

    def consent(self) -> Target:
        """A consent that holds."""
        person = self.helped().names["reference"]
        made = self.person("advocate").post(f"{ASSISTANCE}/persons/{person}/consents", consent_body())
        reference = str(made["reference"])
        look = partial(self.advocate_sees, f"consents/{reference}")
        return Target({"reference": reference}, made["version"], shown={"person": person}, look=look)

    def willing(self) -> Target:
        """A person who may be referred; `shown` are the fields that would travel."""
        person = self.consent().shown["person"]
        ask = {"person_reference": person, "recipient": HELPER, "service": "medical"}
        fields = self.person("advocate").post(f"{ASSISTANCE}/referrals/preview", ask)["fields"]
        look = partial(self.advocate_sees, f"persons/{person}")
        return Target({"person_reference": person}, shown={"fields": ",".join(fields)}, look=look)

    def referral(self) -> Target:
        """A referral as the agency sees it that asks."""
        person = self.willing()
        body = {
            "person_reference": person.names["person_reference"],
            "recipient": HELPER,
            "service": "medical",
            "shown_fields": person.shown["fields"].split(","),
        }
        made = self.person("advocate").post(f"{ASSISTANCE}/referrals", body)
        reference = str(made["reference"])
        look = partial(self.advocate_sees, f"referrals/{reference}")
        return Target({"reference": reference}, made["version"], other=HELPER, look=look)

    def received(self, *steps: str) -> Target:
        """A referral as the agency sees it that is asked, after these steps."""
        reference = self.referral().names["reference"]
        officer, path = self.person("referrals", HELPER), f"{ASSISTANCE}/inbox/{reference}"
        until("the offer reaching the other agency", lambda: officer.call("GET", path).status_code == 200)
        until("its service asking the owner's", lambda: officer.get(path)["check"] == "stands")
        for step in steps:
            officer.post(f"{path}/{step}", version=officer.get(path)["version"])
        look = partial(officer.get, path)
        return Target({"reference": reference}, look()["version"], owner=HELPER, other=OWNER, look=look)

    def request(self) -> Target:
        """A request for help that waits to be opened."""
        reference = str(self.child()["report_reference"])

        def look() -> Any:
            items = self.advocate_sees("handovers")["items"]
            return [item for item in items if item["report_reference"] == reference]

        until("the request reaching assistance", look)
        return Target({"report_reference": reference}, look=look)
