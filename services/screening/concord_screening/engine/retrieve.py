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
from concord_screening.engine.trie import N_CHANNELS, walk

# What a date relation adds to a name's surprise when candidates are chosen (not when they are scored).
DATE_BONUS = np.array([-5.0, -4.0, -3.0, 0.0, 0.0, 0.5, 1.5, 3.0, 6.0, 7.0, 9.0], dtype=np.float32)
# A part that so many bear as that it surprises less than this finds nobody by itself.
ALONE_LEAST = 3.5
_BINS = 400
_SAME_DAY = 8


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
def similar(tables, tree, words, p, width, fall, per_letter, spread, work, best_part, found, evidence):
    """The listed parts that may be part p of the candidate, best first, each once."""
    size = 0
    for s in range(words.first[p], words.first[p + 1]):
        spelled = words.letters[words.begin[s] : words.begin[s + 1]]
        least = np.exp(max(1.0, per_letter * spelled.shape[0]))
        for channel in range(N_CHANNELS):
            size = walk(
                tables,
                tree,
                words.channel[s],
                spelled,
                channel,
                width,
                fall,
                least,
                spread,
                work,
                found,
                evidence,
                size,
            )
    order = np.argsort(-evidence[:size])
    parts = np.zeros(size, dtype=np.uint32)
    values = np.zeros(size, dtype=np.float32)
    kept = 0
    for k in order:
        part = tree.part[found[k]]
        if best_part[part] == 0.0:
            best_part[part] = evidence[k]
            parts[kept] = part
            values[kept] = evidence[k]
            kept += 1
    for k in range(kept):
        best_part[parts[k]] = 0.0
    return parts[:kept], values[:kept]


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
def collect(doors, parts, gains, number, most, budget, slot, touched, count):
    """Walks the postings of one candidate part's counterparts; gives how many names are touched so far."""
    spent = 0
    for k in range(parts.shape[0]):
        gain = gains[k]
        if gain < 0.3:
            break
        low = doors.post_first[parts[k]]
        high = doors.post_first[parts[k] + 1]
        spent += high - low
        if spent > budget:
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
def choose(  # noqa: PLR0912, PLR0915 - one compiled loop
    people, doors, alive, dob, slot, touched, count, most, enough, compared, most_of_day, fall, bonus, days
):
    """The subjects to compare, best first: by name and date, and those of the day; `slot` is zero afterwards.

    `enough` are always taken if there are so many; more, up to `most`, while they fall no more than `fall`
    below the best; and `most_of_day` of those born that very day whatever their names. Also gives how many of them
    are worth comparing: the first `compared`, and those of the day.
    """
    histogram = np.zeros(_BINS + 1, dtype=np.int64)
    for k in range(1, count + 1):
        histogram[min(_BINS, int(touched.total[k] * 8))] += 1
    first = 4 * most
    cut = _BINS
    above = histogram[_BINS]
    while cut > 0 and above + histogram[cut - 1] <= first:
        cut -= 1
        above += histogram[cut]
    room = above + 8192
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
    near = neighbours(dob, days)
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
    order = np.argsort(-values[:size])
    out = np.zeros(min(size, most), dtype=np.uint32)
    kept = 0
    if size == 0:
        return out, 0
    least = values[order[0]] - fall
    taken = set()
    same_day = 0
    worth = 0
    for turn in range(3):
        # First the best by name and date together, then whoever else was born that very day, then more of the best.
        for k in order:
            if kept == most or (turn == 0 and kept == compared):
                break
            if subjects[k] in taken:
                continue
            if turn != 1 and kept - same_day >= enough and values[k] < least:
                break
            if turn == 1:
                if k < by_name or same_day == most_of_day:
                    continue
                if date_relation(people, subjects[k], dob) < _SAME_DAY:
                    continue
                same_day += 1
            taken.add(subjects[k])
            out[kept] = subjects[k]
            kept += 1
        if turn == 1:
            worth = kept
    return out[:kept], worth
