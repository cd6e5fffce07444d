"""One query against many segments: doors, evidence, and the numbers behind each hit.

What is common is counted over all segments, and whom to compare is chosen among all: many answer as one would.

Not safe for use from two threads at once: it keeps working space between queries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from concord_screening.engine import common, spread
from concord_screening.engine.analysis import Form
from concord_screening.engine.arrays import Own
from concord_screening.engine.budget import Budget
from concord_screening.engine.candidate import laid_out
from concord_screening.engine.choose import Choice, choose, led_to
from concord_screening.engine.common import InList
from concord_screening.engine.dates import DateRelation, is_full
from concord_screening.engine.dates import room as day_room
from concord_screening.engine.evidence import Weighed, weigh
from concord_screening.engine.loaded import Segment
from concord_screening.engine.model import Model
from concord_screening.engine.nearby import Nearby
from concord_screening.engine.retrieve import Limits, Near, touched_room


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


# However small a segment is, so many postings are read and names touched.
_SEGMENT_LEAST = 1_000
_UNITS_MOST = 256


class Searcher:
    """Searches segments with one model."""

    def __init__(self, model: Model, budget: Budget | None = None) -> None:
        self._model = model
        self.budget = budget or Budget()
        self._spread = spread.room()
        self.nearby = Nearby(model.tables, self.budget, self._spread)
        self._days = day_room()
        self._touched = touched_room(self.budget.touched)
        self._samples = np.zeros(_UNITS_MOST * common.BEARERS, dtype=np.uint16)
        self._place = np.zeros(common.COUNTRY_NUMBERS, dtype=np.int32)
        self._countries: tuple[tuple[int, ...], np.ndarray] = ((), np.zeros(0, dtype=np.int64))

    def search(
        self, asked: Asked, segments: Sequence[Segment], exhaustive: bool = False, at_least: int = 0
    ) -> list[Found]:
        """The people worth comparing in each segment, compared; `at_least` so many, if the doors lead to them."""
        if not segments:
            return []  # nobody is listed yet
        own, parts = laid_out(asked.forms)
        particulars = _Particulars(asked.dob, asked.country, asked.gender)
        near, together, ordered = self.nearby.find(own, parts, segments)
        in_list = self._in_list(particulars, near, together, ordered, segments)
        if exhaustive:
            chosen = [np.flatnonzero(segment.alive).astype(np.uint32) for segment in segments]
            return [self._compared(own, n, segments[n], in_list, c, len(c), particulars) for n, c in enumerate(chosen)]
        size, entries = (sum(s.listing.size for s in segments), sum(s.listing.entries for s in segments))
        choice = self._choice(size, asked, at_least)
        led = [
            led_to(
                segment.listing.people, segment.listing.doors, segment.alive, near[number], in_list,
                self._limits(segment.listing.entries / max(1, entries)), choice.people, particulars,
                segment.scratch.slot, self._touched, self._days,
            ) for number, segment in enumerate(segments)
        ]  # fmt: skip
        value, of_day = np.concatenate([one.value for one in led]), np.concatenate([one.of_day for one in led])
        places, worth = choose(value, of_day, choice)
        found, begin = [], 0
        for number, (segment, own_led) in enumerate(zip(segments, led, strict=True)):
            end = begin + len(own_led.value)
            mine = np.flatnonzero((places >= begin) & (places < end))
            candidates = own_led.subject[places[mine] - begin]
            compared = int(np.searchsorted(mine, worth))
            if len(mine):
                found.append(self._compared(own, number, segment, in_list, candidates, compared, particulars))
            begin = end
        return found

    def _compared(
        self, own: Own, number: int, segment: Segment, in_list: InList, candidates: np.ndarray, worth: int,
        particulars: _Particulars,
    ) -> Found:  # fmt: skip
        """The first `worth` of these candidates compared."""
        weighed = weigh(
            self._model.tables, self._model.names, self._model.people, own, segment.names, segment.listing.people,
            in_list, candidates[:worth], particulars, segment.scratch.row_of, self._spread,
        )  # fmt: skip
        return Found(number, candidates, candidates[:worth], weighed)

    def _choice(self, size: int, asked: Asked, at_least: int) -> Choice:
        """How many to choose from so many listed."""
        budget = self.budget
        enough = budget.enough if is_full(asked.dob) else budget.enough_undated
        return Choice(
            max(budget.people, enough, at_least),
            max(at_least, min(enough, budget.fewest + size // budget.of_list)),
            max(
                at_least,
                min(budget.compared, budget.fewest_compared + size // budget.compared_of_list)
                * (1 if asked.dob else 2),
            ),
            budget.of_day,
            float(budget.fall),
        )

    def _limits(self, share: float) -> Limits:
        """How far to go in a segment that has this share of all names."""
        return Limits(
            max(min(self.budget.postings, _SEGMENT_LEAST), int(self.budget.postings * share)),
            max(min(self.budget.touched, _SEGMENT_LEAST), int(self.budget.touched * share)),
            float(self.budget.alone_least),
            float(self.budget.least_gain),
        )

    def _in_list(
        self, asked: _Particulars, near: list[Near], together: Near, ordered: bool, segments: Sequence[Segment]
    ) -> InList:
        dates = np.zeros(len(DateRelation))
        firsts, samples = [], []
        for own, segment in zip(near, segments, strict=True):
            first = np.zeros(len(own.first), dtype=np.int64)
            size = common.survey(
                segment.listing.doors, segment.listing.people, own, asked.dob, self._samples, first, dates
            )
            firsts.append(first)
            samples.append(self._samples[:size] if len(segments) == 1 else self._samples[:size].copy())
        sample, first = samples[0], firsts[0]
        if len(near) > 1:
            units = range(len(first) - 1)
            sample = np.concatenate([s[f[u] : f[u + 1]] for u in units for s, f in zip(samples, firsts, strict=True)])
            first = np.sum(firsts, axis=0)
        counted: InList = common.in_list(
            together, ordered, sum(segment.listing.entries for segment in segments),
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
