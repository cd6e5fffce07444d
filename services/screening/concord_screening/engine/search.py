"""One query against one list of segments: doors, evidence, and the numbers behind each hit.

Not safe for use from two threads at once: it keeps working space between queries.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

import numpy as np

from concord_screening.engine import align, common, spread, trie
from concord_screening.engine.align import Names, Own
from concord_screening.engine.analysis import Form, Part
from concord_screening.engine.candidate import laid_out
from concord_screening.engine.dates import DateRelation
from concord_screening.engine.dates import room as day_room
from concord_screening.engine.evidence import N_EVIDENCE, InList, weigh
from concord_screening.engine.listing import Listing
from concord_screening.engine.model import Model
from concord_screening.engine.retrieve import (
    DATE_BONUS,
    Scratch,
    choose,
    collect,
    scratch,
    similar,
    touched_room,
)


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a query may spend: prefixes kept in a walk, postings read, names touched, people chosen.

    `enough` people are always chosen, more while they fall no more than `fall` below the best, and `of_day` more of
    those born on the very day. The first `compared` of them are compared (twice as many where no date helps), and
    all of those born on the day.
    """

    prefixes: int = 120
    prefix_fall: float = 2e-3
    postings: int = 100_000
    touched: int = 25_000
    people: int = 400
    enough: int = 200
    of_day: int = 120
    compared: int = 90
    fall: float = 12.0
    per_letter: float = 0.55


