"""Listed parts of names, singly or several in one word, in each way they are spelled; and how they agree with others.

Many listed names share parts, so each different part is compared once with each part of the candidate's.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from concord_screening.engine.assignment import MATCH
from concord_screening.engine.lean import lean
from concord_screening.engine.romanise import Channel
from concord_screening.engine.several import offer, settle
from concord_screening.engine.spread import LEAST, SEVERAL, lay_out, reckon_tops, take_out

WHOLE_MOST = 60
# Of parts written together the first spellings are enough: each part is compared in all of its own.
SPELLINGS_MOST = 3
# Of several spellings written together one of these tells how to compare them.
_AS_WRITTEN = (int(Channel.LATIN), int(Channel.SPELLED))
_MATCH_RATIO = float(np.exp(MATCH))


class Spelled(NamedTuple):
    """Spellings in the order of their channels; spelling k is one of what has the number `row[k]`."""

    letters: np.ndarray
    channel: np.ndarray
    begin: np.ndarray
    end: np.ndarray
    row: np.ndarray


@lean
def part_length(words, p):
    """Letters of a part, by its first spelling."""
    s = words.first[p]
    return np.int64(words.begin[s + 1] - words.begin[s])


@lean
def _spellings(words, p):
    return np.int64(words.first[p + 1] - words.first[p])


@njit(cache=True)
def _by_channel(letters, channel, begin, end, row, count):
    """The first `count` spellings in the order of their channels."""
    counts = np.zeros(17, dtype=np.int64)
    for k in range(count):
        counts[channel[k] + 1] += 1
    for c in range(1, 17):
        counts[c] += counts[c - 1]
    order = np.empty(count, dtype=np.int64)
    for k in range(count):
        order[counts[channel[k]]] = k
        counts[channel[k]] += 1
    return Spelled(letters, channel[order], begin[order], end[order], row[order])


@njit(cache=True)
def spellings_of(words, some):
    """The parts that `some` says, each in all its spellings; a row is a part."""
    spellings = 0
    for p in range(some.shape[0]):
        if some[p]:
            spellings += _spellings(words, p)
    channel = np.empty(spellings, dtype=np.int64)
    begin = np.empty(spellings, dtype=np.int64)
    end = np.empty(spellings, dtype=np.int64)
    row = np.empty(spellings, dtype=np.int64)
    count = 0
    for p in range(some.shape[0]):
        if some[p]:
            for s in range(words.first[p], words.first[p + 1]):
                channel[count] = words.channel[s]
                begin[count] = words.begin[s]
                end[count] = words.begin[s + 1]
                row[count] = p
                count += 1
    return _by_channel(words.letters, channel, begin, end, row, count)


@lean
def starts(parts, whole):
    """At how many of a name's parts a word begins that is made of all of them, or of two neighbours."""
    if whole:
        return parts
    return parts - 1 if parts > 2 else (2 if parts == 2 else 0)


@lean
def _in_one(words, ids, start, count, spelling, out, at):
    """Writes `count` parts one behind the other, from `start` round to the front; gives the channel and the end."""
    total = ids.shape[0]
    size = 0
    channel = np.int64(-1)
    for k in range(count):
        p = ids[(start + k) % total]
        s = np.int64(words.first[p])
        if spelling < _spellings(words, p):
            s += spelling
        own = np.int64(words.channel[s])
        if channel < 0 or (channel not in _AS_WRITTEN and own in _AS_WRITTEN):
            channel = own
        for x in range(words.begin[s], words.begin[s + 1]):
            if size < WHOLE_MOST:
                out[at + size] = words.letters[x]
                size += 1
    return channel, at + size


