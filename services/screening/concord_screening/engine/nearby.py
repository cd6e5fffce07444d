"""Which listed parts may be those of a candidate's name, in all segments that are asked."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np

from concord_screening.engine import spread
from concord_screening.engine.analysis import Part
from concord_screening.engine.arrays import Own, Tables, Words
from concord_screening.engine.budget import Budget
from concord_screening.engine.forest import Forest, apart, only_asked, plant
from concord_screening.engine.lexicon import pack
from concord_screening.engine.loaded import Segment
from concord_screening.engine.retrieve import Dealt, Near, similar
from concord_screening.engine.walk import beam

_REMEMBERED_MOST = 20_000
_FOUND_MOST = 100_000
# More forests than these are planted anew as one. So few names are planted as one from the start, but not again at
# each change: that would take longer than a walk through what is new.
_FORESTS_MOST, _SHORT = 4, 50_000
_numbers = count()
_Columns = tuple[np.ndarray, np.ndarray, np.ndarray]
# What a batch has found for parts: candidates of one batch share many. It belongs to the batch.
Memory = OrderedDict[tuple[int, Part, bool], _Columns]


@dataclass(frozen=True, slots=True)
class _Grove:
    """A forest, and the segments (by their numbers) that stand in it, with how many names each has."""

    number: int
    forest: Forest
    entries: dict[int, int]
    seen: np.ndarray

    @classmethod
    def of(cls, segments: Sequence[Segment]) -> _Grove:
        forest = plant([segment.listing for segment in segments])
        entries = {segment.number: segment.listing.entries for segment in segments}
        return cls(next(_numbers), forest, entries, np.zeros(int(forest.first_part[-1]), dtype=np.uint8))

    def worth(self, asked: set[int]) -> bool:
        """Whether something of it is asked, and at least half of what stands in it."""
        own = [entries for number, entries in self.entries.items() if number in asked]
        return bool(own) and 2 * sum(own) >= sum(self.entries.values())


class Nearby:
    """Walks the forests of segments; keeps the forests it planted, and working space."""

    def __init__(self, tables: Tables, budget: Budget, spread_: spread.Spread) -> None:
        self._tables = tables
        self._budget = budget
        self._spread = spread_
        self._groves: list[_Grove] = []
        self._beam = beam(budget.prefixes)
        self._found = np.zeros(_FOUND_MOST, dtype=np.uint32)
        self._evidence = np.zeros(_FOUND_MOST, dtype=np.float64)

    def find(
        self, own: Own, parts: Sequence[Part], segments: Sequence[Segment], memory: Memory | None = None
    ) -> tuple[Dealt, Near, bool]:
        """For each unit the listed parts that may be it: by segment, the best first; and all together.

        The last tells whether those together come best first as well. A segment that is given twice raises
        `ValueError`.
        """
        place = {segment.number: at for at, segment in enumerate(segments)}
        dealt, owners, together = [], [], []
        for grove in self._planted(segments):
            found = self._near(own, parts, grove, memory)
            here = [number for number in grove.entries if number in place]
            owners += [place[number] for number in here]
            if len(grove.entries) == 1:
                dealt.append(Dealt(found.first[np.newaxis, :-1], found.first[np.newaxis, 1:], found.part, found.value))
                together.append(found)
                continue
            order = np.array([here.index(number) if number in place else -1 for number in grove.entries])
            first_part = grove.forest.first_part
            together.append(found if len(here) == len(order) else only_asked(found, first_part, order))
            dealt.append(apart(found, first_part, order, len(here)))
        if sorted(owners) != [*range(len(segments))]:  # the loops do not look whether a place is one
            raise ValueError("a list is asked twice")
        if len(together) == 1 and owners == [*range(len(segments))]:
            return dealt[0], together[0], True
        near = _near_of([_columns(together, unit) for unit in range(len(together[0].first) - 1)])
        return _one_behind_another(dealt, owners), near, len(together) == 1

    def _planted(self, segments: Sequence[Segment]) -> list[_Grove]:
        """Forests that hold all these segments: most in one, and newer ones by themselves for a while."""
        asked = {segment.number for segment in segments}
        kept = [grove for grove in self._groves if grove.worth(asked)]
        held = {number for grove in kept for number in grove.entries}
        new = [segment for segment in segments if segment.number not in held]
        short = sum(segment.listing.entries for segment in segments) <= _SHORT
        if len(kept) + len(new) > _FORESTS_MOST or (short and not kept):
            self._groves = [_Grove.of(segments)]
        else:
            self._groves = [*kept, *(_Grove.of([segment]) for segment in new)]
        return self._groves

    def look_ahead(
        self, candidates: Sequence[tuple[Own, Sequence[Part]]], segments: Sequence[Segment], memory: Memory
    ) -> None:
        """Looks for the parts of many candidates at once: each part once, and those that begin alike one after the
        other, as the same branches of a tree are then walked while they are at hand."""
        for grove in self._planted(segments):
            self._learn(candidates, grove, memory)

    def _learn(self, candidates: Sequence[tuple[Own, Sequence[Part]]], grove: _Grove, memory: Memory) -> None:
        wanted = {key for own, parts in candidates for key in _keys(own, parts, grove)}
        new = sorted((key for key in wanted if key not in memory), key=lambda key: (not key[2], key[1]))
        if not new:
            return
        singles = sum(single for _, _, single in new)
        found = self._similar(pack([part for _, part, _ in new]), np.arange(len(new)), singles, len(new), grove)
        for at, key in enumerate(new):
            low, high = found.first[at], found.first[at + 1]
            memory[key] = found.part[low:high], found.value[low:high], found.bearers[low:high]

    def _near(self, own: Own, parts: Sequence[Part], grove: _Grove, memory: Memory | None) -> Near:
        if memory is None:
            return self._similar(own.words, np.arange(own.halves), own.singles, own.pairs, grove)
        self._learn([(own, parts)], grove, memory)
        keys = _keys(own, parts, grove)
        for key in keys:
            memory.move_to_end(key)
        near = _near_of([memory[key] for key in keys])
        while len(memory) > _REMEMBERED_MOST:
            memory.popitem(last=False)
        return near

    def _similar(self, words: Words, units: np.ndarray, singles: int, pairs: int, grove: _Grove) -> Near:
        found: Near = similar(
            self._tables, grove.forest, words, units, singles, pairs, self._budget.prefixes,
            self._budget.prefix_fall, self._budget.per_letter, self._spread, self._beam, grove.seen, self._found,
            self._evidence,
        )  # fmt: skip
        return found


def _keys(own: Own, parts: Sequence[Part], grove: _Grove) -> list[tuple[int, Part, bool]]:
    """What a candidate's units are remembered by: the forest, the part, and whether it is no pair of neighbours."""
    return [(grove.number, part, not own.singles <= unit < own.pairs) for unit, part in enumerate(parts)]


