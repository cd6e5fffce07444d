"""The doors: from the parts of a candidate's name and a birth date to the people worth comparing.

A part's evidence is counted as surprise: how rarely anybody of the list has a part that agrees so well.
Names add up the surprise of their parts; those with the most, helped by their dates, go on, together
with the people born on the day given, or on one it may be a slip of.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from concord_screening.engine.dates import neighbours, relation
from concord_screening.engine.romanise import Channel
from concord_screening.engine.spread import lay_out, take_out
from concord_screening.engine.trie import N_CHANNELS, walk

# What a date relation adds to a name's surprise when candidates are chosen (not when they are scored).
DATE_BONUS = np.array([-5.0, -4.0, -3.0, 0.0, 0.0, 0.5, 1.5, 3.0, 6.0, 7.0, 9.0], dtype=np.float32)
# A part that so many bear as that it surprises less than this finds nobody by itself.
ALONE_LEAST = 3.5
# Neighbours are rarely listed as one word, and a known spelling as anything but itself: walks with these keep so many
# times fewer prefixes.
NARROW = 4
_SPELLED = int(Channel.SPELLED)
_BINS = 400
_SAME_DAY = 8


class Near(NamedTuple):
    """By unit of the candidate, from `first[u]` on: the listed parts that may be it, the best first, and how good.

    `bearers` is how many names of the segment have the part.
    """

    first: np.ndarray
    part: np.ndarray
    value: np.ndarray
    bearers: np.ndarray


class Scratch(NamedTuple):
    """Working space for one list, all zero between queries: a place per name and per part."""

    slot: np.ndarray
    row_of: np.ndarray
    best_part: np.ndarray


class Touched(NamedTuple):
    """The names that a query's parts led to."""

    entry: np.ndarray
    total: np.ndarray
    seen: np.ndarray


class Limits(NamedTuple):
    """How far a search goes; see `search.Budget`."""

    postings: int
    touched: int
    people: int
    enough: int
    compared: int
    of_day: int
    fall: float


def scratch(entries: int, parts: int) -> Scratch:
    """Working space for a list of this size."""
    return Scratch(
        np.zeros(entries, dtype=np.int32), np.zeros(parts, dtype=np.int32), np.zeros(parts, dtype=np.float32)
    )


def touched_room(most: int) -> Touched:
    """Working space for so many names."""
    return Touched(
        np.zeros(most + 1, dtype=np.uint32), np.zeros(most + 1, dtype=np.float32), np.zeros(most + 1, dtype=np.uint8)
    )


@njit(cache=True)
def _spelled(tables, tree, channel, spelled, width, fall, per_letter, spread, work, found, evidence, size):
    """Walks every channel's tree with one spelling."""
    n = spelled.shape[0]
    least = np.exp(max(1.0, per_letter * n))
    for listed in range(N_CHANNELS):
        root = tree.root[listed]
        row = tables.row[channel, listed]
        if row < 0 or tree.children[root] == 0:
            continue
        lay_out(tables.units, row, spelled, spread)
        size = walk(
            tables.units, row, tree, root, n, width, fall, least, spread, work, found, evidence, size
        )  # fmt: skip
        take_out(tables.units, n, spread)
    return size


@njit(cache=True)
def similar(
    tables, tree, post_first, words, units, singles, width, fall, per_letter, spread, work, best_part, found, evidence
):  # fmt: skip
    """The listed parts that may be these units of the candidate, best first, each once."""
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
                tables, tree, words.channel[s], words.letters[words.begin[s] : words.begin[s + 1]],
                width // NARROW if seldom else width, fall, per_letter, spread, work, found, evidence, size,
            )  # fmt: skip
        if kept + size > room:
            room = 2 * (kept + size)
            more, more_value = np.empty(room, dtype=np.uint32), np.empty(room, dtype=np.float32)
            more[:kept] = part[:kept]
            more_value[:kept] = value[:kept]
            part, value = more, more_value
        for k in np.argsort(-evidence[:size]):
            p = tree.part[found[k]]
            if best_part[p] == 0.0:
                best_part[p] = 1.0
                part[kept] = p
                value[kept] = evidence[k]
                kept += 1
        first[x + 1] = kept
        for k in range(first[x], kept):
            best_part[part[k]] = 0.0
    count = np.empty(kept, dtype=np.uint32)
    for k in range(kept):
        count[k] = post_first[part[k] + 1] - post_first[part[k]]
    return Near(first, part[:kept].copy(), value[:kept].copy(), count)


