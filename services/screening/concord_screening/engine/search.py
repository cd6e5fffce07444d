"""One query against one list of segments: doors, evidence, and the numbers behind each hit.

Not safe for use from two threads at once: it keeps working space between queries.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

import numpy as np

from concord_screening.engine import common, spread, trie
from concord_screening.engine.analysis import Form, Part
from concord_screening.engine.arrays import Names, Own
from concord_screening.engine.candidate import laid_out
from concord_screening.engine.common import InList
from concord_screening.engine.dates import DateRelation, is_full
from concord_screening.engine.dates import room as day_room
from concord_screening.engine.evidence import Weighed, look, weigh
from concord_screening.engine.listing import Listing
from concord_screening.engine.model import Model
from concord_screening.engine.retrieve import DATE_BONUS, Limits, Near, Scratch, scratch, similar, touched_room


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a query may spend: prefixes kept in a walk, postings read, names touched, people chosen.

    `enough` people are always chosen (`enough_undated` where no full date helps), more while they fall no more than
    `fall` below the best, and `of_day` more of those born on the very day. The first `compared` of them are compared
    (twice as many where no date helps), and all of those born on the day.
    """

    prefixes: int = 80
    prefix_fall: float = 2e-3
    postings: int = 100_000
    touched: int = 25_000
    people: int = 400
    enough: int = 100
    enough_undated: int = 700
    of_day: int = 120
    compared: int = 60
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


class _Particulars(NamedTuple):
    dob: int
    country: int
    gender: int


@dataclass(frozen=True, slots=True)
class Found:
    """People of one segment with the evidence for each.

    `candidates` are all who came through a door; `subjects` those of them who were compared.
    """

    segment: int
    candidates: np.ndarray
    subjects: np.ndarray
    weighed: Weighed


_REMEMBERED_MOST = 20_000
# In a short list fewer are worth comparing: so many, and one of each so many listed.
_FEWEST, _OF_LIST = 40, 100
_FEWEST_COMPARED, _COMPARED_OF_LIST = 20, 250
_FOUND_MOST = 20_000
_UNITS_MOST = 256
_numbers = count()

_Columns = tuple[np.ndarray, np.ndarray, np.ndarray]


