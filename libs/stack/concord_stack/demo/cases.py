"""Draws invented cases by seed: plausible courses over the last three years, nobody real, no story told.

Shares follow what the published tables of the United Nations show in general (most allegations concern few kinds of
personnel, about a third substantiated), not any agency's own figures.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

AGENCIES = ("unicef", "unhcr", "unfpa", "wfp", "iom", "undp", "who", "un")
_COUNTRIES = ("HTI", "COD", "SSD", "CAF", "MLI", "BGD", "LBN", "COL", "UKR", "AFG")
_CHANNELS = ("online_form", "hotline", "email", "in_person", "community_mechanism", "complaint_box")
_PERSONNEL = (
    "un_staff_international",
    "un_staff_national",
    "un_volunteer",
    "consultant_contractor",
    "implementing_partner",
)
_NATURES = ("sexual_assault", "transactional_sex", "exploitative_relationship", "solicitation", "unknown")
_INVESTIGATORS = ("oios", "entity_investigation_office")
_OUTCOMES = (("substantiated", "unsubstantiated", "inconclusive"), (34, 45, 21))
_CHILD_EVERY = 25  # with eight agencies, two hundred cases give each of them one
_SANCTIONS = ("dismissal", "separation", "contract_terminated", "demotion")


@dataclass(frozen=True)
class Act:
    """One act on a case: the last part of its address, the desk that does it, and its body."""

    name: str
    desk: str
    body: dict[str, Any]


@dataclass(frozen=True)
class DrawnCase:
    """One invented case: who owns it, its report, and the acts that follow."""

    agency: str
    report: dict[str, Any]
    acts: tuple[Act, ...] = field(default_factory=tuple)


def draw_cases(seed: int, today: date, count: int = 200) -> Iterator[DrawnCase]:
    """Draws `count` cases; the same seed and day give the same cases."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, nothing secret
    for number in range(count):
        agency = AGENCIES[number % len(AGENCIES)]
        if number % _CHILD_EVERY == _CHILD_EVERY - 1:
            yield DrawnCase(agency, _child_report(chance, today))
            continue
        received = today - timedelta(days=chance.randrange(5, 3 * 365))
        concern = "sh" if chance.random() < 0.25 else "sea"
        report = _report(chance, received, concern)
        yield DrawnCase(agency, report, tuple(_course(chance, received, today, concern)))


def _child_report(chance: random.Random, today: date) -> dict[str, Any]:
    """Arrived today, with a way to be reached: whoever opens the list of work sees the call that is promised."""
    words = {"narrative": "Invented for the demonstration. It tells of nobody.", "safe_contact": "+000 0000"}
    return {**_report(chance, today, "sea"), "reporter_type": "victim", "age_band": "under_18", "words": words}


def _report(chance: random.Random, received: date, concern: str) -> dict[str, Any]:
    body = {
        "received_date": received.isoformat(),
        "channel": chance.choice(_CHANNELS),
        "concern": concern,
        "language": chance.choice(("en", "fr", "es", "ar")),
        "country": chance.choice(_COUNTRIES),
        "personnel_category": chance.choice(_PERSONNEL),
        "words": {"narrative": "Invented for the demonstration. It tells of nobody."},
    }
    if concern == "sh":
        body["wish"] = "formal"
    return body


def _course(chance: random.Random, received: date, today: date, concern: str) -> Iterator[Act]:
    """Acts in their order, each some days after the last, until today or until the case rests where it is."""
    day = received

    def later(least: int, most: int) -> str | None:
        nonlocal day
        day += timedelta(days=chance.randint(least, most))
        return day.isoformat() if day <= today else None

    on = later(0, 9)
    if on is None:
        return
    yield Act("assess", "officer", {"on": on, **_assessment(chance, concern)})
    stations: tuple[tuple[str, int, int, dict[str, Any]], ...] = (
        ("report", 0, 4, {}),
        ("refer", 0, 5, {"investigating_entity": chance.choice(_INVESTIGATORS)}),
        ("start-investigation", 3, 20, {}),
        ("complete-investigation", 40, 230, {}),
        ("submit-report", 2, 25, {}),
    )
    for name, least, most, body in stations:
        on = later(least, most)
        if on is None or chance.random() < 0.06:
            return
        yield Act(name, "officer", {"on": on, **body})
    on = later(5, 60)
    if on is None:
        return
    outcome = chance.choices(*_OUTCOMES)[0]
    yield Act("propose-outcome", "officer", {"on": on, "outcome": outcome})
    if outcome != "substantiated":
        return
    yield Act("confirm-outcome", "approver", {})
    on = later(5, 90)
    if on is not None:
        yield Act("sanction", "officer", {"on": on, "sanction": chance.choice(_SANCTIONS)})


def _assessment(chance: random.Random, concern: str) -> dict[str, Any]:
    victims = [{"sex": chance.choice(("female", "female", "female", "male")), "age_category": "adult", "count": 1}]
    if concern == "sh":
        return {
            "concern": concern,
            "allegation_type": "sexual_harassment",
            "personnel_category": chance.choice(_PERSONNEL),
            "serious": False,
            "victims": victims,
        }
    if chance.random() < 0.3:
        victims[0]["age_category"] = "child"
    kind = (
        "sexual_abuse"
        if victims[0]["age_category"] == "child"
        else chance.choice(("sexual_exploitation", "sexual_abuse"))
    )
    return {
        "concern": concern,
        "allegation_type": kind,
        "allegation_nature": chance.choice(_NATURES),
        "personnel_category": chance.choice(_PERSONNEL),
        "serious": kind == "sexual_abuse" and chance.random() < 0.5,
        "victims": victims,
    }
