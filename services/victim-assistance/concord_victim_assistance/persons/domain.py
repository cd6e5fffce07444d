"""Rules of a person's record and of a request for help that intake hands over. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from concord_core.codes import CodeLists
from concord_core.values import Hidden
from concord_victim_assistance.values import Problems

OPEN_WITHIN = timedelta(hours=24)
"""How soon an advocate opens a request for help."""

MAX_NAME = 200
MAX_CONTACT = 500
MAX_TIMES = 300
MAX_NOTES = 10_000


@dataclass(frozen=True, repr=False)
class Profile(Hidden):
    """What an advocate records about a person. Only codes and a language are required: a name is not.

    `name`, `contact`, `safe_times` and `notes` are personal data; the rest are codes of `sex`, `age_category`,
    `un_language` and `country_iso3166_alpha3` (country may be empty).
    """

    name: str = ""
    contact: str = ""
    safe_times: str = ""
    notes: str = ""
    sex: str = "unknown"
    age_category: str = "unknown"
    language: str = "en"
    country: str = ""


@dataclass(frozen=True)
class Person:
    """A person's record without its personal data: what lists show. `version` counts changes."""

    reference: str
    sex: str
    age_category: str
    language: str
    country: str
    registered: date
    report_reference: str | None
    version: int


@dataclass(frozen=True)
class Handover:
    """A request for help that came with a report; `person_reference` is set once an advocate has opened it."""

    report_reference: str
    requested: date
    country: str
    urgent: bool
    language: str
    received: datetime
    due: datetime
    opened: datetime | None = None
    person_reference: str | None = None


@dataclass(frozen=True)
class ReporterLimit:
    """What the reporter allows now about the report behind a record: a scope, its state, since which day."""

    scope: str
    state: str
    changed: date


def checked_profile(profile: Profile, registered: date | None, codes: CodeLists) -> tuple[Profile, date]:
    """The profile as it is kept, and the day of registration; raises `invalid_request` with every problem."""
    problems = Problems(codes)
    kept = Profile(
        name=problems.text("name", profile.name, most=MAX_NAME),
        contact=problems.text("contact", profile.contact, most=MAX_CONTACT),
        safe_times=problems.text("safe_times", profile.safe_times, most=MAX_TIMES),
        notes=problems.text("notes", profile.notes, most=MAX_NOTES),
        sex=problems.code("sex", "sex", profile.sex),
        age_category=problems.code("age_category", "age_category", profile.age_category),
        language=problems.code("language", "un_language", profile.language),
        country=problems.code("country", "country_iso3166_alpha3", profile.country, required=False),
    )
    day = problems.past_day("registered_date", registered)
    problems.check()
    return kept, day


@dataclass(frozen=True, repr=False)
class HandedOver(Hidden):
    """What the reporter allowed: their own name and contact, the language, the age band that they ticked."""

    reporter_type: str = ""
    name: str = ""
    contact: str = ""
    safe_times: str = ""
    language: str = ""
    age_band: str = ""


def profile_of_handover(handed: HandedOver, country: str, fallback_language: str, codes: CodeLists) -> Profile:
    """The first profile out of a request for help.

    Name and contact are the person's only if the reporter is the victim; a witness's go to the notes, so that nobody is
    called by another's name. What this version does not know becomes "unknown": help does not wait for a code.
    """
    own = handed.reporter_type == "victim"
    said = [part for part in (handed.name, handed.contact, handed.safe_times) if part]
    reporter = codes.label("reporter_type", handed.reporter_type, "en") if handed.reporter_type else "Reporter"
    known = [code for code in (handed.language, fallback_language) if codes.has("un_language", code)]
    return Profile(
        name=handed.name[:MAX_NAME] if own else "",
        contact=handed.contact[:MAX_CONTACT] if own else "",
        safe_times=handed.safe_times[:MAX_TIMES] if own else "",
        notes=f"{reporter}: {' · '.join(said)}"[:MAX_NOTES] if said and not own else "",
        age_category={"under_18": "child", "18_or_over": "adult"}.get(handed.age_band, "unknown"),
        language=known[0] if known else "en",
        country=country if codes.has("country_iso3166_alpha3", country) else "",
    )


def known_needs(needs: Sequence[str], codes: CodeLists) -> tuple[str, ...]:
    """The needs ticked in the report that are services of `assistance_service`, each once, in their order."""
    return tuple(dict.fromkeys(need for need in needs if codes.has("assistance_service", need)))
