"""Compares the spelling laid out with several listed spellings at a time.

A step of a comparison waits for the one before it, and where a comparison is given up is not foreseen: of one alone a
processor can do little ahead. Those that may come to something wait until they are a few, and are then compared
in step.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

import numpy as np
from numba import njit

from concord_screening.engine.editmodel import SYMBOLS
from concord_screening.engine.lean import lean
from concord_screening.engine.spread import PLACES, step

# Bounds follow the best way to cut two spellings into units; all ways together come to a little more.
_SLACK = 4.0


@njit(cache=True, inline="always")
def offer(units, row, spread, letters, begin, end, least, tag, count):
    """Lets a listed spelling wait beside the `count` that do, if it may reach the ratio `least`; gives how many wait.

    `spread` holds a spelling, laid out for this row of the tables.
    """
    waiting = spread.waiting
    rest, over = waiting.rest[count], waiting.over[count]
    m = end - begin
    rest[m] = 1.0
    for j in range(m - 1, -1, -1):
        own = letters[begin + j]
        value = rest[j + 1] * spread.top[own]
        over[j] = 0.0
        if j + 1 < m:
            p = units.pair[row ^ 1, np.int64(own) * SYMBOLS + np.int64(letters[begin + j + 1])]
            over[j] = rest[j + 2] * spread.top_pair[p]
        rest[j] = max(value, over[j])
    if rest[0] * _SLACK < least:
        return count
    waiting.tag[count] = tag
    waiting.begin[count] = begin
    waiting.size[count] = m
    waiting.least[count] = least
    return count + 1


@lean
def settle(units, row, spread, n, letters, count):
    """Writes for each that waits how much likelier one word written twice is than chance: `waiting.value`, 0 where that
    is (nearly surely) below its least."""
    waiting, rows = spread.waiting, spread.rows
    longest = 0
    for q in range(count):
        waiting.stop[q] = waiting.size[q]
        waiting.now[q] = 0
        waiting.before[q] = 0
        waiting.later[q] = (1 + 3 * q) * PLACES
        waiting.earlier[q] = 1.0
        longest = max(longest, waiting.size[q])
    for j in range(longest):
        for q in range(count):
            if j < waiting.stop[q]:
                at = waiting.begin[q] + j
                last = letters[at - 1] if j > 0 else np.uint8(0)
                waiting.best[q] = step(
                    units, row, spread, n, letters[at], last, rows, waiting.now[q], waiting.before[q], waiting.later[q]
                )
        for q in range(count):
            if j >= waiting.stop[q]:
                continue
            best = waiting.best[q]
            hope = max(best * waiting.rest[q, j + 1], waiting.earlier[q] * waiting.over[q, j])
            if hope * _SLACK < waiting.least[q]:
                waiting.stop[q] = 0
                continue
            waiting.earlier[q] = best
            waiting.before[q] = waiting.now[q]
            waiting.now[q] = waiting.later[q]
            waiting.later[q] = (1 + 3 * q + (j + 1) % 3) * PLACES
    for q in range(count):
        value = rows[waiting.now[q] + n] if waiting.stop[q] > 0 else 0.0
        waiting.value[q] = value if value >= waiting.least[q] else 0.0