@njit(cache=True)
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

    What common parts alone would find is not worth comparing.
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
            if gain < 0.3:
                break
            low = doors.post_first[near.part[k]]
            high = doors.post_first[near.part[k] + 1]
            spent += high - low
            if spent > limits.postings:
                break
            alone = gain >= ALONE_LEAST or count < most // 8
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


@njit(cache=True)
def date_relation(people, subject, dob):
    """The relation that speaks most for one person, over all dates listed."""
    low = people.dob_first[subject]
    high = people.dob_first[subject + 1]
    if low == high or dob == 0:
        return 4
    best = 0
    for at in range(low, high):
        best = max(best, relation(dob, people.dobs[at]))
    return best


@njit(cache=True)
def choose(people, doors, alive, dob, slot, touched, count, limits, bonus, days):  # noqa: PLR0912, PLR0915
    """The subjects to compare, best first: by name and date, and those of the day; `slot` is zero afterwards.

    `enough` are always taken if there are so many; more, up to `people`, while they fall no more than `fall`
    below the best; and `of_day` of those born that very day whatever their names. Also gives how many of them
    are worth comparing: the first `compared`, and those of the day.
    """
    most = limits.people
    histogram = np.zeros(_BINS + 1, dtype=np.int64)
    for k in range(1, count + 1):
        histogram[min(_BINS, int(touched.total[k] * 8))] += 1
    first = 4 * most
    cut = _BINS
    above = histogram[_BINS]
    while cut > 0 and above + histogram[cut - 1] <= first:
        cut -= 1
        above += histogram[cut]
    near = neighbours(dob, days)
    born = 0
    for k in range(near):
        born += np.searchsorted(doors.day, days[k] + 1) - np.searchsorted(doors.day, days[k])
    room = above + min(born, 8192)
    subjects = np.zeros(room, dtype=np.uint32)
    values = np.zeros(room, dtype=np.float32)
    size = 0
    for k in range(1, count + 1):
        if int(touched.total[k] * 8) >= cut:
            subject = people.entry_subject[touched.entry[k]]
            if alive[subject]:
                subjects[size] = subject
                values[size] = touched.total[k] + bonus[date_relation(people, subject, dob)]
                size += 1
    by_name = size
    # By date: whoever was born that day, or on a day that this may be a slip of.
    for k in range(near):
        low = np.searchsorted(doors.day, days[k])
        while low < doors.day.shape[0] and doors.day[low] == days[k] and size < room:
            subject = doors.day_subject[low]
            low += 1
            if not alive[subject]:
                continue
            best = 0.0
            for entry in range(people.first_entry[subject], people.first_entry[subject + 1]):
                if slot[entry] > 0:
                    best = max(best, touched.total[slot[entry]])
            subjects[size] = subject
            values[size] = best + bonus[date_relation(people, subject, dob)]
            size += 1
    for k in range(1, count + 1):
        slot[touched.entry[k]] = 0
    out = np.zeros(min(size, most), dtype=np.uint32)
    kept = 0
    if size == 0:
        return out, 0
    order = np.argsort(-values[:size])
    least = values[order[0]] - limits.fall
    same_day = 0
    worth = 0
    for turn in range(3):
        # First the best by name and date together, then whoever else was born that very day, then more of the best.
        for k in order:
            if kept == most or (turn == 0 and kept == limits.compared):
                break
            if slot[people.first_entry[subjects[k]]] > 0:
                continue  # taken before
            if turn != 1 and kept - same_day >= limits.enough and values[k] < least:
                break
            if turn == 1:
                if k < by_name or same_day == limits.of_day:
                    continue
                if date_relation(people, subjects[k], dob) < _SAME_DAY:
                    continue
                same_day += 1
            slot[people.first_entry[subjects[k]]] = 1
            out[kept] = subjects[k]
            kept += 1
        if turn == 1:
            worth = kept
    for k in range(kept):
        slot[people.first_entry[out[k]]] = 0
    return out[:kept], worth
