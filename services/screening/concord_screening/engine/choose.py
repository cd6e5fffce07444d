"""Whom to compare: of all whom the doors of all segments led to, the best by name and date.

Each segment hands in its best; the choice is made over all of them at once, so that a list in many segments is
searched as one in a single one.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from concord_screening.engine.dates import neighbours, relation
from concord_screening.engine.lean import lean
from concord_screening.engine.retrieve import collect

# What a date relation adds to a name's surprise when candidates are chosen (not when they are scored).
DATE_BONUS = np.array([-5.0, -4.0, -3.0, 0.0, 0.0, 0.5, 1.5, 3.0, 6.0, 7.0, 9.0], dtype=np.float32)
# The same for country and sex: differ, not known, agree. Among many namesakes without a date little else tells.
COUNTRY_BONUS = np.array([-1.5, 0.0, 1.5], dtype=np.float32)
SEX_BONUS = np.array([-1.5, 0.0, 0.3], dtype=np.float32)
_BINS = 400
_SAME_DAY = 8


class Choice(NamedTuple):
    """How many go on; see `budget.Budget`."""

    people: int
    enough: int
    compared: int
    of_day: int
    fall: float


class Led(NamedTuple):
    """Whom the doors of one segment led to, each once, the best first: how good name and date are together, and
    whether the date alone is reason to compare."""

    subject: np.ndarray
    value: np.ndarray
    of_day: np.ndarray


@lean
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


@lean
def agreement(a, b):
    """2 for the same, 0 for different, 1 when one is not known."""
    if a == 0 or b == 0:
        return 1
    return 2 if a == b else 0


@lean
def country_agreement(people, subject, country):
    """The same over all countries listed for one person."""
    low = people.country_first[subject]
    high = people.country_first[subject + 1]
    if country == 0 or low == high:
        return 1
    same = 0
    for at in range(low, high):
        same = max(same, agreement(country, people.countries[at]))
    return same


@lean
def _bonus(people, subject, asked):
    """What a person's particulars add to the name's surprise."""
    return (
        DATE_BONUS[date_relation(people, subject, asked.dob)]
        + COUNTRY_BONUS[country_agreement(people, subject, asked.country)]
        + SEX_BONUS[agreement(asked.gender, people.gender[subject])]
    )


@njit(cache=True)
def led_to(people, doors, alive, near, in_list, limits, most, asked, slot, touched, days):
    """Opens the doors of one segment: by parts of the name, and by dates that are the same or may be a slip.

    Gives the `most` best, and as many of the best who were born that very day; `slot` is zero afterwards.
    """
    count = collect(doors, near, in_list.first, in_list.levels, in_list.chances, limits, slot, touched)
    histogram = np.zeros(_BINS + 1, dtype=np.int64)
    for k in range(1, count + 1):
        histogram[min(_BINS, int(touched.total[k] * 8))] += 1
    cut = _BINS
    above = histogram[_BINS]
    while cut > 0 and above + histogram[cut - 1] <= 4 * most:
        cut -= 1
        above += histogram[cut]
    near_days = neighbours(asked.dob, days)
    born = 0
    for k in range(near_days):
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
                values[size] = touched.total[k] + _bonus(people, subject, asked)
                size += 1
    by_name = size
    for k in range(near_days):
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
            values[size] = best + _bonus(people, subject, asked)
            size += 1
    for k in range(1, count + 1):
        slot[touched.entry[k]] = 0
    return _each_once(people, subjects, values, size, by_name, most, asked.dob, slot)


@njit(cache=True)
def _each_once(people, subjects, values, size, by_name, most, dob, slot):
    """The best row of each person; those of the day are found again among the rows by date."""
    out = Led(np.zeros(size, np.uint32), np.zeros(size, np.float32), np.zeros(size, np.bool_))
    kept = 0
    of_day = 0
    for k in np.argsort(-values[:size], kind="mergesort"):
        subject = subjects[k]
        own_day = k >= by_name and date_relation(people, subject, dob) >= _SAME_DAY
        own = slot[people.first_entry[subject]]
        if own > 0:
            if own_day and not out.of_day[own - 1]:
                out.of_day[own - 1] = True
                of_day += 1
            continue
        if kept >= most and not (own_day and of_day < most):
            continue
        out.subject[kept] = subject
        out.value[kept] = values[k]
        out.of_day[kept] = own_day
        of_day += own_day
        kept += 1
        slot[people.first_entry[subject]] = kept
    for k in range(kept):
        slot[people.first_entry[out.subject[k]]] = 0
    return Led(out.subject[:kept].copy(), out.value[:kept].copy(), out.of_day[:kept].copy())


@njit(cache=True)
def choose(value, of_day, choice):
    """The places of those to take, the best first, and how many of them are worth comparing.

    `enough` are always taken if there are so many; more, up to `people`, while they fall no more than `fall` below
    the best; and `of_day` of those born that very day whatever their names. Worth comparing are the first `compared`,
    and those of the day.
    """
    size = value.shape[0]
    out = np.zeros(min(size, choice.people), dtype=np.int64)
    if size == 0:
        return out, 0
    order = np.argsort(-value, kind="mergesort")
    taken = np.zeros(size, dtype=np.bool_)
    least = value[order[0]] - choice.fall
    kept = 0
    same_day = 0
    worth = 0
    for turn in range(3):
        # First the best by name and date together, then whoever else was born that very day, then more of the best.
        for k in order:
            if kept == choice.people or (turn == 0 and kept == choice.compared):
                break
            if taken[k]:
                continue
            if turn != 1 and kept - same_day >= choice.enough and value[k] < least:
                break
            if turn == 1:
                if not of_day[k] or same_day == choice.of_day:
                    continue
                same_day += 1
            taken[k] = True
            out[kept] = k
            kept += 1
        if turn == 1:
            worth = kept
    return out[:kept], worth
