"""One query against many segments: doors, evidence, and the numbers behind each hit.

What is common is counted over all segments, and whom to compare is chosen among all: many answer as one would.

Not safe for use from two threads at once: it keeps working space between queries.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numba import njit

from concord_screening.engine import places, spread
from concord_screening.engine.analysis import Form, Part
from concord_screening.engine.arrays import Own
from concord_screening.engine.budget import Budget
from concord_screening.engine.candidate import laid_out
from concord_screening.engine.choose import Choice, chosen, everybody
from concord_screening.engine.common import Whole, in_list
from concord_screening.engine.dates import is_full
from concord_screening.engine.dates import room as day_room
from concord_screening.engine.evidence import Weighed, weigh
from concord_screening.engine.excerpt import excerpt
from concord_screening.engine.loaded import Listed, Segment
from concord_screening.engine.model import Model
from concord_screening.engine.nearby import Memory, Nearby
from concord_screening.engine.retrieve import Limits, Touched, touched_room

# However small a segment is, so many postings are read and names touched.
_SEGMENT_LEAST = 1_000


class Particulars(NamedTuple):
    """What is known of a candidate besides the name; 0 for what is not."""

    dob: int
    country: int
    gender: int


class Asked(NamedTuple):
    """A candidate as the loops take it: all that is compared of the name, its units as parts, how it is written."""

    own: Own
    parts: list[Part]
    channel: int
    particulars: Particulars

    @classmethod
    def of(cls, forms: Sequence[Form], dob: int = 0, country: int = 0, gender: int = 0) -> Asked:
        """A candidate whose name may be read in these ways, the usual one first."""
        return cls(*laid_out(forms), int(forms[0].channel), Particulars(dob, country, gender))


class Found(NamedTuple):
    """Who came through a door, the best first: the segment, and the person's place in it. The first were compared:
    as many as `weighed` has."""

    segment: np.ndarray
    subject: np.ndarray
    weighed: Weighed


class _Room(NamedTuple):
    """Working space of one query after another."""

    spread: spread.Spread
    touched: Touched
    days: np.ndarray
    place: np.ndarray


class _Lists(NamedTuple):
    """All segments that are asked: one of them, where the arrays of each lie, and what they are together."""

    like: Listed
    every: np.ndarray
    whole: Whole


@njit(cache=True)
def _found(
    tables, curves, people_curves, own, lists, dealt, together, ordered, limits, choice, exhaustive, asked, room
):  # fmt: skip
    """Whom the doors lead to, and how those worth comparing compare."""
    like, every = lists.like, lists.every
    counted = in_list(like, every, dealt, together, ordered, own.pairs, lists.whole, asked, room.place)
    if exhaustive:
        segment, subject, worth = everybody(like, every)
    else:
        segment, subject, worth = chosen(
            like, every, dealt, own, counted, lists.whole, limits, choice, asked, room.touched, room.days
        )
    people = excerpt(like, every, segment[:worth], subject[:worth], asked)
    return segment, subject, weigh(tables, curves, people_curves, own, people, counted, room.spread)


class Searcher:
    """Searches segments with one model."""

    def __init__(self, model: Model, budget: Budget | None = None) -> None:
        self._model = model
        self.budget = budget or Budget()
        self._room = _Room(
            spread.room(), touched_room(self.budget.touched), day_room(), np.zeros(places.NUMBERS, dtype=np.int32)
        )
        self.nearby = Nearby(model.tables, self.budget, self._room.spread)
        self._limits = Limits(
            self.budget.postings, self.budget.touched, _SEGMENT_LEAST, float(self.budget.alone_least),
            float(self.budget.least_gain),
        )  # fmt: skip
        self._lists: tuple[tuple[int, ...], _Lists] | None = None

    def search(
        self, asked: Asked, segments: Sequence[Segment], exhaustive: bool = False, at_least: int = 0,
        memory: Memory | None = None,
    ) -> Found | None:  # fmt: skip
        """The people worth comparing in all segments, compared; `at_least` so many, if the doors lead to them.

        Nothing where there is no segment: nobody is listed yet.
        """
        if not segments:
            return None
        dealt, together, ordered = self.nearby.find(asked.own, asked.parts, segments, memory)
        lists = self._put_together(segments)
        model = self._model
        segment, subject, weighed = _found(
            model.tables, model.names, model.people, asked.own, lists, dealt, together, ordered, self._limits,
            self._choice(lists.whole.size, asked.particulars.dob, at_least), exhaustive, asked.particulars, self._room,
        )  # fmt: skip
        return Found(segment, subject, Weighed(*weighed))

    def _choice(self, size: int, dob: int, at_least: int) -> Choice:
        """How many to choose from so many listed."""
        budget = self.budget
        enough = budget.enough if is_full(dob) else budget.enough_undated
        return Choice(
            max(budget.people, enough, at_least),
            max(at_least, min(enough, budget.fewest + size // budget.of_list)),
            max(
                at_least,
                min(budget.compared, budget.fewest_compared + size // budget.compared_of_list) * (1 if dob else 2),
            ),
            budget.of_day,
            float(budget.fall),
        )

    def _put_together(self, segments: Sequence[Segment]) -> _Lists:
        """These segments as the loops take them; kept until others are asked."""
        key = tuple(segment.number for segment in segments)
        if self._lists is None or self._lists[0] != key:
            countries = np.zeros(places.NUMBERS, dtype=np.int64)
            for segment in segments:
                countries[segment.countries] += segment.of_country
            whole = Whole(
                sum(segment.listing.entries for segment in segments),
                sum(segment.listing.size for segment in segments),
                countries,
                float(countries.sum()),
            )
            every = np.stack([segment.addresses for segment in segments])
            self._lists = key, _Lists(segments[0].listed, every, whole)
        return self._lists[1]
