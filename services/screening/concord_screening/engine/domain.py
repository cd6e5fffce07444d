"""What the engine is asked and what it answers.

Every type is an immutable value. None of them prints a name: `repr` of a name, subject or query shows its
size only, so that no log line or exception text can carry one by accident.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

ReasonValue = str | int | float


@dataclass(frozen=True, slots=True)
class Name:
    """One spelling of a name. `script` is a hint; the engine looks at the letters itself."""

    text: str
    script: str | None = None

    def __repr__(self) -> str:
        return f"Name({len(self.text)} characters)"


@dataclass(frozen=True, slots=True)
class Subject:
    """A listed person: all spellings, all birth dates known, in full or in part (YYYY[-MM[-DD]])."""

    subject_id: str
    names: tuple[Name, ...]
    dobs: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    gender: str | None = None

    def __repr__(self) -> str:
        return f"Subject({self.subject_id!r}, {len(self.names)} names)"


@dataclass(frozen=True, slots=True)
class Query:
    """A candidate as a recruiter typed it; several names are several spellings of one person."""

    names: tuple[Name, ...]
    dob: str | None = None
    nationality: str | None = None
    gender: str | None = None

    @classmethod
    def of(cls, name: str, dob: str | None = None, nationality: str | None = None, gender: str | None = None) -> Query:
        """A query with one spelling."""
        return cls((Name(name),), dob or None, nationality or None, gender or None)

    def __repr__(self) -> str:
        return f"Query({len(self.names)} names)"


class Zone(StrEnum):
    """How sure the engine is; what a recruiter is told follows elsewhere."""

    CLEAR = "clear"
    POSSIBLE = "possible"
    UNDECIDABLE = "undecidable"


class Reason(NamedTuple):
    """One piece of evidence, by code. `weight` is what it added to or took from the log-odds."""

    code: str
    weight: float = 0.0
    params: Mapping[str, ReasonValue] = MappingProxyType({})


class Hit(NamedTuple):
    """One listed person who may be the candidate, with the calibrated probability and its evidence."""

    subject_id: str
    score: float
    zone: Zone
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to one query: the best hits first, whatever their score.

    `candidates` are the ids retrieved before scoring. `reasons` explain the zone where no hit does, such
    as `script_unreadable`.
    """

    zone: Zone
    hits: tuple[Hit, ...]
    candidates: tuple[str, ...]
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One step of the register: a subject as it is now, or `None` when it is withdrawn."""

    subject_id: str
    subject: Subject | None

    @classmethod
    def upsert(cls, subject: Subject) -> Change:
        """The subject is listed, or listed differently than before."""
        return cls(subject.subject_id, subject)

    @classmethod
    def remove(cls, subject_id: str) -> Change:
        """The subject is listed no more."""
        return cls(subject_id, None)


class ModelError(Exception):
    """A file of the model that comes with the package is missing or altered: without it names would be missed."""

    def __init__(self, file: str) -> None:
        super().__init__(f"{file} of the matching engine's model is missing or altered: install the package anew")


class SegmentError(Exception):
    """A segment file is truncated, altered or of another version; the caller rebuilds from the register."""
