"""The doors: from the parts of a candidate's name and a birth date to the people worth comparing.

A part's evidence is counted as surprise: how rarely anybody of the list has a part that agrees so well.
Entries add up the surprise of their parts; those with the most, helped by their dates, go on, together
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

# What a date relation adds to an entry's surprise when candidates are chosen (not when they are scored).
DATE_BONUS = np.array([-5.0, -3.0, -2.0, 1.0, 0.0, 1.0, 2.0, 4.0, 6.0, 7.0, 9.0], dtype=np.float32)


class Scratch(NamedTuple):
    """Working space for one list: one number per entry, all zero between queries."""

    total: np.ndarray
    seen: np.ndarray
    touched: np.ndarray
    best_part: np.ndarray


def scratch(entries: int, parts: int) -> Scratch:
    """Working space for a list of this size."""
    return Scratch(
        np.zeros(entries, dtype=np.float32),
        np.zeros(entries, dtype=np.uint8),
        np.zeros(entries, dtype=np.uint32),
        np.zeros(parts, dtype=np.float32),
    )


@njit(cache=True)
def similar(tables, tree, words, p, width, per_letter, work, best_part, found, evidence):
    """The listed parts that may be part p of the candidate, best first, each once."""
    size = 0
    for s in range(words.first[p], words.first[p + 1]):
        spelled = words.letters[words.begin[s] : words.begin[s + 1]]
        least = np.exp(max(1.0, per_letter * spelled.shape[0]))
        for channel in range(N_CHANNELS):
            size = walk(tables, tree, words.channel[s], spelled, channel, width, least, work, found, evidence, size)
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
def collect(doors, parts, values, levels, chances, number, budget, work, touched):
    """Walks the postings of one candidate part's counterparts; gives the entries touched so far."""
    spent = 0
    for k in range(parts.shape[0]):
        gain = min(surprise_of(levels, chances, values[k]), values[k])
        low = doors.post_first[parts[k]]
        high = doors.post_first[parts[k] + 1]
        if gain < 0.3:
            continue
        spent += high - low
        if spent > budget:
            break
        for at in range(low, high):
            entry = doors.post_entry[at]
            if work.seen[entry] == number:
                continue
            if work.seen[entry] == 0:
                work.touched[touched] = entry
                touched += 1
            work.seen[entry] = number
            work.total[entry] += gain
    return touched


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
def choose(  # noqa: PLR0912 - one compiled loop
    people, doors, alive, dob, touched, work, most, bonus, days
):
    """The subjects to compare: the best by name and date, and those of the day; scratch is zeroed."""
    # By name: a histogram of totals finds the cut without sorting all entries touched.
    bins = 400
    histogram = np.zeros(bins + 1, dtype=np.int64)
    for k in range(touched):
        histogram[min(bins, int(work.total[work.touched[k]] * 8))] += 1
    first = 12 * most
    cut = bins
    count = histogram[bins]
    while cut > 0 and count + histogram[cut - 1] <= first:
        cut -= 1
        count += histogram[cut]
    subjects = np.zeros(count + 8192, dtype=np.uint32)
    values = np.zeros(count + 8192, dtype=np.float32)
    size = 0
    for k in range(touched):
        entry = work.touched[k]
        if int(work.total[entry] * 8) >= cut and size < count:
            subject = people.entry_subject[entry]
            if alive[subject]:
                subjects[size] = subject
                values[size] = work.total[entry] + bonus[date_relation(people, subject, dob)]
                size += 1
    # By date: whoever was born that day, or on a day that this may be a slip of.
    near = neighbours(dob, days)
    for k in range(near):
        low = np.searchsorted(doors.day, days[k])
        while low < doors.day.shape[0] and doors.day[low] == days[k] and size < subjects.shape[0]:
            subject = doors.day_subject[low]
            low += 1
            if not alive[subject]:
                continue
            best = 0.0
            for entry in range(people.first_entry[subject], people.first_entry[subject + 1]):
                best = max(best, work.total[entry])
            subjects[size] = subject
            values[size] = best + bonus[date_relation(people, subject, dob)]
            size += 1
    for k in range(touched):
        entry = work.touched[k]
        work.total[entry] = 0.0
        work.seen[entry] = 0
    order = np.argsort(-values[:size])
    out = np.zeros(min(size, most), dtype=np.uint32)
    kept = 0
    for k in order:
        if kept == most:
            break
        again = False
        for other in range(kept):
            if out[other] == subjects[k]:
                again = True
                break
        if not again:
            out[kept] = subjects[k]
            kept += 1
    return out[:kept]
