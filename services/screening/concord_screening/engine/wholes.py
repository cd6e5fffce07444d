"""Compares two names written as one word each, where parts alone leave something open.

A short name is begun at each of its parts, so that the order typed makes no difference.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from concord_screening.engine.arrays import Names, Own
from concord_screening.engine.assignment import JOINED
from concord_screening.engine.lean import lean
from concord_screening.engine.several import offer, settle
from concord_screening.engine.spelled import Spelled, comparable, written_in_one
from concord_screening.engine.spread import SEVERAL, lay_out, reckon_tops, take_out

# Names that agree less than this per letter, each written as one word, do so by chance.
_JOINED_LEAST = 0.4
_JOINED_FAILS = -0.8


class _Joining(NamedTuple):
    """Names to compare as one word each: listed name `spelled.row[x]` is one of name `name_of[spelled.row[x]]`; what is
    found goes to `features`."""

    own: Own
    names: Names
    wanted: np.ndarray
    spelled: Spelled
    name_of: np.ndarray
    features: np.ndarray


@lean
def _uses(own, u, out):
    """Writes the forms whose name as one word is unit u, and whether it begins where the form does."""
    count = 0
    for f in range(own.channel.shape[0]):
        for w in range(own.whole_first[f], own.whole_first[f + 1]):
            if own.whole[w] == u:
                out[count, 0] = f
                out[count, 1] = w == own.whole_first[f]
                count += 1
    return count


@lean
def _compared(n, m, from_start):
    """Whether one name begun here is compared with the other begun anywhere.

    With a short name every order is tried, so that the order typed makes no difference.
    """
    return from_start or (n != m and min(n, m) <= 2)


@njit(cache=True)
def by_wholes(tables, own, names, wanted, first, spread, features):
    """Fills the feature "joined": both names written as one word."""
    spelled = written_in_one(names, first, True)
    name_of = np.zeros(spelled.row.max() + 1, dtype=np.int64)
    for k in range(first.shape[0]):
        if first[k] >= 0:
            m = np.int64(names.first[k + 1] - names.first[k])
            name_of[first[k] : first[k] + m] = k
    uses = np.zeros((own.whole.shape[0], 2), dtype=np.int64)
    _join(tables, _Joining(own, names, wanted, spelled, name_of, features), uses, spread)


@lean
def _joined_so_far(joining, uses, k):
    """The least of what the forms that have this whole name reach with name k; 9 where none wants to know."""
    own, names, features = joining.own, joining.names, joining.features
    m = np.int64(names.first[k + 1] - names.first[k])
    worst = 9.0
    for use in range(uses.shape[0]):
        f = uses[use, 0]
        if joining.wanted[f, k] and _compared(own.first[f + 1] - own.first[f], m, uses[use, 1]):
            worst = min(worst, features[f, k, JOINED])
    return worst


@lean
def _raise(joining, uses, k, value):
    """Raises to so much what these forms reach with name k."""
    own, names, features = joining.own, joining.names, joining.features
    m = np.int64(names.first[k + 1] - names.first[k])
    for use in range(uses.shape[0]):
        f = uses[use, 0]
        if joining.wanted[f, k] and _compared(own.first[f + 1] - own.first[f], m, uses[use, 1]):
            features[f, k, JOINED] = max(features[f, k, JOINED], value)


@lean
def _settle(units, table, size, joining, uses, spread, waiting):
    """Compares the whole names that wait with one of so many letters."""
    settle(units, table, spread, size, joining.spelled.letters, waiting)
    for q in range(waiting):
        if spread.waiting.value[q] > 0.0:
            k = joining.name_of[joining.spelled.row[spread.waiting.tag[q]]]
            value = np.log(spread.waiting.value[q]) / (0.5 * (size + spread.waiting.size[q]))
            _raise(joining, uses, k, value)


@lean
def _join(tables, joining, room, spread):
    """Compares whole names; `room` is for the uses of each of the candidate's."""
    own, spelled = joining.own, joining.spelled
    channel, begin, end = spelled.channel, spelled.begin, spelled.end
    units = tables.units
    for u in range(own.halves, own.words.first.shape[0] - 1):
        uses = room[: _uses(own, u, room)]
        for s in range(own.words.first[u], own.words.first[u + 1]):
            a = own.words.letters[own.words.begin[s] : own.words.begin[s + 1]]
            size = a.shape[0]
            laid = np.int64(-1)
            table = np.int64(-1)
            waiting = 0
            for x in range(spelled.row.shape[0]):
                k = joining.name_of[spelled.row[x]]
                worst = _joined_so_far(joining, uses, k)
                if worst == 9.0:
                    continue
                if channel[x] != laid:
                    if table >= 0:
                        _settle(units, table, size, joining, uses, spread, waiting)
                        take_out(units, size, spread)
                        waiting = 0
                    laid = channel[x]
                    table = tables.row[own.words.channel[s], laid]
                    if table >= 0:
                        lay_out(units, table, a, spread)
                        reckon_tops(units, table, size, spread)
                length = end[x] - begin[x]
                if table < 0 or size == 1 or length == 1 or not comparable(size, length):
                    continue
                _raise(joining, uses, k, _JOINED_FAILS)
                least = np.exp(0.5 * (size + length) * max(_JOINED_LEAST, worst))
                waiting = offer(units, table, spread, spelled.letters, begin[x], end[x], least, x, waiting)
                if waiting == SEVERAL:
                    _settle(units, table, size, joining, uses, spread, waiting)
                    waiting = 0
            if table >= 0:
                _settle(units, table, size, joining, uses, spread, waiting)
                take_out(units, size, spread)
