"""Of all segments what is compared with one candidate: the names of those chosen, and how their particulars agree.

Parts of names that several of them have, in whatever segments, stand here once: each is compared once.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from concord_screening.engine.ahead import prefetch
from concord_screening.engine.arrays import Names, Words
from concord_screening.engine.choose import agreement, country_agreement, date_relation
from concord_screening.engine.lean import lean
from concord_screening.engine.loaded import listed_at

_PRIME = 16_777_619
_SEED = 2_166_136_261
_MASK = 0xFFFF_FFFF


class Excerpt(NamedTuple):
    """Person k has the names from `first[k]` to `first[k + 1]`; how dates, countries and sexes agree with the
    candidate's."""

    names: Names
    first: np.ndarray
    date: np.ndarray
    country: np.ndarray
    gender: np.ndarray


class _Taken(NamedTuple):
    """Parts of names as they come: segment, number there, spellings, letters."""

    segment: np.ndarray
    part: np.ndarray
    first: np.ndarray
    last: np.ndarray
    begin: np.ndarray
    end: np.ndarray


@njit(cache=True)
def _people(like, every, segment, subject, order, asked):
    """The particulars of each person, and where the names of each begin."""
    count = subject.shape[0]
    first = np.zeros(count + 1, dtype=np.int64)
    date = np.empty(count, dtype=np.int64)
    country = np.empty(count, dtype=np.int64)
    gender = np.empty(count, dtype=np.int64)
    for k in order:
        listed = listed_at(like, every, segment[k])
        person = np.int64(subject[k])
        first[k + 1] = listed.first_entry[person + 1] - listed.first_entry[person]
        date[k] = date_relation(listed, person, asked.dob)
        country[k] = country_agreement(listed, person, asked.country)
        gender[k] = agreement(asked.gender, listed.gender[person])
        prefetch(listed.entry_first, np.int64(listed.first_entry[person]))
        prefetch(listed.entry_channel, np.int64(listed.first_entry[person]))
    for k in range(count):
        first[k + 1] += first[k]
    return first, date, country, gender


@njit(cache=True)
def _entries(like, every, segment, subject, order, first):
    """Where the parts of each name begin, and its channel."""
    entry_first = np.zeros(first[-1] + 1, dtype=np.uint32)
    channel = np.empty(first[-1], dtype=np.uint8)
    for k in order:
        listed = listed_at(like, every, segment[k])
        begin = np.int64(listed.first_entry[subject[k]])
        for x in range(first[k + 1] - first[k]):
            low = listed.entry_first[begin + x]
            entry_first[first[k] + x + 1] = listed.entry_first[begin + x + 1] - low
            channel[first[k] + x] = listed.entry_channel[begin + x]
            prefetch(listed.entry_part, np.int64(low))
    for e in range(first[-1]):
        entry_first[e + 1] += entry_first[e]
    return entry_first, channel


@njit(cache=True)
def _parts(like, every, segment, subject, order, first, entry_first):
    """All parts of all names, as they come."""
    count = np.int64(entry_first[-1])
    taken = _Taken(
        np.empty(count, dtype=np.int64),
        np.empty(count, dtype=np.int64),
        np.empty(count, dtype=np.int64),
        np.empty(count, dtype=np.int64),
        np.empty(count, dtype=np.int64),
        np.empty(count, dtype=np.int64),
    )
    for k in order:
        listed = listed_at(like, every, segment[k])
        at = np.int64(listed.entry_first[listed.first_entry[subject[k]]])
        for x in range(entry_first[first[k]], entry_first[first[k + 1]]):
            taken.segment[x] = segment[k]
            taken.part[x] = listed.entry_part[at]
            prefetch(listed.first, taken.part[x])
            prefetch(listed.rare, taken.part[x])
            at += 1
    for k in order:
        listed = listed_at(like, every, segment[k])
        for x in range(entry_first[first[k]], entry_first[first[k + 1]]):
            taken.first[x] = listed.first[taken.part[x]]
            taken.last[x] = listed.first[taken.part[x] + 1]
            prefetch(listed.begin, taken.first[x])
            prefetch(listed.channel, taken.first[x])
    for k in order:
        listed = listed_at(like, every, segment[k])
        for x in range(entry_first[first[k]], entry_first[first[k + 1]]):
            taken.begin[x] = listed.begin[taken.first[x]]
            taken.end[x] = listed.begin[taken.last[x]]
            prefetch(listed.letters, taken.begin[x])
    return taken


