"""The list that training and judging search: the people of the data among made-up ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from concord_screening.engine.domain import Subject
from concord_screening.engine.training import data
from concord_screening.engine.training.synthetic import Parts, people

# Names without a country are dealt out to this many unnamed ones.
_NOWHERE = 8


def parts(folder: Path) -> Parts:
    """Name parts of the data by country, with their spellings in other scripts."""
    found = Parts()
    for subject in data.subjects(folder):
        if subject.names[0].text.isascii() or subject.names[0].text[0] < "\u0250":
            found.learn(subject.countries[0] if subject.countries else "", subject.names[0].text)
    for language in ("hebrew", "korean"):
        rows = []
        for number, (latin, other) in enumerate(data.full_names(folder, language)):
            if number % 3 == 0:
                found.learn(f"nowhere {number // 3 % _NOWHERE}", latin)
            left, right = latin.split(), other.split()
            if len(left) == len(right):
                rows += list(zip(left, right, strict=True))
        found.spelled(language, rows)
    for language in data.TOKEN_FILES:
        rows = []
        for part in ("train", "dev"):
            for latin, other, count in data.tokens(folder, language, part):
                rows.append((latin, other))
                if len(latin) > 3:
                    found.rare[latin] += count
        found.spelled(language, rows)
    return found


def population(folder: Path, count: int, seed: int) -> Iterator[Subject]:
    """All people of the data, then made-up ones until there are `count`."""
    real = data.subjects(folder)
    yield from real
    yield from people(parts(folder), max(0, count - len(real)), seed)
