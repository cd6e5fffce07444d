"""Finds the listed parts that may be a part of the candidate's name, by walking a tree.

The walk is led by the same learned evidence that scores the names: at each depth it keeps the prefixes
that the part's letters explain best. Nothing is romanised into one fixed spelling on the way, which is
why names written in another script are found.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from concord_screening.engine.ahead import prefetch
from concord_screening.engine.lanes import LANES, most_of
from concord_screening.engine.lean import lean
from concord_screening.engine.spread import first_row, reckon_reach, step
from concord_screening.engine.trie import LONGEST_PART

# A prefix is given up when even so many times what it may still come to is too little: the next letter may make one
# unit with the last, and all ways to cut a spelling together come to more than the best.
_HOPE = 30.0

# The most that a row takes, places counted by eights.
_ROW = -(-(LONGEST_PART + 1) // LANES) * LANES


class Beam(NamedTuple):
    """Working space of one walk: prefixes of two lengths in turn, each with its last letter, where its children begin
    and how many they are, and where its row and its parent's lie in `rows`; `ordered` is for finding the best."""

    rows: np.ndarray
    letter: np.ndarray
    child: np.ndarray
    children: np.ndarray
    place: np.ndarray
    above: np.ndarray
    value: np.ndarray
    ordered: np.ndarray


def beam(width: int) -> Beam:
    """Working space for walks that keep `width` prefixes; made once per thread."""
    room = width * 30
    return Beam(
        np.zeros(3 * room * _ROW, dtype=np.float64),
        np.zeros((2, room), dtype=np.uint8),
        np.zeros((2, room), dtype=np.uint32),
        np.zeros((2, room), dtype=np.uint8),
        np.zeros((2, room), dtype=np.int64),
        np.zeros((2, room), dtype=np.int64),
        np.zeros(room, dtype=np.float64),
        np.zeros(room, dtype=np.float64),
    )


@lean
def _cut(value, made, width, work):
    """The last of the best `width` of the first `made` values."""
    for k in range(made):
        work[k] = value[k]
    low = 0
    high = made - 1
    while low < high:
        middle = work[(low + high) // 2]
        i = low
        j = high
        while i <= j:
            while work[i] > middle:
                i += 1
            while work[j] < middle:
                j -= 1
            if i <= j:
                work[i], work[j] = work[j], work[i]
                i += 1
                j -= 1
        if width - 1 <= j:
            high = j
        elif width - 1 >= i:
            low = i
        else:
            break
    return work[width - 1]


@lean
def _whole(tree, c, ratio, found, evidence, size):
    """Notes the spellings that end at a node; gives how many are found then."""
    value = np.log(ratio)
    for e in range(tree.end[c], tree.end[c + 1]):
        if size < found.shape[0]:
            found[size] = tree.ends[e]
            evidence[size] = value
            size += 1
    return size


@lean
def _best(made, width, least, work, later):
    """Keeps those that have at least so much, the best `width` of them; gives how many."""
    cut = least
    if made > width:
        cut = max(cut, _cut(work.value, made, width, work.ordered))
    kept = 0
    for m in range(made):
        if work.value[m] >= cut and kept < width:
            work.letter[later, kept] = work.letter[later, m]
            work.child[later, kept] = work.child[later, m]
            work.children[later, kept] = work.children[later, m]
            work.place[later, kept] = work.place[later, m]
            work.above[later, kept] = work.above[later, m]
            kept += 1
    return kept


@lean
def walk(  # noqa: PLR0915 - one compiled loop
    units, row, tree, root, n, width, fall, least, spread, work, found, evidence, size
):
    """Adds spellings of one listed channel that may be the spelling laid out, with their evidence.

    `root` is that channel's. `least` is the smallest ratio that counts; a prefix is given up that has less than the
    share `fall` of the best of its length, or that the rest of the spelling cannot bring up to `least`. Gives the new
    number of found spellings.
    """
    reckon_reach(units, row, n, spread)
    # Rows lie one behind the other, each as long as this spelling needs: they stay in the cache. Those of three lengths
    # take turns, as units of two letters start from the row before a prefix's own.
    wide = (n // LANES + 1) * LANES
    room = work.value.shape[0]
    rows, value = work.rows, work.value
    first_row(spread, n, rows, 0)
    now, later = 0, 1
    work.letter[now, 0] = 0
    work.child[now, 0] = tree.child[root]
    work.children[now, 0] = tree.children[root]
    work.place[now, 0] = 0
    work.above[now, 0] = 0
    held = 1
    depth = 0
    while held > 0 and depth < LONGEST_PART - 1:
        for k in range(held):
            first = np.int64(work.child[now, k])
            prefetch(tree.letter, first)
            prefetch(tree.children, first)
            prefetch(tree.end, first)
            prefetch(tree.child, first)
        made = 0
        top = 0.0
        free = (depth + 1) % 3 * room * wide
        until = free + room * wide
        for k in range(held):
            first = np.int64(work.child[now, k])
            mine = work.place[now, k]
            # All children are reckoned before any is looked at: what a look waits for has then been done.
            count = min(np.int64(work.children[now, k]), (until - free) // wide, room - made)
            for x in range(count):
                out = free + x * wide
                value[made + x] = step(
                    units, row, spread, n, tree.letter[first + x], work.letter[now, k], rows, mine,
                    work.above[now, k], out,
                )  # fmt: skip
            begin, reckoned = free, made
            for x in range(count):
                c = first + x
                out = begin + x * wide
                best = value[reckoned + x]
                whole = rows[out + n]
                if whole >= least and tree.end[c + 1] > tree.end[c]:
                    size = _whole(tree, c, whole, found, evidence, size)
                if tree.children[c] == 0 or best < top * fall:
                    continue
                hope = 0.0
                for base in range(0, n + 1, LANES):
                    hope = max(hope, most_of(rows, out + base, spread.reach, base))
                if hope * _HOPE < least:
                    continue
                work.letter[later, made] = tree.letter[c]
                work.child[later, made] = tree.child[c]
                work.children[later, made] = tree.children[c]
                work.place[later, made] = out
                work.above[later, made] = mine
                value[made] = best
                top = max(top, best)
                made += 1
                free = out + wide
        held = _best(made, width, top * fall, work, later)
        now, later = later, now
        depth += 1
    return size
