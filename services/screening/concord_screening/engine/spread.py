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
from concord_screening.engine.lanes import GAPS, LANES, eight, eight_with_pairs, lay_out_gaps, turned
from concord_screening.engine.lean import lean

# Letters 1 to 52, and 0 for none; in eights, as they are laid out.
LETTERS = 56
LONGEST = 62
# Evidence is not counted below this.
LEAST = -12.0
# More pairs of letters than any table has units for.
PAIRS_MOST = 640
# Places are reckoned by eights: 0 to 62, and one over.
PLACES = LONGEST + 2
# So many spellings are compared at a time: each step waits for the one before, and meanwhile those of others are done.
SEVERAL = 4


class Waiting(NamedTuple):
    """Listed spellings that wait to be compared, see `several`: by place what the caller knows them by, where their
    letters begin and how many they are, the least that counts, and what came out.

    `rest[q, j]` is the most that the letters from j on can still bring, `over[q, j]` where j and the next make one
    unit. `now`, `before` and `later` say where rows begin; `best` and `earlier` are the greatest numbers of the last
    two rows; a spelling is done after `stop` letters.
    """

    tag: np.ndarray
    begin: np.ndarray
    size: np.ndarray
    least: np.ndarray
    value: np.ndarray
    rest: np.ndarray
    over: np.ndarray
    now: np.ndarray
    before: np.ndarray
    later: np.ndarray
    best: np.ndarray
    earlier: np.ndarray
    stop: np.ndarray


class Spread(NamedTuple):
    """By place of the spelling's letters, from 1: the letter, where it and the one before have units, its loss (`gaps`
    is the same as `lanes` takes it).

    The ratios of units lie by what is listed, then by place, so that `step` reads them one after the other: a listed
    letter with one letter of the spelling (`single`) or two (`double`), two listed letters with one (`paired`, written
    once they are met) or two (`both`, all zero where no spelling is laid out). Places where no unit can end are zero.
    `ones` and `twos` say where in the tables the ratios of eight letters begin; `met` tells whether two listed letters
    were. `top` and `top_pair` are the best that a listed letter, or two, can find anywhere. `rows` has the row before
    any listed letter, then three for each that is waiting.
    """

    letter: np.ndarray
    pair: np.ndarray
    gap: np.ndarray
    gaps: np.ndarray
    reach: np.ndarray
    single: np.ndarray
    double: np.ndarray
    paired: np.ndarray
    both: np.ndarray
    ones: np.ndarray
    twos: np.ndarray
    met: np.ndarray
    top: np.ndarray
    top_pair: np.ndarray
    rows: np.ndarray
    waiting: Waiting