@dataclass(slots=True)
class Segment:
    """A listing with its living people and the working space to search it."""

    listing: Listing
    alive: np.ndarray
    scratch: Scratch
    names: Names
    countries: np.ndarray
    number: int

    @classmethod
    def of(cls, listing: Listing) -> Segment:
        """All people of the listing, alive."""
        people = listing.people
        return cls(
            listing,
            np.ones(listing.size, dtype=np.bool_),
            scratch(listing.entries, len(listing.words.first) - 1),
            Names(listing.words, people.entry_first, people.entry_part, people.entry_channel),
            np.bincount(people.countries, minlength=common.COUNTRY_NUMBERS),
            next(_numbers),
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
    """People of one segment with the evidence for each; the last column of the evidence is the group of scripts.

    `candidates` are all who came through a door; `subjects` those of them who were compared.
    """

    segment: int
    candidates: np.ndarray
    subjects: np.ndarray
    evidence: np.ndarray
    features: np.ndarray
    entries: np.ndarray


_REMEMBERED_MOST = 20_000
# In a short list fewer are worth comparing: so many, and one of each so many listed.
_FEWEST, _OF_LIST = 40, 100
_numbers = count()

Near = list[tuple[np.ndarray, np.ndarray]]


class Searcher:
    """Searches segments with one model."""

    def __init__(self, model: Model, budget: Budget | None = None) -> None:
        self._model = model
        self.budget = budget or Budget()
        self._spread = spread.room()
        self._beam = trie.beam(self.budget.prefixes)
        self._found = np.zeros(20_000, dtype=np.uint32)
        self._evidence = np.zeros(20_000, dtype=np.float64)
        self._days = day_room()
        self._touched = touched_room(self.budget.touched)
        self._sample = np.zeros(common.BEARERS, dtype=np.int64)
        self._remembered: OrderedDict[tuple[int, Part], tuple[np.ndarray, np.ndarray]] | None = None

    def search(self, asked: Asked, segments: Sequence[Segment], exhaustive: bool = False) -> list[Found]:
        """The people worth comparing in each segment, compared."""
        if not segments:
            return []  # nobody is listed yet
        own, parts = laid_out(asked.forms)
        near = [self._near(own, parts, segment) for segment in segments]
        in_list = self._in_list(asked, own, near, segments)
        found = []
        for number, segment in enumerate(segments):
            if exhaustive:
                candidates = subjects = np.flatnonzero(segment.alive).astype(np.uint32)
            else:
                candidates, worth = self._choose(asked, own, segment, near[number], in_list)
                subjects = candidates[:worth]
            evidence = np.zeros((len(subjects), N_EVIDENCE + 1))
            details = np.zeros((len(subjects), align.N_FEATURES))
            entries = np.zeros(len(subjects), dtype=np.int64)
            weigh(
                self._model.tables, self._model.names, own, segment.names, segment.listing.people, in_list, subjects,
                asked.dob, asked.country, asked.gender, segment.scratch.row_of, self._spread, evidence, details,
                entries,
            )  # fmt: skip
            found.append(Found(number, candidates, subjects, evidence, details, entries))
        return found

    @contextmanager
    def remembering(self) -> Iterator[None]:
        """Within, what was found for a part is kept: candidates of one batch share many."""
        self._remembered = OrderedDict()
        try:
            yield
        finally:
            self._remembered = None

    def _near(self, own: Own, parts: Sequence[Part], segment: Segment) -> Near:
        """For each unit the listed parts that may be it, with their evidence, the best first."""
        return [self._similar(own, unit, part, segment) for unit, part in enumerate(parts)]

    def _similar(self, own: Own, unit: int, part: Part, segment: Segment) -> tuple[np.ndarray, np.ndarray]:
        known = self._remembered
        key = (segment.number, part)
        if known is not None and key in known:
            known.move_to_end(key)
            return known[key]
        found: tuple[np.ndarray, np.ndarray] = similar(
            self._model.tables, segment.listing.tree, own.words, unit, self.budget.prefixes,
            self.budget.prefix_fall, self.budget.per_letter, self._spread, self._beam, segment.scratch.best_part,
            self._found, self._evidence,
        )  # fmt: skip
        if known is not None:
            known[key] = found
            if len(known) > _REMEMBERED_MOST:
                known.popitem(last=False)
        return found

    def _in_list(self, asked: Asked, own: Own, near: list[Near], segments: Sequence[Segment]) -> InList:
        entries = sum(segment.listing.entries for segment in segments)
        size = sum(segment.listing.size for segment in segments)
        first, levels, chances, samples = [0], [], [], []
        for unit in range(own.pairs):
            values = np.concatenate([of_units[unit][1] for of_units in near])
            counts = np.concatenate(
                [
                    segment.listing.doors.post_first[of_units[unit][0] + 1]
                    - segment.listing.doors.post_first[of_units[unit][0]]
                    for of_units, segment in zip(near, segments, strict=True)
                ]
            )
            order = np.argsort(-values, kind="stable")
            total = np.concatenate([[0.0], np.cumsum(counts[order], dtype=np.float64)])
            levels.append(values[order])
            chances.append(np.minimum(1.0, (total + 0.5) / (entries + 1.0)))
            first.append(first[-1] + len(values))
            samples.append(self._bearers(unit, near, segments))
        country, share, lift, likely = common.countries_of(
            samples, sum((segment.countries for segment in segments), np.zeros(1, dtype=np.int64)), asked.country
        )
        dates = np.zeros(len(DateRelation))
        for segment in segments:
            common.count_dates(segment.listing.doors.day, asked.dob, dates)
        return InList(
            np.array(first), np.concatenate(levels), np.concatenate(chances), country, share, lift,
            common.date_chances(dates, size), likely, float(np.log(1 + size)),
        )  # fmt: skip

    def _bearers(self, unit: int, near: list[Near], segments: Sequence[Segment]) -> np.ndarray:
        found = []
        for of_units, segment in zip(near, segments, strict=True):
            listing = segment.listing
            size = common.bearers(
                listing.doors.post_first, listing.doors.post_entry, listing.people.entry_subject,
                listing.people.country_first, listing.people.countries, of_units[unit][0], common.BEARERS,
                self._sample,
            )  # fmt: skip
            found.append(self._sample[:size].copy())
        return np.concatenate(found)

    def _choose(self, asked: Asked, own: Own, segment: Segment, near: Near, in_list: InList) -> tuple[np.ndarray, int]:
        doors = segment.listing.doors
        gains = []
        for unit, (_, values) in enumerate(near):
            low, high = in_list.first[unit], in_list.first[unit + 1]
            levels, chances = in_list.levels[low:high], in_list.chances[low + unit : high + unit + 1]
            rare = -np.log(chances[np.searchsorted(-levels, -values, side="right")])
            gains.append(np.minimum(rare, values).astype(np.float32))
        touched = 0
        # The rarest part first: what common parts alone would find is not worth comparing.
        for unit in sorted(range(own.pairs), key=lambda u: -float(gains[u][0]) if len(gains[u]) else 0.0):
            touched = collect(
                doors, near[unit][0], gains[unit], unit + 1, self.budget.touched, self.budget.postings,
                segment.scratch.slot, self._touched, touched,
            )  # fmt: skip
        chosen: tuple[np.ndarray, int] = choose(
            segment.listing.people, doors, segment.alive, asked.dob, segment.scratch.slot, self._touched, touched,
            self.budget.people, min(self.budget.enough, _FEWEST + segment.listing.size // _OF_LIST),
            self.budget.compared * (1 if asked.dob else 2), self.budget.of_day, self.budget.fall, DATE_BONUS,
            self._days,
        )  # fmt: skip
        return chosen
