"""Made-up lists and candidates for the benchmark, from a seed and the population that comes with the engine."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from concord_screening.engine.domain import Query, Subject
from concord_screening.engine.training.population import Maker, shipped

SEED = 11


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody to look for, and who it is if that is anybody listed."""

    query: Query
    right: str | None


def people(count: int, seed: int = SEED) -> Iterator[Subject]:
    """A list of this size."""
    return Maker(shipped(), count, seed).people()


def _mistyped(name: str, random_: random.Random) -> str:
    at = random_.randrange(len(name))
    return (
        name
        if random_.random() < 0.5
        else name[:at] + name[at + 1 :]
        if random_.random() < 0.5
        else name[:at] + name[at : at + 2][::-1] + name[at + 2 :]
    )


def _dob(dob: str, random_: random.Random) -> str | None:
    """The date as a recruiter has it: mostly right, now and then missing, the year alone or one off."""
    draw = random_.random()
    if not dob or draw < 0.1:
        return None
    if draw < 0.15:
        return dob[:4]
    if draw < 0.2:
        return f"{int(dob[:4]) + 1}{dob[4:]}"
    return dob


def candidates(listed: Sequence[Subject], count: int, seed: int = SEED) -> list[Candidate]:
    """Half are listed, under another of their names or a mistyped one; half are people of the same kind, not listed."""
    random_ = random.Random(seed)
    out = []
    strangers = list(people(count, seed + 1_000))
    for number, stranger in enumerate(strangers):
        subject = random_.choice(listed) if number % 2 else stranger
        name = _mistyped(random_.choice(subject.names).text, random_)
        query = Query.of(name, _dob(subject.dobs[0] if subject.dobs else "", random_), subject.countries[0])
        out.append(Candidate(query, subject.subject_id if number % 2 else None))
    return out