@njit(cache=True)
def written_in_one(names, first, whole):
    """Neighbours, or whole names, written as one word.

    Those of name k have the numbers from `first[k]` on; where that is -1 the name is left out.
    """
    words = names.words
    room = 0
    for k in range(first.shape[0]):
        if first[k] >= 0:
            room += starts(np.int64(names.first[k + 1] - names.first[k]), whole)
    room *= SPELLINGS_MOST
    letters = np.empty(room * WHOLE_MOST, dtype=np.uint8)
    channel = np.empty(room, dtype=np.int64)
    begin = np.empty(room, dtype=np.int64)
    end = np.empty(room, dtype=np.int64)
    row = np.empty(room, dtype=np.int64)
    count = 0
    at = 0
    for k in range(first.shape[0]):
        if first[k] < 0:
            continue
        ids = names.part[names.first[k] : names.first[k + 1]]
        size = ids.shape[0] if whole else 2
        for start in range(starts(ids.shape[0], whole)):
            most = 1
            for x in range(size):
                most = max(most, _spellings(words, ids[(start + x) % ids.shape[0]]))
            for spelling in range(min(most, SPELLINGS_MOST)):
                channel[count], stop = _in_one(words, ids, start, size, spelling, letters, at)
                begin[count], end[count], row[count] = at, stop, first[k] + start
                at = stop
                count += 1
    return _by_channel(letters, channel, begin, end, row, count)


@lean
def _initial(tables, channel_a, a, channel_b, b):
    """Evidence where the part `a` is a single letter: an initial, or nothing."""
    if a.shape[0] == b.shape[0]:
        return 1.5 if a[0] == b[0] and channel_a == channel_b else 0.3
    if channel_a == channel_b and a[0] == b[0]:
        return 1.2
    row = tables.row[channel_a, channel_b]
    if tables.units.one[row, b[0], a[0]] > 3.0:
        return 1.0
    return -3.0


@lean
def _with_initial(tables, channel_a, a, channel_b, b):
    """The ratio of two parts, one of which is a single letter."""
    if a.shape[0] == 1:
        return np.exp(_initial(tables, channel_a, a, channel_b, b))
    return np.exp(_initial(tables, channel_b, b, channel_a, a))


@lean
def comparable(n, m):
    """Whether words of so many letters may be one at all."""
    return n <= 3 * m + 2 and m <= 3 * n + 2


@lean
def _raise(units, table, spread, n, letters, waiting, ratios):
    """Raises `ratios` by row to what those that wait have."""
    settle(units, table, spread, n, letters, waiting)
    for q in range(waiting):
        row = spread.waiting.tag[q]
        ratios[row] = max(ratios[row], spread.waiting.value[q])


@lean
def _best_ratios(tables, own, u, spelled, spread, ratios):
    """Raises `ratios` by row to what the candidate's unit u has with any spelling of it."""
    units = tables.units
    letters, channel, begin, end, row = spelled.letters, spelled.channel, spelled.begin, spelled.end, spelled.row
    count = channel.shape[0]
    for s in range(own.words.first[u], own.words.first[u + 1]):
        a = own.words.letters[own.words.begin[s] : own.words.begin[s + 1]]
        n = a.shape[0]
        mine = own.words.channel[s]
        stop = 0
        while stop < count:
            k = stop
            theirs = channel[k]
            while stop < count and channel[stop] == theirs:
                stop += 1
            table = tables.row[mine, theirs]
            if table < 0:
                continue
            if n > 1:
                lay_out(units, table, a, spread)
                reckon_tops(units, table, n, spread)
            waiting = 0
            for t in range(k, stop):
                m = end[t] - begin[t]
                if n == 1 or m == 1:
                    value = _with_initial(tables, mine, a, theirs, letters[begin[t] : end[t]])
                    ratios[row[t]] = max(ratios[row[t]], value)
                elif comparable(n, m):
                    waiting = offer(units, table, spread, letters, begin[t], end[t], ratios[row[t]], row[t], waiting)
                if waiting == SEVERAL:
                    _raise(units, table, spread, n, letters, waiting, ratios)
                    waiting = 0
            if waiting > 0:
                _raise(units, table, spread, n, letters, waiting, ratios)
            if n > 1:
                take_out(units, n, spread)


@njit(cache=True)
def best_evidence(tables, own, low, high, spelled, rows, spread):
    """For the candidate's units from `low` to `high`: the best evidence with any spelling of each row.

    What is too little for a counterpart is not told apart.
    """
    out = np.empty((high - low, rows), dtype=np.float32)
    ratios = np.empty(rows)
    for u in range(low, high):
        ratios[:] = _MATCH_RATIO
        _best_ratios(tables, own, u, spelled, spread, ratios)
        for x in range(rows):
            out[u - low, x] = np.log(ratios[x]) if ratios[x] > _MATCH_RATIO else LEAST
    return out
