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

from concord_screening.engine.ahead import prefetch
from concord_screening.engine.dates import neighbours, relation
from concord_screening.engine.lean import lean
from concord_screening.engine.loaded import listed_at
from concord_screening.engine.retrieve import BINS, collect, gains_of

# What a date relation adds to a name's surprise when candidates are chosen (not when they are scored).
DATE_BONUS = np.array([-5.0, -4.0, -3.0, 0.0, 0.0, 0.5, 1.5, 3.0, 6.0, 7.0, 9.0], dtype=np.float32)
# The same for country and sex: differ, not known, agree. Among many namesakes without a date little else tells.
COUNTRY_BONUS = np.array([-1.5, 0.0, 1.5], dtype=np.float32)
SEX_BONUS = np.array([-1.5, 0.0, 0.3], dtype=np.float32)
_SAME_DAY = 8
# How two particulars stand to each other.
DIFFERENT, NOT_KNOWN, SAME = 0, 1, 2


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
def date_relation(listed, subject, dob):
    """The relation that speaks most for one person, over all dates listed."""
    low = listed.dob_first[subject]
    high = listed.dob_first[subject + 1]
    if low == high or dob == 0:
        return 4
    best = 0
    for at in range(low, high):
        best = max(best, relation(dob, listed.dobs[at]))
    return best


@lean
def agreement(a, b):
    """`SAME`, `DIFFERENT`, or `NOT_KNOWN` of either."""
    if a == 0 or b == 0:
        return NOT_KNOWN
    return SAME if a == b else DIFFERENT


@lean
def country_agreement(listed, subject, country):
    """The same over all countries listed for one person."""
    low = listed.country_first[subject]
    high = listed.country_first[subject + 1]
    if country == 0 or low == high:
        return NOT_KNOWN
    same = DIFFERENT
    for at in range(low, high):
        same = max(same, agreement(country, listed.countries[at]))
    return same


@lean
def _bonus(listed, subject, asked):
    """What a person's particulars add to the name's surprise."""
    return (
        DATE_BONUS[date_relation(listed, subject, asked.dob)]
        + COUNTRY_BONUS[country_agreement(listed, subject, asked.country)]
        + SEX_BONUS[agreement(asked.gender, listed.gender[subject])]
    )


@lean
def _cut(touched, count, most):
    """The least total (in eighths) that not too many names reach, and how many do."""
    histogram = touched.histogram
    histogram[:] = 0
    for k in range(1, count + 1):
        histogram[min(BINS, int(touched.total[k] * 8))] += 1
    cut = BINS
    above = histogram[BINS]
    while cut > 0 and above + histogram[cut - 1] <= 4 * most:
        cut -= 1
        above += histogram[cut]
    return cut, above


@lean
def _of_name(listed, touched, count, cut, subjects, values):
    """Writes who bears a name that reaches the cut, and its total; gives how many."""
    size = 0
    for k in range(1, count + 1):
        if int(touched.total[k] * 8) >= cut:
            subjects[size] = touched.entry[k]
            values[size] = touched.total[k]
            prefetch(listed.entry_subject, np.int64(touched.entry[k]))
            size += 1
    for k in range(size):
        subjects[k] = listed.entry_subject[subjects[k]]
    return size


@lean
def _of_days(listed, touched, days, near_days, subjects, values, size):
    """Adds who was born on one of these days, and the best total of their names; gives how many there are then."""
    begin = size
    for k in range(near_days):
        low = np.searchsorted(listed.day, days[k])
        while low < listed.day.shape[0] and listed.day[low] == days[k] and size < subjects.shape[0]:
            subjects[size] = listed.day_subject[low]
            prefetch(listed.first_entry, np.int64(subjects[size]))
            size += 1
            low += 1
    for k in range(begin, size):
        prefetch(listed.slot, np.int64(listed.first_entry[subjects[k]]))
    for k in range(begin, size):
        best = np.float32(0.0)
        for entry in range(listed.first_entry[subjects[k]], listed.first_entry[subjects[k] + 1]):
            if listed.slot[entry] > 0:
                best = max(best, touched.total[listed.slot[entry]])
        values[k] = best
    return size