class Searcher:
    """Searches segments with one model."""

    def __init__(self, model: Model, budget: Budget | None = None) -> None:
        self._model = model
        self.budget = budget or Budget()
        self._spread = spread.room()
        self._beam = trie.beam(self.budget.prefixes)
        self._found = np.zeros(_FOUND_MOST, dtype=np.uint32)
        self._evidence = np.zeros(_FOUND_MOST, dtype=np.float64)
        self._days = day_room()
        self._touched = touched_room(self.budget.touched)
        self._samples = np.zeros(_UNITS_MOST * common.BEARERS, dtype=np.uint16)
        self._place = np.zeros(common.COUNTRY_NUMBERS, dtype=np.int32)
        self._countries: tuple[tuple[int, ...], np.ndarray] = ((), np.zeros(0, dtype=np.int64))
        self._remembered: OrderedDict[tuple[int, Part, bool], _Columns] | None = None

    def search(self, asked: Asked, segments: Sequence[Segment], exhaustive: bool = False) -> list[Found]:
        """The people worth comparing in each segment, compared."""
        if not segments:
            return []  # nobody is listed yet
        own, parts = laid_out(asked.forms)
        near = [self._near(own, parts, segment) for segment in segments]
        particulars = _Particulars(asked.dob, asked.country, asked.gender)
        in_list = self._in_list(particulars, near, segments)
        found = []
        for number, segment in enumerate(segments):
            listing = segment.listing
            if exhaustive:
                candidates = np.flatnonzero(segment.alive).astype(np.uint32)
                worth = len(candidates)
                weighed = weigh(
                    self._model.tables, self._model.names, self._model.people, own, segment.names, listing.people,
                    in_list, candidates, particulars, segment.scratch.row_of, self._spread,
                )  # fmt: skip
            else:
                candidates, worth, weighed = look(
                    self._model.tables, self._model.names, self._model.people, own, segment.names, listing.people,
                    listing.doors, segment.alive, near[number], in_list, self._limits(segment, asked), particulars,
                    segment.scratch, self._touched, DATE_BONUS, self._days, self._spread,
                )  # fmt: skip
            found.append(Found(number, candidates, candidates[:worth], weighed))
        return found

    def _limits(self, segment: Segment, asked: Asked) -> Limits:
        budget, size = self.budget, segment.listing.size
        enough = budget.enough if is_full(asked.dob) else budget.enough_undated
        return Limits(
            budget.postings,
            budget.touched,
            max(budget.people, enough),
            min(enough, _FEWEST + size // _OF_LIST),
            min(budget.compared, _FEWEST_COMPARED + size // _COMPARED_OF_LIST) * (1 if asked.dob else 2),
            budget.of_day,
            float(budget.fall),
        )

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
        known = self._remembered
        if known is None:
            return self._similar(own, np.arange(own.pairs), segment)
        keys = [(segment.number, part, unit < own.singles) for unit, part in enumerate(parts)]
        new = [unit for unit, key in enumerate(keys) if key not in known]
        if new:
            found = self._similar(own, np.array(new), segment)
            for at, unit in enumerate(new):
                low, high = found.first[at], found.first[at + 1]
                known[keys[unit]] = found.part[low:high], found.value[low:high], found.bearers[low:high]
        columns = [known[key] for key in keys]
        for key in keys:
            known.move_to_end(key)
        while len(known) > _REMEMBERED_MOST:
            known.popitem(last=False)
        return _near_of(columns)

    def _similar(self, own: Own, units: np.ndarray, segment: Segment) -> Near:
        found: Near = similar(
            self._model.tables, segment.listing.tree, segment.listing.doors.post_first, own.words, units, own.singles,
            self.budget.prefixes, self.budget.prefix_fall, self.budget.per_letter, self._spread, self._beam,
            segment.scratch.best_part, self._found, self._evidence,
        )  # fmt: skip
        return found

    def _in_list(self, asked: _Particulars, near: list[Near], segments: Sequence[Segment]) -> InList:
        dates = np.zeros(len(DateRelation))
        firsts, samples = [], []
        for own, segment in zip(near, segments, strict=True):
            first = np.zeros(len(own.first), dtype=np.int64)
            size = common.survey(
                segment.listing.doors, segment.listing.people, own, asked.dob, self._samples, first, dates
            )
            firsts.append(first)
            samples.append(self._samples[:size] if len(segments) == 1 else self._samples[:size].copy())
        together, sample, first = near[0], samples[0], firsts[0]
        if len(near) > 1:
            units = range(len(first) - 1)
            together = _near_of([_columns(near, unit) for unit in units])
            sample = np.concatenate([s[f[u] : f[u + 1]] for u in units for s, f in zip(samples, firsts, strict=True)])
            first = np.sum(firsts, axis=0)
        counted: InList = common.in_list(
            together, len(near) == 1, sum(segment.listing.entries for segment in segments),
            sum(segment.listing.size for segment in segments), self._countries_in(segments), sample, first,
            asked.country, dates, self._place,
        )  # fmt: skip
        return counted

    def _countries_in(self, segments: Sequence[Segment]) -> np.ndarray:
        """How many listed people are of each country."""
        if len(segments) == 1:
            return segments[0].countries
        key = tuple(segment.number for segment in segments)
        if self._countries[0] != key:
            self._countries = key, np.sum([segment.countries for segment in segments], axis=0)
        return self._countries[1]


def _columns(near: list[Near], unit: int) -> _Columns:
    """One unit's near parts of all segments."""
    ranges = [slice(own.first[unit], own.first[unit + 1]) for own in near]
    part, value, count = (
        np.concatenate([column[own] for column, own in zip(columns, ranges, strict=True)])
        for columns in ([n.part for n in near], [n.value for n in near], [n.bearers for n in near])
    )
    return part, value, count


def _near_of(columns: list[_Columns]) -> Near:
    """Near parts of several units."""
    first = np.cumsum([0, *(len(part) for part, _, _ in columns)])
    part, value, count = (np.concatenate(column) for column in zip(*columns, strict=True))
    return Near(first, part, value, count)
