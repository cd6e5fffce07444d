"""One query against one list of segments: doors, evidence, and the numbers behind each hit.

Not safe for use from two threads at once: it keeps working space between queries.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from concord_screening.engine import align, trie
from concord_screening.engine.analysis import Form, Part
from concord_screening.engine.dates import room as day_room
from concord_screening.engine.evidence import score_people
from concord_screening.engine.lexicon import Lexicon
from concord_screening.engine.listing import Listing
from concord_screening.engine.model import Model
from concord_screening.engine.retrieve import DATE_BONUS, Scratch, choose, collect, scratch, similar

N_OUT = 6


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a query may spend: prefixes kept in a walk, postings read, people found and compared."""

    prefixes: int = 200
    postings: int = 150_000
    people: int = 280
    compared: int = 100
    per_letter: float = 0.55


@dataclass(slots=True)
class Segment:
    """A listing with its living people and the working space to search it."""

    listing: Listing
    alive: np.ndarray
    scratch: Scratch

    @classmethod
    def of(cls, listing: Listing) -> Segment:
        """All people of the listing, alive."""
        return cls(
            listing, np.ones(listing.size, dtype=np.bool_), scratch(listing.entries, len(listing.words.first) - 1)
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """A candidate as the loops take it."""

    forms: tuple[Form, ...]
    dob: int = 0
    country: int = 0
    gender: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """People of one segment with the evidence for each."""

    segment: int
    candidates: np.ndarray
    subjects: np.ndarray
    evidence: np.ndarray
    features: np.ndarray
    entries: np.ndarray


def _joined(form: Form) -> list[Part]:
    """Neighbouring parts written as one word, as the other side may have written them."""
    out = []
    neighbours = list(pairwise(form.parts))
    if len(form.parts) == 2:
        neighbours += [(b, a) for a, b in neighbours]  # their order as typed is not kept
    for a, b in neighbours:
        spellings = tuple(
            (c, s + t) for c, s in a.spellings for d, t in b.spellings if c == d and len(s) + len(t) <= 12
        )
        if spellings:
            out.append(Part(spellings))
    return out


class Searcher:
    """Searches segments with one model."""

    def __init__(self, model: Model, budget: Budget | None = None) -> None:
        self._model = model
        self.budget = budget or Budget()
        self._room = align.room()
        self._beam = trie.beam(self.budget.prefixes)
        self._found = np.zeros(20_000, dtype=np.uint32)
        self._evidence = np.zeros(20_000, dtype=np.float64)
        self._days = day_room()

    def search(self, asked: Asked, segments: list[Segment], exhaustive: bool = False) -> list[Found]:
        """The people worth comparing in each segment, compared."""
        if not segments:
            return []  # nobody is listed yet
        if not segments:
            return []
        lexicon = Lexicon()
        forms = [lexicon.numbers(form) for form in asked.forms]
        own_parts = len(lexicon)
        if not exhaustive:
            for form in asked.forms:
                for part in _joined(form):
                    lexicon.number(part)
        words = lexicon.words()
        near = [
            [
                similar(
                    self._model.tables, segment.listing.tree, words, p, self.budget.prefixes, self.budget.per_letter,
                    self._beam, segment.scratch.best_part, self._found, self._evidence,
                )
                for p in range(len(lexicon))
            ]
            for segment in segments
        ]  # fmt: skip
        entries = sum(segment.listing.entries for segment in segments)
        curves = [self._levels(p, near, segments, entries) for p in range(len(lexicon))]
        size_log = float(np.log(1 + sum(segment.listing.size for segment in segments)))
        flat = (
            np.concatenate([[0], np.cumsum([len(f) for f in forms])]),
            np.concatenate(forms),
            np.array([form.channel for form in asked.forms], dtype=np.int64),
            np.concatenate([[0], np.cumsum([len(levels) for levels, _ in curves[:own_parts]])]),
            np.concatenate([levels for levels, _ in curves[:own_parts]]),
            np.concatenate([chances for _, chances in curves[:own_parts]]),
        )
        found = []
        for number, segment in enumerate(segments):
            if exhaustive:
                candidates = subjects = np.flatnonzero(segment.alive).astype(np.uint32)
            else:
                candidates = self._candidates(asked, segment, near[number], curves)
                subjects = candidates[: self.budget.compared]  # they come best first
            out = np.zeros((len(subjects), N_OUT))
            details = np.zeros((len(subjects), align.N_FEATURES))
            best = np.zeros(len(subjects), dtype=np.int64)
            score_people(
                self._model.tables, self._model.names, words, *flat, size_log, segment.listing.words,
                segment.listing.people, subjects, asked.dob, asked.country, asked.gender, self._room,
                out, details, best,
            )  # fmt: skip
            found.append(Found(number, candidates, subjects, out, details, best))
        return found

    @staticmethod
    def _levels(
        p: int, near: list[list[tuple[np.ndarray, np.ndarray]]], segments: list[Segment], entries: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """How likely anybody of the whole list agrees with part p at each level of evidence, or better."""
        values = np.concatenate([own[p][1] for own in near])
        counts = np.concatenate(
            [
                segment.listing.doors.post_first[own[p][0] + 1] - segment.listing.doors.post_first[own[p][0]]
                for own, segment in zip(near, segments, strict=True)
            ]
        )
        order = np.argsort(-values, kind="stable")
        total = np.concatenate([[0.0], np.cumsum(counts[order], dtype=np.float64)])
        return values[order], np.minimum(1.0, (total + 0.5) / (entries + 1.0))

    def _candidates(
        self,
        asked: Asked,
        segment: Segment,
        near: list[tuple[np.ndarray, np.ndarray]],
        curves: list[tuple[np.ndarray, np.ndarray]],
    ) -> np.ndarray:
        doors = segment.listing.doors
        touched = 0
        for p, (parts, values) in enumerate(near):
            levels, chances = curves[p]
            touched = collect(
                doors, parts, values, levels, chances, p + 1, self.budget.postings, segment.scratch, touched
            )
        return np.asarray(
            choose(
                segment.listing.people, doors, segment.alive, asked.dob, touched, segment.scratch,
                self.budget.people, DATE_BONUS, self._days,
            )
        )  # fmt: skip
