"""The doors: from the parts of a candidate's name to the names of one segment that have such parts.

A part's evidence is counted as surprise: how rarely anybody of the list has a part that agrees so well.
Names add up the surprise of their parts; `choose` goes on from there.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from concord_screening.engine.lean import lean
from concord_screening.engine.romanise import Channel
from concord_screening.engine.spread import lay_out, take_out
from concord_screening.engine.trie import N_CHANNELS
from concord_screening.engine.walk import walk

# Neighbours are rarely listed as one word, and a known spelling as anything but itself: walks with these keep so many
# times fewer prefixes.
NARROW = 4
_SPELLED = int(Channel.SPELLED)
_FEW = 20


class Near(NamedTuple):
    """By unit of the candidate, from `first[u]` on: the listed parts that may be it, the best first, and how good.

    `bearers` is how many names of the segment have the part.
    """

    first: np.ndarray
    part: np.ndarray
    value: np.ndarray
    bearers: np.ndarray


class Scratch(NamedTuple):
    """Working space for one segment, all zero between queries: a place per name and per part."""

    slot: np.ndarray
    row_of: np.ndarray


class Touched(NamedTuple):
    """The names that a query's parts led to."""

    entry: np.ndarray
    total: np.ndarray
    seen: np.ndarray


class Limits(NamedTuple):
    """How far a search goes in one segment; see `budget.Budget`."""

    postings: int
    touched: int
    alone_least: float
    least_gain: float


def scratch(entries: int, parts: int) -> Scratch:
    """Working space for a list of this size."""
    return Scratch(np.zeros(entries, dtype=np.int32), np.zeros(parts, dtype=np.int32))


def touched_room(most: int) -> Touched:
    """Working space for so many names."""
    return Touched(
        np.zeros(most + 1, dtype=np.uint32), np.zeros(most + 1, dtype=np.float32), np.zeros(most + 1, dtype=np.uint8)
    )


@lean
def _spelled(tables, forest, channel, spelled, width, fall, per_letter, spread, work, found, evidence, size):
    """Walks every channel's tree with one spelling."""
    n = spelled.shape[0]
    least = np.exp(max(1.0, per_letter * n))
    for listed in range(N_CHANNELS):
        row = tables.row[channel, listed]
        root = forest.tree.root[listed]
        if row < 0 or forest.tree.children[root] == 0:
            continue
        lay_out(tables.units, row, spelled, spread)
        size = walk(tables.units, row, forest.tree, root, n, width, fall, least, spread, work, found, evidence, size)
        take_out(tables.units, n, spread)
    return size


@njit(cache=True)
def similar(
    tables, forest, words, units, singles, width, fall, per_letter, spread, work, seen, found, evidence
):  # fmt: skip
    """The listed parts that may be these units of the candidate, best first, each once.

    `seen` is working space by part, all zero between queries.
    """
    first = np.zeros(units.shape[0] + 1, dtype=np.int64)
    room = 1024
    part = np.empty(room, dtype=np.uint32)
    value = np.empty(room, dtype=np.float32)
    kept = 0
    for x in range(units.shape[0]):
        u = units[x]
        size = 0
        for s in range(words.first[u], words.first[u + 1]):
            seldom = u >= singles or words.channel[s] == _SPELLED
            size = _spelled(
                tables, forest, words.channel[s], words.letters[words.begin[s] : words.begin[s + 1]],
                width // NARROW if seldom else width, fall, per_letter, spread, work, found, evidence, size,
            )  # fmt: skip
        if kept + size > room:
            room = 2 * (kept + size)
            more, more_value = np.empty(room, dtype=np.uint32), np.empty(room, dtype=np.float32)
            more[:kept] = part[:kept]
            more_value[:kept] = value[:kept]
            part, value = more, more_value
        for k in np.argsort(-evidence[:size]):
            p = forest.tree.part[found[k]]
            if seen[p] == 0:
                seen[p] = 1
                part[kept] = p
                value[kept] = evidence[k]
                kept += 1
        first[x + 1] = kept
        for k in range(first[x], kept):
            seen[part[k]] = 0
    count = np.empty(kept, dtype=np.uint32)
    for k in range(kept):
        count[k] = forest.bearers[part[k]]
    return Near(first, part[:kept].copy(), value[:kept].copy(), count)


@lean
def surprise_of(levels, chances, value):
    """Minus the logarithm of the chance that a listed name has a part which agrees at least as well.

    `levels` fall, `chances` rise; below the last level the chance is that of any part seen.
    """
    low = 0
    high = levels.shape[0]
    while low < high:
        middle = (low + high) // 2
        if levels[middle] >= value:
            low = middle + 1
        else:
            high = middle
    return -np.log(chances[low])


@njit(cache=True)
def _gains(near, first, levels, chances):
    """What each near part adds to a name that has it."""
    gains = np.empty(near.part.shape[0], dtype=np.float32)
    for u in range(near.first.shape[0] - 1):
        low = first[u]
        high = first[u + 1]
        at = low
        for k in range(near.first[u], near.first[u + 1]):
            value = near.value[k]
            while at < high and levels[at] >= value:
                at += 1
            gains[k] = min(-np.log(chances[at + u]), value)
    return gains


@njit(cache=True)
def collect(doors, near, first, levels, chances, limits, slot, touched):
    """Walks the postings of the near parts, the rarest unit first; gives how many names are touched.

    What common parts alone would find is not worth comparing, unless hardly anybody else is found: in a list of one
    everything is common.
    """
    units = near.first.shape[0] - 1
    gains = _gains(near, first, levels, chances)
    best = np.zeros(units, dtype=np.float32)
    for u in range(units):
        if near.first[u + 1] > near.first[u]:
            best[u] = gains[near.first[u]]
    most = limits.touched
    count = 0
    for number, u in enumerate(np.argsort(-best, kind="mergesort")):
        spent = 0
        for k in range(near.first[u], near.first[u + 1]):
            gain = gains[k]
            if gain < limits.least_gain and count >= _FEW:
                break
            low = doors.post_first[near.part[k]]
            high = doors.post_first[near.part[k] + 1]
            spent += high - low
            if spent > limits.postings:
                break
            alone = gain >= limits.alone_least or count < most // 8
            for at in range(low, high):
                entry = doors.post_entry[at]
                place = slot[entry]
                if place > 0:
                    if touched.seen[place] != number:
                        touched.seen[place] = number
                        touched.total[place] += gain
                elif alone and count < most:
                    count += 1
                    slot[entry] = count
                    touched.entry[count] = entry
                    touched.total[count] = gain
                    touched.seen[count] = number
    return count
