"""One spelling of the candidate's, laid out so that many listed spellings are compared with it quickly.

The units of an edit table that fit the spelling are written into plain tables by listed letter and place.
A comparison then reads numbers that lie side by side instead of looking units up. The walk through the
prefix tree and the scoring of people use the same numbers, so what is found and what is scored agree.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from concord_screening.engine.editmodel import SYMBOLS, UNSEEN_GAP, UNSEEN_PAIR

LETTERS = 53
LONGEST = 62
# Evidence is not counted below this.
LEAST = -12.0


class Spread(NamedTuple):
    """`one[b, i]`: letter i of the spelling with listed letter b (0: none); the others: two letters on a side."""

    one: np.ndarray
    two_one: np.ndarray
    one_two: np.ndarray
    two_two: np.ndarray
    rows: np.ndarray


def room() -> Spread:
    """Working space, all zero where no spelling is laid out; made once per thread."""
    return Spread(
        np.zeros((LETTERS, LONGEST + 2), dtype=np.float32),
        np.zeros((LETTERS, LONGEST + 2), dtype=np.float32),
        np.zeros((LETTERS, LETTERS, LONGEST + 2), dtype=np.float32),
        np.zeros((LETTERS, LETTERS, LONGEST + 2), dtype=np.float32),
        np.zeros((3, LONGEST + 2), dtype=np.float64),
    )


@njit(cache=True)
def lay_out(tables, channel, listed_channel, a, out, present):  # noqa: PLR0912 - one compiled loop
    """Writes the units that fit the letters `a`, or takes them out again (faster than clearing)."""
    number = tables.table[channel, listed_channel]
    row = 2 * number + (1 if tables.swapped[channel, listed_channel] else 0)
    units = tables.units
    n = a.shape[0]
    if present:
        for b in range(LETTERS):
            out.one[b, 0] = UNSEEN_GAP
            for i in range(1, n + 1):
                out.one[b, i] = UNSEEN_PAIR
        for i in range(n + 1):
            out.one[0, i] = UNSEEN_GAP
        for e in range(units.first[row, 0], units.first[row, SYMBOLS]):
            out.one[units.other_first[e], 0] = units.value[e]
    for i in range(1, n + 1):
        symbol = np.int64(a[i - 1])
        for e in range(units.first[row, symbol * SYMBOLS], units.first[row, symbol * SYMBOLS + 1]):
            value = units.value[e] if present else np.float32(0.0)
            b2 = units.other_second[e]
            if b2 == 0:
                out.one[units.other_first[e], i] = value
            else:
                out.one_two[units.other_first[e], b2, i] = value
        if i == n:
            break
        both = symbol * SYMBOLS + np.int64(a[i])
        for e in range(units.first[row, both], units.first[row, both + 1]):
            value = units.value[e] if present else np.float32(0.0)
            b2 = units.other_second[e]
            if b2 == 0:
                out.two_one[units.other_first[e], i + 1] = value
            else:
                out.two_two[units.other_first[e], b2, i + 1] = value


@njit(cache=True)
def step(spread, n, own, last, mine, parents, row):
    """The row after one more listed letter `own` (after `last`, 0 for none): gives its greatest number."""
    one = spread.one[own]
    gap = spread.one[0]
    two_one = spread.two_one[own]
    row[0] = mine[0] * one[0]
    best = row[0]
    if last > 0:
        one_two = spread.one_two[last, own]
        two_two = spread.two_two[last, own]
        for i in range(1, n + 1):
            total = mine[i] * one[0] + row[i - 1] * gap[i] + mine[i - 1] * one[i] + parents[i - 1] * one_two[i]
            if i > 1:
                total += mine[i - 2] * two_one[i] + parents[i - 2] * two_two[i]
            row[i] = total
            best = max(best, total)
    else:
        for i in range(1, n + 1):
            total = mine[i] * one[0] + row[i - 1] * gap[i] + mine[i - 1] * one[i]
            if i > 1:
                total += mine[i - 2] * two_one[i]
            row[i] = total
            best = max(best, total)
    return best


@njit(cache=True)
def first_row(spread, n, row):
    """The row before any listed letter."""
    row[0] = 1.0
    for i in range(1, n + 1):
        row[i] = row[i - 1] * spread.one[0, i]


@njit(cache=True)
def evidence_of(spread, n, letters, begin, end):
    """Evidence that the spelling laid out is the listed one, in nats."""
    rows = spread.rows
    first_row(spread, n, rows[0])
    now, before, later = 0, 2, 1
    last = 0
    for at in range(begin, end):
        own = letters[at]
        best = step(spread, n, own, last, rows[now], rows[before], rows[later])
        if best < 1e-9:
            return LEAST
        last = own
        now, before, later = later, now, before
    ratio = rows[now, n]
    if ratio < 6e-6:
        return LEAST
    return np.log(ratio)