def room() -> Spread:
    """Working space; made once per thread."""
    return Spread(
        np.zeros(PLACES, dtype=np.uint8),
        np.zeros(PLACES, dtype=np.uint32),
        np.zeros(PLACES, dtype=np.float64),
        np.zeros((PLACES // LANES, GAPS, LANES), dtype=np.float64),
        np.zeros(PLACES, dtype=np.float64),
        np.zeros((LETTERS, PLACES), dtype=np.float32),
        np.zeros((LETTERS, PLACES), dtype=np.float32),
        np.zeros((PAIRS_MOST, PLACES), dtype=np.float32),
        np.zeros((PAIRS_MOST, PLACES), dtype=np.float32),
        np.zeros(LANES, dtype=np.int64),
        np.zeros(LANES, dtype=np.int64),
        np.zeros(PAIRS_MOST, dtype=np.uint8),
        np.zeros(LETTERS, dtype=np.float32),
        np.zeros(PAIRS_MOST, dtype=np.float32),
        np.zeros((1 + 3 * SEVERAL) * PLACES, dtype=np.float64),
        _waiting(),
    )


def _waiting() -> Waiting:
    places = np.zeros((7, SEVERAL), dtype=np.int64)
    numbers = np.zeros((4, SEVERAL), dtype=np.float64)
    rest, over = np.zeros((2, SEVERAL, LONGEST + 3))
    return Waiting(
        tag=places[0], begin=places[1], size=places[2], least=numbers[0], value=numbers[1], rest=rest, over=over,
        now=places[3], before=places[4], later=places[5], best=numbers[2], earlier=numbers[3], stop=places[6],
    )  # fmt: skip


@lean
def lay_out(units, row, a, out):
    """Lays the letters `a` out."""
    n = a.shape[0]
    base = units.base[row]
    out.met[:] = 0
    for i in range(1, n + 1):
        own = a[i - 1]
        pair = units.pair[row, np.int64(a[i - 2]) * SYMBOLS + np.int64(own)] if i > 1 else 0
        out.letter[i] = own
        out.gap[i] = units.one[row, 0, own]
        out.pair[i] = base + pair
        if pair > 0:
            for e in range(units.both_first[base + pair], units.both_first[base + pair + 1]):
                out.both[units.both_other[e], i] = units.both_value[e]
    # The table seen from the other side has the ratios of one own letter with all listed ones in a line.
    other = np.int64(row ^ 1) * LETTERS
    for begin in range(0, n + 1, LANES):
        for lane in range(LANES):
            i = begin + lane
            out.ones[lane] = (other + (np.int64(out.letter[i]) if 0 < i <= n else 0)) * LETTERS
            out.twos[lane] = (np.int64(out.pair[i]) if 0 < i <= n else base) * LETTERS
        for b in range(0, LETTERS, LANES):
            turned(units.one, out.ones, b, out.single, b * PLACES + begin, PLACES)
            turned(units.two_one, out.twos, b, out.double, b * PLACES + begin, PLACES)
    lay_out_gaps(out.gap, n, out.gaps)
    first_row(out, n, out.rows, 0)


@lean
def take_out(units, n, out):
    """Clears what was laid out."""
    for i in range(2, n + 1):
        for e in range(units.both_first[out.pair[i]], units.both_first[out.pair[i] + 1]):
            out.both[units.both_other[e], i] = 0.0


@lean
def reckon_reach(units, row, n, out):
    """`reach[i]`: the most that the letters after place i can still bring."""
    out.reach[n] = 1.0
    for i in range(n - 1, -1, -1):
        value = units.reach[row, out.letter[i + 1]] * out.reach[i + 1]
        if i + 2 <= n:
            value = max(value, units.pair_reach[out.pair[i + 2]] * out.reach[i + 2])
        out.reach[i] = value


@lean
def reckon_tops(units, row, n, out):
    """The best that each listed letter, and each two, can find in the spelling."""
    top = out.top
    none = units.one[row ^ 1, 0]
    for b in range(LETTERS):
        top[b] = none[b]
    size = units.pairs[row ^ 1]
    top_pair = out.top_pair
    for p in range(size):
        top_pair[p] = 0.0
    for i in range(1, n + 1):
        one = units.one[row ^ 1, out.letter[i]]
        two_one = units.two_one[out.pair[i]]
        # Spelled out, as `max` minds what is no number, and is not done for many at once.
        for b in range(LETTERS):
            most = one[b] if one[b] > two_one[b] else two_one[b]  # noqa: FURB136
            top[b] = most if most > top[b] else top[b]  # noqa: FURB136
        begin = np.int64(units.base[row ^ 1]) * LETTERS + np.int64(out.letter[i]) * size
        one_two = units.one_two[begin : begin + size]
        for p in range(size):
            top_pair[p] = one_two[p] if one_two[p] > top_pair[p] else top_pair[p]  # noqa: FURB136
    for i in range(2, n + 1):
        for e in range(units.both_first[out.pair[i]], units.both_first[out.pair[i] + 1]):
            other = units.both_other[e]
            top_pair[other] = max(top_pair[other], units.both_value[e])


@lean
def _meet(units, row, n, p, out):
    """Lays two listed letters, number p, out."""
    mine = units.two_one[units.base[row ^ 1] + p]
    for i in range(1, n + 1):
        out.paired[p, i] = mine[out.letter[i]]
    out.met[p] = 1


@njit(cache=True, inline="always")
def step(units, row, spread, n, own, last, rows, mine, above, out):
    """Writes the row after one more listed letter `own` (after `last`, 0 for none), and gives its greatest number.

    `mine`, `above` and `out` are where the row before, the one before that and the new one begin in `rows`.
    """
    lost = units.one[row, own, 0]
    letter = np.int64(own) * PLACES
    p = np.int64(units.pair[row ^ 1, np.int64(last) * SYMBOLS + np.int64(own)]) if last > 0 else 0
    if p > 0 and spread.met[p] == 0:
        _meet(units, row, n, p, spread)
    carry = 0.0
    best = 0.0
    for base in range(0, n + 1, LANES):
        if p > 0:
            carry, most = eight_with_pairs(
                rows, mine + base, above + base, out + base, spread.single, spread.double, letter + base,
                spread.paired, spread.both, p * PLACES + base, spread.gaps, base, lost, carry,
            )  # fmt: skip
        else:
            carry, most = eight(
                rows, mine + base, out + base, spread.single, spread.double, letter + base,
                spread.gaps, base, lost, carry,
            )  # fmt: skip
        best = max(best, most)
    return best


@njit(cache=True, inline="always")
def first_row(spread, n, rows, out):
    """Writes the row before any listed letter, which begins at `out` in `rows`."""
    rows[out] = 1.0
    for i in range(1, n + 1):
        rows[out + i] = rows[out + i - 1] * spread.gap[i]