@lean
def _living(listed, subjects, values, size, by_name):
    """Leaves out who is no longer listed; gives how many are left, and how many of them by name."""
    for k in range(size):
        prefetch(listed.alive, np.int64(subjects[k]))
        prefetch(listed.dob_first, np.int64(subjects[k]))
        prefetch(listed.country_first, np.int64(subjects[k]))
        prefetch(listed.gender, np.int64(subjects[k]))
        prefetch(listed.first_entry, np.int64(subjects[k]))
    kept = 0
    kept_by_name = 0
    for k in range(size):
        if listed.alive[subjects[k]]:
            subjects[kept] = subjects[k]
            values[kept] = values[k]
            prefetch(listed.dobs, np.int64(listed.dob_first[subjects[k]]))
            prefetch(listed.countries, np.int64(listed.country_first[subjects[k]]))
            kept += 1
            kept_by_name += k < by_name
    return kept, kept_by_name


@njit(cache=True)
def _led_to(listed, dealt, s, own, gains, limits, share, most, asked, touched, days):
    """Opens the doors of one segment: by parts of the name, and by dates that are the same or may be a slip.

    Gives the `most` best, and as many of the best who were born that very day.
    """
    count = collect(listed, dealt, s, own, gains, limits, share, touched)
    cut, above = _cut(touched, count, most)
    near_days = neighbours(asked.dob, days)
    born = 0
    for k in range(near_days):
        born += np.searchsorted(listed.day, days[k] + 1) - np.searchsorted(listed.day, days[k])
    room = above + min(born, 8192)
    subjects = np.empty(room, dtype=np.uint32)
    values = np.empty(room, dtype=np.float32)
    by_name = _of_name(listed, touched, count, cut, subjects, values)
    size = _of_days(listed, touched, days, near_days, subjects, values, by_name)
    for k in range(1, count + 1):
        listed.slot[touched.entry[k]] = 0
    size, by_name = _living(listed, subjects, values, size, by_name)
    for k in range(size):
        values[k] += _bonus(listed, subjects[k], asked)
    return _each_once(listed, subjects, values, size, by_name, most, asked.dob)


@njit(cache=True)
def _each_once(listed, subjects, values, size, by_name, most, dob):
    """The best row of each person; those of the day are found again among the rows by date."""
    slot, first_entry = listed.slot, listed.first_entry
    out = Led(np.zeros(size, np.uint32), np.zeros(size, np.float32), np.zeros(size, np.bool_))
    kept = 0
    of_day = 0
    for k in np.argsort(-values[:size], kind="mergesort"):
        subject = subjects[k]
        own_day = k >= by_name and date_relation(listed, subject, dob) >= _SAME_DAY
        own = slot[first_entry[subject]]
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
        slot[first_entry[subject]] = kept
    for k in range(kept):
        slot[first_entry[out.subject[k]]] = 0
    return Led(out.subject[:kept], out.value[:kept], out.of_day[:kept])


@njit(cache=True)
def chosen(like, every, dealt, own, in_list, whole, limits, choice, asked, touched, days):
    """Whom to compare and whom only to name, the best first: segment, person, and how many are worth comparing."""
    gains = gains_of(dealt, in_list)
    segments = every.shape[0]
    room = 0
    for s in range(segments):
        room += min(2 * choice.people, listed_at(like, every, s).gender.shape[0])
    segment = np.empty(room, dtype=np.int64)
    led = Led(np.empty(room, np.uint32), np.empty(room, np.float32), np.empty(room, np.bool_))
    size = 0
    for s in range(segments):
        listed = listed_at(like, every, s)
        share = listed.entry_subject.shape[0] / max(1, whole.entries)
        here = _led_to(listed, dealt, s, own, gains, limits, share, choice.people, asked, touched, days)
        end = size + here.subject.shape[0]
        segment[size:end] = s
        led.subject[size:end] = here.subject
        led.value[size:end] = here.value
        led.of_day[size:end] = here.of_day
        size = end
    places, worth = choose(led.value[:size], led.of_day[:size], choice)
    return segment[places], led.subject[places], worth


@njit(cache=True)
def everybody(like, every):
    """The same without any choice: everybody who is listed still."""
    segments = every.shape[0]
    size = 0
    for s in range(segments):
        size += listed_at(like, every, s).alive.sum()
    segment = np.empty(size, dtype=np.int64)
    subject = np.empty(size, dtype=np.uint32)
    at = 0
    for s in range(segments):
        alive = listed_at(like, every, s).alive
        for person in range(alive.shape[0]):
            if alive[person]:
                segment[at] = s
                subject[at] = person
                at += 1
    return segment, subject, size


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
