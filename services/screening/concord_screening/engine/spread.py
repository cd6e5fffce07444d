"""One spelling of the candidate's, laid out so that many listed spellings are compared with it quickly.

Most listed spellings are nothing like it. A bound (each listed letter with the best that it could find,
wherever that stands) tells that in a few steps, and the comparison proper stops once the rest cannot make
up for what is lost. The walk through the prefix tree uses the same numbers, so what is found and what is
scored agree.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from concord_screening.engine.editmodel import SYMBOLS

LETTERS = 53
LONGEST = 62
# Evidence is not counted below this.
LEAST = -12.0
# More pairs of letters than any table has units for.
PAIRS_MOST = 640
# Bounds follow the best way to cut two spellings into units; all ways together come to a little more.
SLACK = 4.0


class Spread(NamedTuple):
    """By place of the spelling's letters, from 1: the letter, where it and the one before have units, its loss.

    `both` holds units of two letters on both sides by listed pair; it is all zero where no spelling is laid out.
    `top` and `top_pair` are the best that a listed letter, or two, can find anywhere (-1: not yet looked for); `rest`
    and `over` are bounds of one comparison.
    """

    letter: np.ndarray
    pair: np.ndarray
    gap: np.ndarray
    reach: np.ndarray
    both: np.ndarray
    top: np.ndarray
    top_pair: np.ndarray
    rest: np.ndarray
    over: np.ndarray
    rows: np.ndarray


def room() -> Spread:
    """Working space; made once per thread."""
    return Spread(
        np.zeros(LONGEST + 2, dtype=np.uint8),
        np.zeros(LONGEST + 2, dtype=np.uint32),
        np.zeros(LONGEST + 2, dtype=np.float64),
        np.zeros(LONGEST + 2, dtype=np.float64),
        np.zeros((PAIRS_MOST, LONGEST + 2), dtype=np.float32),
        np.zeros(LETTERS, dtype=np.float32),
        np.zeros(PAIRS_MOST, dtype=np.float32),
        np.zeros(LONGEST + 3, dtype=np.float64),
        np.zeros(LONGEST + 3, dtype=np.float64),
        np.zeros((3, LONGEST + 2), dtype=np.float64),
    )


@njit(cache=True)
def lay_out(units, row, a, out):
    """Lays the letters `a` out."""
    n = a.shape[0]
    base = units.base[row]
    for i in range(1, n + 1):
        out.letter[i] = a[i - 1]
        out.gap[i] = units.one[row, 0, a[i - 1]]
        pair = units.pair[row, np.int64(a[i - 2]) * SYMBOLS + np.int64(a[i - 1])] if i > 1 else 0
        out.pair[i] = base + pair
        if pair > 0:
            for e in range(units.both_first[base + pair], units.both_first[base + pair + 1]):
                out.both[units.both_other[e], i] = units.both_value[e]


@njit(cache=True)
def take_out(units, n, out):
    """Clears what was laid out."""
    for i in range(2, n + 1):
        for e in range(units.both_first[out.pair[i]], units.both_first[out.pair[i] + 1]):
            out.both[units.both_other[e], i] = 0.0


@njit(cache=True)
def reckon_reach(units, row, n, out):
    """`reach[i]`: the most that the letters after place i can still bring."""
    out.reach[n] = 1.0
    for i in range(n - 1, -1, -1):
        value = units.reach[row, out.letter[i + 1]] * out.reach[i + 1]
        if i + 2 <= n:
            value = max(value, units.pair_reach[out.pair[i + 2]] * out.reach[i + 2])
        out.reach[i] = value


@njit(cache=True)
def reckon_tops(units, row, n, out):
    """The best that each listed letter can find in the spelling."""
    other = row ^ 1
    top = out.top
    top[:] = units.one[other, 0]
    for i in range(1, n + 1):
        mine = units.one[other, out.letter[i]]
        for b in range(LETTERS):
            top[b] = max(top[b], mine[b])
        if i > 1 and out.pair[i] > units.base[row]:
            mine = units.two_one[out.pair[i]]
            for b in range(LETTERS):
                top[b] = max(top[b], mine[b])
    out.top_pair[:] = -1.0


@njit(cache=True)
def _top_of_pair(units, row, n, p, out):
    """The best that two listed letters, number p, can find in the spelling."""
    mine = units.two_one[units.base[row ^ 1] + p]
    best = np.float32(0.0)
    for i in range(1, n + 1):
        best = max(best, mine[out.letter[i]], out.both[p, i])
    out.top_pair[p] = best
    return best


@njit(cache=True, inline="always")
def step(units, row, spread, n, own, last, mine, parents, out):
    """The row after one more listed letter `own` (after `last`, 0 for none): gives its greatest number."""
    one = units.one[row, own]
    lost = one[0]
    letter = spread.letter
    gap = spread.gap
    pair = spread.pair
    two_one = units.two_one
    out[0] = mine[0] * lost
    before = mine[1] * lost + out[0] * gap[1] + mine[0] * one[letter[1]]
    p = np.int64(units.pair[row ^ 1, np.int64(last) * SYMBOLS + np.int64(own)]) if last > 0 else 0
    if p > 0:
        one_two = two_one[units.base[row ^ 1] + p]
        both = spread.both[p]
        before += parents[0] * one_two[letter[1]]
        out[1] = before
        best = max(out[0], before)
        for i in range(2, n + 1):
            before = (
                mine[i] * lost
                + mine[i - 1] * one[letter[i]]
                + mine[i - 2] * two_one[pair[i], own]
                + parents[i - 1] * one_two[letter[i]]
                + parents[i - 2] * both[i]
                + before * gap[i]
            )
            out[i] = before
            best = max(best, before)
    else:
        out[1] = before
        best = max(out[0], before)
        for i in range(2, n + 1):
            before = (
                mine[i] * lost + mine[i - 1] * one[letter[i]] + mine[i - 2] * two_one[pair[i], own] + before * gap[i]
            )
            out[i] = before
            best = max(best, before)
    return best


@njit(cache=True, inline="always")
def first_row(spread, n, row):
    """The row before any listed letter."""
    row[0] = 1.0
    for i in range(1, n + 1):
        row[i] = row[i - 1] * spread.gap[i]


@njit(cache=True, inline="always")
def ratio_above(units, row, spread, n, letters, begin, end, least):
    """How much likelier one word written twice is than chance; 0 where that is (nearly surely) below `least`."""
    m = end - begin
    # What the listed letters from j on can still bring; `over` where j and the next make one unit.
    rest = spread.rest
    over = spread.over
    rest[m] = 1.0
    for j in range(m - 1, -1, -1):
        own = letters[begin + j]
        value = rest[j + 1] * spread.top[own]
        over[j] = 0.0
        if j + 1 < m:
            p = units.pair[row ^ 1, np.int64(own) * SYMBOLS + np.int64(letters[begin + j + 1])]
            if p > 0:
                top = spread.top_pair[p]
                if top < 0.0:
                    top = _top_of_pair(units, row, n, p, spread)
                over[j] = rest[j + 2] * top
                value = max(value, over[j])
        rest[j] = value
    if rest[0] * SLACK < least:
        return 0.0
    rows = spread.rows
    first_row(spread, n, rows[0])
    now, before, later = 0, 2, 1
    last = np.uint8(0)
    earlier = 1.0
    for j in range(m):
        own = letters[begin + j]
        best = step(units, row, spread, n, own, last, rows[now], rows[before], rows[later])
        if max(best * rest[j + 1], earlier * over[j]) * SLACK < least:
            return 0.0
        earlier = best
        last = own
        now, before, later = later, now, before
    return rows[now, n] if rows[now, n] >= least else 0.0