def _columns(near: list[Near], unit: int) -> _Columns:
    """One unit's near parts of several forests."""
    ranges = [slice(own.first[unit], own.first[unit + 1]) for own in near]
    part, value, count = (
        np.concatenate([column[own] for column, own in zip(columns, ranges, strict=True)])
        for columns in ([n.part for n in near], [n.value for n in near], [n.bearers for n in near])
    )
    return part, value, count


def _one_behind_another(dealt: Sequence[Dealt], owners: Sequence[int]) -> Dealt:
    """What several forests dealt as one; `owners` are the places of their segments, in this order."""
    begin = np.cumsum([0, *(len(own.part) for own in dealt)])
    order = np.argsort(owners)
    low = np.concatenate([own.low + first for own, first in zip(dealt, begin, strict=False)])[order]
    high = np.concatenate([own.high + first for own, first in zip(dealt, begin, strict=False)])[order]
    return Dealt(low, high, np.concatenate([own.part for own in dealt]), np.concatenate([own.value for own in dealt]))


def _near_of(columns: list[_Columns]) -> Near:
    """Near parts of several units."""
    first = np.cumsum([0, *(len(part) for part, _, _ in columns)])
    part, value, count = (np.concatenate(column) for column in zip(*columns, strict=True))
    return Near(first, part, value, count)
