"""How often a person is found in a list when the name that is looked for has a noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchmarks.screening.noise.parts import Noise
from concord_screening.engine.commands import Index
from concord_screening.engine.dates import ImpossibleDateError
from concord_screening.engine.domain import Query
from concord_screening.engine.training.data import Asked
from concord_screening.engine.training.population import shipped
from concord_screening.engine.training.world import population

LISTED = 25_000
MOST = 200
FEWEST = 10
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Found:
    """The share of queries whose person comes first, and is among those shown."""

    first: float
    shown: float


@dataclass(frozen=True, slots=True)
class ListFigures:
    """How many queries, and what they find without and with the noise."""

    count: int
    clean: Found
    noise: Found


def build(data: Path, folder: Path, seed: int) -> Index:
    """The list: everybody of the data, and made-up people."""
    index = Index.open(folder, background=False)
    index.load(population(data, LISTED, seed, shipped()))
    return index


def _found(index: Index, names: Sequence[str], asked: Sequence[Asked]) -> Found:
    """What these names find, with the nationality and without the birth date."""
    queries = [Query.of(name, None, one.nationality) for name, one in zip(names, asked, strict=True)]
    first = shown = 0
    for answer, one in zip(index.query_many(queries, SHOWN, candidates=False), asked, strict=True):
        ids = [] if isinstance(answer, ImpossibleDateError) else [hit.subject_id for hit in answer.hits]
        first += ids[:1] == [one.subject_id]
        shown += one.subject_id in ids
    return Found(first / len(asked), shown / len(asked))


def measured(index: Index, queries: Sequence[Asked], noise: Noise, random: Random) -> ListFigures | None:
    """Of queries that the noise applies to; None if these are too few to tell."""
    made: list[tuple[Asked, str]] = []
    for asked in random.sample(queries, len(queries)):
        if len(made) < MOST and (name := noise(asked.name, random)):
            made.append((asked, name))
    if len(made) < FEWEST:
        return None
    chosen = [asked for asked, _ in made]
    clean = _found(index, [asked.name for asked in chosen], chosen)
    return ListFigures(len(made), clean, _found(index, [name for _, name in made], chosen))
