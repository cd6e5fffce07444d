"""Reads the public name data and splits it by person, so that nobody is in two parts."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from concord_screening.engine.domain import Name, Subject

TOKEN_FILES = {"arabic": 1, "russian": 2, "chinese": 3, "japanese": 4}


PARTS = 3


def part_of(person: str) -> int:
    """A person's part of the data, fixed by the id alone."""
    return zlib.crc32(person.encode()) % PARTS


@dataclass(frozen=True, slots=True)
class Pair:
    """Two names of one or of two people."""

    kind: str
    category: str
    hardness: str
    a: str
    b: str
    id_a: str
    id_b: str
    same: bool

    @property
    def parts(self) -> frozenset[int]:
        """The parts its people belong to."""
        return frozenset((part_of(self.id_a), part_of(self.id_b)))


@dataclass(frozen=True, slots=True)
class Asked:
    """A query with its right answer."""

    query_id: str
    name: str
    script: str
    dob: str
    noise: str
    nationality: str
    subject_id: str
    category: str


def pairs(folder: Path) -> list[Pair]:
    """All name pairs."""
    with (folder / "pairs_train.csv").open(encoding="utf-8", newline="") as file:
        return [
            Pair(
                r["cls"],
                r["category"],
                r["hardness"],
                r["name_a"],
                r["name_b"],
                r["id_a"],
                r["id_b"],
                r["label"] == "1",
            )
            for r in csv.DictReader(file)
        ]


def queries(folder: Path) -> list[Asked]:
    """All queries."""
    with (folder / "queries_train.csv").open(encoding="utf-8", newline="") as file:
        return [
            Asked(
                r["query_id"], r["name"], r["script"], r["dob"], r["dob_noise"], r["nationality"], r["subject_id"],
                r["category"],
            )
            for r in csv.DictReader(file)
        ]  # fmt: skip


def subjects(folder: Path) -> list[Subject]:
    """All listed people with their spellings."""
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    with (folder / "subjects_train.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows[row["subject_id"]].append(row)
    return [
        Subject(
            person,
            tuple(Name(r["name"]) for r in own),
            tuple({r["dob"]: None for r in own if r["dob"]}),
            tuple({r["country"]: None for r in own if r["country"]}),
            own[0]["gender"] or None,
        )
        for person, own in rows.items()
    ]


def tokens(folder: Path, language: str, part: str) -> Iterator[tuple[str, str, int]]:
    """Latin word, the same in the other script, how often seen."""
    with gzip.open(folder / f"tokens_{language}_{part}.tsv.gz", "rt", encoding="utf-8") as file:
        for line in file:
            latin, other, count = line.rstrip("\n").split("\t")
            yield latin, other.replace(" ", ""), int(count)


def full_names(folder: Path, language: str) -> Iterator[tuple[str, str]]:
    """Latin full name, the same in the other script."""
    with gzip.open(folder / f"full_names_{language}.tsv.gz", "rt", encoding="utf-8") as file:
        for line in file:
            latin, other = line.rstrip("\n").split("\t")[:2]
            yield latin, other
