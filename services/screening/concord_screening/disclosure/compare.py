"""Candidate and listed person side by side, field by field: agrees, differs or unknown, and why. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from concord_core.web.marks import msgid
from concord_screening.disclosure.domain import Asked
from concord_screening.register.domain import Person

AGREES, DIFFERS, UNKNOWN = "agrees", "differs", "unknown"


@dataclass(frozen=True, slots=True)
class Row:
    """One field. `candidate` and `listed` are lines; `evidence` are the engine's codes about this field."""

    field: str
    candidate: tuple[str, ...]
    listed: tuple[str, ...]
    state: str
    evidence: tuple[str, ...]


def rows(asked: Asked, person: Person) -> list[Row]:
    """Names first, then birth date, sex and nationality. Codes of sex and country are still codes."""
    codes = [one.code for one in asked.evidence]
    birth = (asked.birth_date,) if asked.birth_date else ()
    nationality = (asked.nationality,) if asked.nationality else ()
    return [
        Row(
            msgid("Names"),
            asked.names,
            tuple(name.text for name in person.names),
            DIFFERS if "name_differs" in codes else AGREES,
            _about(codes, "name", "other", "rare", "script"),
        ),
        Row(
            msgid("Birth date"),
            birth,
            person.birth_dates,
            _dates(asked.birth_date, person.birth_dates),
            _about(codes, "date"),
        ),
        Row(msgid("Sex"), (asked.sex,), (person.sex,), _sexes(asked.sex, person.sex), _about(codes, "gender")),
        Row(
            msgid("Nationality"),
            nationality,
            person.nationalities,
            _nationalities(asked.nationality, person.nationalities),
            _about(codes, "country"),
        ),
    ]


def _about(codes: Sequence[str], *subjects: str) -> tuple[str, ...]:
    return tuple(code for code in codes if code.split("_")[0] in subjects)


def _dates(candidate: str, listed: Sequence[str]) -> str:
    if not candidate or not listed:
        return UNKNOWN
    if candidate in listed:
        return AGREES
    partly = any(one.startswith(candidate) or candidate.startswith(one) for one in listed)
    return UNKNOWN if partly else DIFFERS


def _sexes(candidate: str, listed: str) -> str:
    if "unknown" in (candidate, listed):
        return UNKNOWN
    return AGREES if candidate == listed else DIFFERS


def _nationalities(candidate: str, listed: Sequence[str]) -> str:
    if not candidate or not listed:
        return UNKNOWN
    return AGREES if candidate in listed else DIFFERS
