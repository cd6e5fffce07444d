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

from concord_screening.engine.ahead import prefetch
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
# Both halves of a name typed as one word count a little less than the word itself.
_HALF = 0.45
# Totals are counted by eighths up to this many.
BINS = 400
# Memory is asked for the names of so many parts ahead, and twice as many names of one part.
_AHEAD = 4


class Near(NamedTuple):
    """By unit of the candidate, from `first[u]` on: the listed parts that may be it, the best first, and how good.

    `bearers` is how many names of the segment have the part.
    """

    first: np.ndarray
    part: np.ndarray
    value: np.ndarray
    bearers: np.ndarray


class Dealt(NamedTuple):
    """The same by segment and unit: those of unit u in segment s lie from `low[s, u]` to `high[s, u]`."""

    low: np.ndarray
    high: np.ndarray
    part: np.ndarray
    value: np.ndarray


class Touched(NamedTuple):
    """The names that a query's parts led to, numbered from 1: what their parts add up to, and by which unit last.

    `histogram` counts names by total.
    """

    entry: np.ndarray
    total: np.ndarray
    seen: np.ndarray
    histogram: np.ndarray


class Limits(NamedTuple):
    """How far a search goes: see `budget.Budget`. Of `postings` and `touched` a segment has its share, `least` at
    least."""

    postings: int
    touched: int
    least: int
    alone_least: float
    least_gain: float


def touched_room(most: int) -> Touched:
    """Working space for so many names."""
    return Touched(
        np.zeros(most + 1, dtype=np.uint32),
        np.zeros(most + 1, dtype=np.float32),
        np.zeros(most + 1, dtype=np.uint8),
        np.zeros(BINS + 1, dtype=np.int64),
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
    tables, forest, words, units, singles, pairs, width, fall, per_letter, spread, work, seen, found, evidence
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
            seldom = singles <= u < pairs or words.channel[s] == _SPELLED
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
def surprise_of(levels, surprises, value):
    """Minus the logarithm of the chance that a listed name has a part which agrees at least as well.

    `levels` fall, `surprises` fall; below the last level the chance is that of any part seen.
    """
    low = 0
    high = levels.shape[0]
    while low < high:
        middle = (low + high) // 2
        if levels[middle] >= value:
            low = middle + 1
        else:
            high = middle
    return surprises[low]


@njit(cache=True)
def gains_of(dealt, in_list):
    """What each near part adds to a name that has it."""
    gains = np.empty(dealt.part.shape[0], dtype=np.float32)
    for s in range(dealt.low.shape[0]):
        for u in range(dealt.low.shape[1]):
            at = in_list.first[u]
            high = in_list.first[u + 1]
            for k in range(dealt.low[s, u], dealt.high[s, u]):
                value = dealt.value[k]
                while at < high and in_list.levels[at] >= value:
                    at += 1
                gains[k] = min(in_list.surprises[at + u], value)
    return gains


@lean
def _ask_ahead(listed, slot, part):
    """Asks memory for the first names that have a part."""
    low = np.int64(listed.post_first[part])
    for at in range(low, min(low + 4, np.int64(listed.post_first[part + 1]))):
        prefetch(slot, np.int64(listed.post_entry[at]))


@njit(cache=True)
def collect(listed, dealt, s, own, gains, limits, share, touched):
    """Walks the postings of the near parts, the rarest unit first; gives how many names are touched.

    What common parts alone would find is not worth comparing, unless hardly anybody else is found: in a list of one
    everything is common. Of the units of one group the first counts, and halves of a name count less. `share` is the
    segment's share of all names.
    """
    units = dealt.low.shape[1]
    slot = listed.slot
    best = np.zeros(units, dtype=np.float32)
    for u in range(units):
        if dealt.high[s, u] > dealt.low[s, u]:
            best[u] = gains[dealt.low[s, u]] * (_HALF if u >= own.pairs else 1.0)
    most = max(min(limits.touched, limits.least), int(limits.touched * share))
    postings = max(min(limits.postings, limits.least), int(limits.postings * share))
    count = 0
    for u in np.argsort(-best, kind="mergesort"):
        number = own.group[u]
        counted = _HALF if u >= own.pairs else 1.0
        spent = np.int64(0)
        until = dealt.high[s, u]
        for k in range(dealt.low[s, u], until):
            gain = gains[k]
            if gain < limits.least_gain and count >= _FEW:
                break
            if k + _AHEAD < until:
                _ask_ahead(listed, slot, np.int64(dealt.part[k + _AHEAD]))
            low = np.int64(listed.post_first[dealt.part[k]])
            high = np.int64(listed.post_first[dealt.part[k] + 1])
            spent += high - low
            if spent > postings:
                break
            alone = gain >= limits.alone_least or count < most // 8
            for at in range(low, high):
                prefetch(slot, np.int64(listed.post_entry[min(at + 2 * _AHEAD, high - 1)]))
                entry = listed.post_entry[at]
                place = slot[entry]
                if place > 0:
                    if touched.seen[place] != number:
                        touched.seen[place] = number
                        touched.total[place] += gain * counted
                elif alone and count < most:
                    count += 1
                    slot[entry] = count
                    touched.entry[count] = entry
                    touched.total[count] = gain * counted
                    touched.seen[count] = number
    return count