@lean
def _same(words, number, listed, low, high, begin, end):
    """Whether part `number` of those that are written down is this part of a segment."""
    first = np.int64(words.first[number])
    if words.first[number + 1] - first != high - low or words.begin[words.first[number + 1]] - words.begin[first] != (
        end - begin
    ):
        return False
    own = np.int64(words.begin[first])
    for x in range(end - begin):
        if words.letters[own + x] != listed.letters[begin + x]:
            return False
    for s in range(high - low):
        if words.channel[first + s] != listed.channel[low + s]:
            return False
        if words.begin[first + s + 1] - own != listed.begin[low + s + 1] - begin:
            return False
    return True


@njit(cache=True)
def _numbered(like, every, taken):
    """Each different part once, and the numbers of all."""
    count = taken.part.shape[0]
    spellings = 0
    letters = 0
    for x in range(count):
        spellings += taken.last[x] - taken.first[x]
        letters += taken.end[x] - taken.begin[x]
    words = Words(
        np.empty(letters, dtype=np.uint8),
        np.zeros(count + 1, dtype=np.uint32),
        np.empty(spellings, dtype=np.uint8),
        np.zeros(spellings + 1, dtype=np.uint32),
        np.empty(count, dtype=np.uint8),
    )
    numbers = np.empty(count, dtype=np.uint32)
    room = 16
    while room < 2 * count:
        room *= 2
    table = np.full(room, -1, dtype=np.int64)
    size = 0
    for x in range(count):
        listed = listed_at(like, every, taken.segment[x])
        low, high, begin, end = taken.first[x], taken.last[x], taken.begin[x], taken.end[x]
        mixed = np.int64(_SEED)
        for at in range(begin, end):
            mixed = ((mixed ^ np.int64(listed.letters[at])) * _PRIME) & _MASK
        place = (mixed ^ (mixed >> 15)) & (room - 1)
        while table[place] >= 0 and not _same(words, table[place], listed, low, high, begin, end):
            place = (place + 1) & (room - 1)
        if table[place] < 0:
            table[place] = size
            first = np.int64(words.first[size])
            own = np.int64(words.begin[first])
            for at in range(end - begin):
                words.letters[own + at] = listed.letters[begin + at]
            for s in range(high - low):
                words.channel[first + s] = listed.channel[low + s]
                words.begin[first + s + 1] = own + listed.begin[low + s + 1] - begin
            words.first[size + 1] = first + high - low
            words.rare[size] = listed.rare[taken.part[x]]
            size += 1
        numbers[x] = table[place]
    spelled = np.int64(words.first[size])
    cut = Words(
        words.letters[: words.begin[spelled]], words.first[: size + 1], words.channel[:spelled],
        words.begin[: spelled + 1], words.rare[:size],
    )  # fmt: skip
    return cut, numbers


@njit(cache=True)
def excerpt(like, every, segment, subject, asked):
    """What is compared of these people; `like` and `every` as `loaded.listed_at` takes them."""
    order = np.argsort(segment, kind="mergesort")
    first, date, country, gender = _people(like, every, segment, subject, order, asked)
    entry_first, channel = _entries(like, every, segment, subject, order, first)
    taken = _parts(like, every, segment, subject, order, first, entry_first)
    words, numbers = _numbered(like, every, taken)
    return Excerpt(Names(words, entry_first, numbers, channel), first, date, country, gender)
