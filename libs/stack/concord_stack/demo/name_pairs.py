"""Names that the demo walk lists in one spelling and checks in another, drawn by seed.

Promise: the same seed gives the same pairs, the parts of a name come from different rows of the extract, and no pair
is left out because it is hard: what the walk finds is what the engine finds.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

FOLDER = Path(__file__).parent / "names"
JOINTS = {"arabic": " ", "cyrillic": " ", "han": "·", "katakana": "・"}
"""Scripts of the extract, and what stands between the parts of a foreign name in each."""
_YOUNGEST, _DAYS = date(2001, 12, 31), 45 * 365


@dataclass(frozen=True, slots=True)
class NamePair:
    """One invented person: the spelling that is listed, the one that is checked, and the birth date of both."""

    listed: str
    checked: str
    birth_date: str
    script: str
    swapped: bool


@dataclass(frozen=True, slots=True)
class _Part:
    latin: str
    native: str


def _parts(script: str) -> list[_Part]:
    with (FOLDER / f"{script}.tsv").open(encoding="utf-8", newline="") as file:
        return [_Part(latin.title(), native.title()) for latin, native, _ in csv.reader(file, delimiter="\t")]


def draw(seed: int, count: int = 20) -> Iterator[NamePair]:
    """Draws `count` pairs, scripts in turn: Latin against the other script, listed in one of them by lot.

    In about half of them the checked spelling has its parts swapped.
    """
    chance = random.Random(seed)  # noqa: S311 - repeatable, nothing secret
    parts = {script: _parts(script) for script in JOINTS}
    for at in range(count):
        script = list(JOINTS)[at % len(JOINTS)]
        given, family = chance.sample(parts[script], 2)
        spellings = [(" ", given.latin, family.latin), (JOINTS[script], given.native, family.native)]
        chance.shuffle(spellings)
        swapped = chance.random() < 0.5
        listed, checked = (list(spelling) for spelling in spellings)
        if swapped:
            checked[1:] = reversed(checked[1:])
        born = _YOUNGEST - timedelta(days=chance.randrange(_DAYS))
        yield NamePair(listed[0].join(listed[1:]), checked[0].join(checked[1:]), born.isoformat(), script, swapped)
