"""A list of people as arrays: the form in which it is searched, written to disk and merged.

What is kept of a name is its analysed parts, not the text that was typed.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from hashlib import blake2b
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from concord_screening.engine import places, trie
from concord_screening.engine.analysis import Form, Part
from concord_screening.engine.analysis import forms as forms_of
from concord_screening.engine.arrays import Words
from concord_screening.engine.dates import ImpossibleDateError, parse, today
from concord_screening.engine.domain import Subject
from concord_screening.engine.lexicon import Lexicon
from concord_screening.engine.romanise import Channel

GENDERS = {"male": 1, "m": 1, "female": 2, "f": 2}


class People(NamedTuple):
    """The listed people. An entry is one spelling of a name; entries of one person lie together."""

    id_begin: np.ndarray
    id_bytes: np.ndarray
    first_entry: np.ndarray
    entry_first: np.ndarray
    entry_part: np.ndarray
    entry_subject: np.ndarray
    entry_channel: np.ndarray
    dob_first: np.ndarray
    dobs: np.ndarray
    country_first: np.ndarray
    countries: np.ndarray
    gender: np.ndarray


class Doors(NamedTuple):
    """Ways to find people: entries by part of the name, subjects by full birth date and by their id."""

    post_first: np.ndarray
    post_entry: np.ndarray
    day: np.ndarray
    day_subject: np.ndarray
    id_hash: np.ndarray
    id_subject: np.ndarray


class Listing(NamedTuple):
    """Everything that one segment holds."""

    words: Words
    tree: trie.Trie
    people: People
    doors: Doors

    @property
    def size(self) -> int:
        """How many people."""
        return len(self.people.gender)

    @property
    def entries(self) -> int:
        """How many spellings."""
        return len(self.people.entry_subject)

    def subject_id(self, number: int) -> str:
        """The id of a person by place in the list."""
        begin = self.people.id_begin
        return bytes(self.people.id_bytes[begin[number] : begin[number + 1]]).decode()

    def ids_of(self, numbers: np.ndarray) -> list[str]:
        """The ids of several people."""
        begin, raw = self.people.id_begin, self.people.id_bytes.data
        ends = zip(begin[numbers].tolist(), begin[numbers + 1].tolist(), strict=True)
        return [str(raw[low:high], "utf-8") for low, high in ends]

    def find(self, subject_id: str) -> int | None:
        """The place of a person in the list; of one who was given several times, the last."""
        hashes = self.doors.id_hash
        own = np.uint64(_hash(subject_id.encode()))
        at = int(np.searchsorted(hashes, own))
        found = None
        while at < len(hashes) and hashes[at] == own:
            number = int(self.doors.id_subject[at])
            if self.subject_id(number) == subject_id:
                found = max(found or 0, number)
            at += 1
        return found

    def replaced(self) -> list[int]:
        """The places of those who stand there again, later."""
        hashes = self.doors.id_hash
        again = np.flatnonzero(hashes[1:] == hashes[:-1])
        numbers = {int(self.doors.id_subject[at]) for first in again for at in (first, first + 1)}
        return [number for number in numbers if self.find(self.subject_id(number)) != number]

    def subject_ids(self) -> list[str]:
        """All ids in order."""
        raw = self.people.id_bytes.tobytes()
        begin = self.people.id_begin.tolist()
        return [raw[a:b].decode() for a, b in pairwise(begin)]


def _starts(counts: Iterable[int]) -> np.ndarray:
    values = np.fromiter(counts, dtype=np.uint32)
    return np.concatenate([np.zeros(1, np.uint32), np.cumsum(values, dtype=np.uint32)])


class Builder:
    """Takes subjects in, one by one, and gives the listing."""

    def __init__(self) -> None:
        self._lexicon = Lexicon()
        self._ids: list[bytes] = []
        self._parts = array("I")
        self._part_counts = array("B")
        self._channels = array("B")
        self._forms_of: list[int] = []
        self._dobs: list[tuple[int, ...]] = []
        self._countries: list[tuple[int, ...]] = []
        self._genders: list[int] = []

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, subject: Subject, unread: Callable[[int], None] | None = None) -> bool:
        """Adds a person; false when none of the names can be read, and the person is not added.

        `unread` is told the place of each name that cannot be read.
        """
        forms: dict[tuple[Part, ...], Form] = {}
        for place, name in enumerate(subject.names):
            found = forms_of(name.text)
            if not found and unread:
                unread(place)
            for form in found:
                forms.setdefault(form.parts, form)
        if not forms:
            return False
        for form in forms.values():
            self._parts.extend(self._lexicon.number(part) for part in form.parts)
            self._part_counts.append(len(form.parts))
            self._channels.append(form.channel)
        self._forms_of.append(len(forms))
        self._ids.append(subject.subject_id.encode())
        self._dobs.append(tuple(sorted({d for text in subject.dobs if (d := _date(text))})))
        self._countries.append(tuple(sorted({n for c in subject.countries if (n := places.number(c))})))
        self._genders.append(GENDERS.get((subject.gender or "").lower(), 0))
        return True

    def listing(self) -> Listing:
        """All people added so far."""
        people = People(
            _starts(map(len, self._ids)),
            np.frombuffer(b"".join(self._ids), dtype=np.uint8).copy(),
            _starts(self._forms_of),
            _starts(self._part_counts),
            np.array(self._parts, dtype=np.uint32),
            np.repeat(np.arange(len(self._ids), dtype=np.uint32), self._forms_of),
            np.array(self._channels, dtype=np.uint8),
            _starts(map(len, self._dobs)),
            np.array([d for own in self._dobs for d in own], dtype=np.int32),
            _starts(map(len, self._countries)),
            np.array([c for own in self._countries for c in own], dtype=np.uint16),
            np.array(self._genders, dtype=np.uint8),
        )
        return finish(self._lexicon.words(), people)


def _date(text: str) -> int:
    """A date of a listed person; one that cannot be is no evidence, and does not unlist the person."""
    try:
        return parse(text, today())
    except ImpossibleDateError:
        return 0


def _hash(subject_id: bytes) -> int:
    return int.from_bytes(blake2b(subject_id, digest_size=8).digest(), "little")


def finish(words: Words, people: People) -> Listing:
    """Builds the doors to the people."""
    parts = len(words.first) - 1
    per_entry = people.entry_first[1:] - people.entry_first[:-1]
    owner = np.repeat(np.arange(len(per_entry), dtype=np.uint32), per_entry)
    order = np.argsort(people.entry_part, kind="stable")
    post_first = np.zeros(parts + 1, dtype=np.uint32)
    np.cumsum(np.bincount(people.entry_part, minlength=parts), out=post_first[1:])
    subject = np.repeat(np.arange(len(people.gender), dtype=np.uint32), people.dob_first[1:] - people.dob_first[:-1])
    full = people.dobs % 100 > 0
    days, whose = people.dobs[full], subject[full]
    by_day = np.argsort(days, kind="stable")
    raw = people.id_bytes.tobytes()
    begin = people.id_begin.tolist()
    hashes = np.array([_hash(raw[a:b]) for a, b in pairwise(begin)], dtype=np.uint64)
    by_id = np.argsort(hashes, kind="stable").astype(np.uint32)
    doors = Doors(post_first, owner[order], days[by_day], whose[by_day], hashes[by_id], by_id)
    return Listing(words, trie.build(words), people, doors)


def parts_of(words: Words) -> list[Part]:
    """The parts back from their arrays, to put lists together."""
    raw = words.letters
    text = np.where(raw <= 26, raw + 96, raw + 38).astype(np.uint8).tobytes().decode("ascii")
    begin = words.begin.tolist()
    channel = [Channel(c) for c in words.channel.tolist()]
    first = words.first.tolist()
    return [Part(tuple((channel[s], text[begin[s] : begin[s + 1]]) for s in range(a, b))) for a, b in pairwise(first)]


def _take(starts: np.ndarray, values: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The values of some rows of a ragged array: their counts, and the values in one."""
    low = starts[rows].astype(np.int64)
    counts = starts[rows + 1].astype(np.int64) - low
    ends = np.cumsum(counts)
    at = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts) + np.repeat(low, counts)
    return counts, values[at]


def merge(listings: list[Listing], alive: list[np.ndarray]) -> Listing:
    """One listing of the living people of several; nothing of the others is left in it."""
    lexicon = Lexicon()
    columns: list[list[np.ndarray]] = [[] for _ in range(10)]
    for listing, living in zip(listings, alive, strict=True):
        people = listing.people
        rows = np.flatnonzero(living).astype(np.int64)
        id_counts, ids = _take(people.id_begin, people.id_bytes, rows)
        every_entry = np.arange(listing.entries, dtype=np.int64)
        entry_counts, entries = _take(people.first_entry, every_entry, rows)
        part_counts, old_parts = _take(people.entry_first, people.entry_part, entries)
        used, inverse = np.unique(old_parts, return_inverse=True)
        known = parts_of(listing.words)
        numbers = np.array([lexicon.number(known[p]) for p in used.tolist()], dtype=np.uint32)
        dob_counts, dobs = _take(people.dob_first, people.dobs, rows)
        country_counts, countries = _take(people.country_first, people.countries, rows)
        new_parts = numbers[inverse] if len(used) else np.zeros(0, np.uint32)
        for column, values in zip(
            columns,
            (id_counts, ids, entry_counts, part_counts, new_parts, people.entry_channel[entries],
             dob_counts, dobs, country_counts, countries),
            strict=True,
        ):  # fmt: skip
            column.append(values)
    genders = [listing.people.gender[living] for listing, living in zip(listings, alive, strict=True)]
    id_c, id_v, entry_c, part_c, part_v, channel, dob_c, dob_v, country_c, country_v = map(np.concatenate, columns)
    people = People(
        _starts(id_c), id_v, _starts(entry_c), _starts(part_c), part_v,
        np.repeat(np.arange(len(entry_c), dtype=np.uint32), entry_c), channel,
        _starts(dob_c), dob_v, _starts(country_c), country_v, np.concatenate(genders),
    )  # fmt: skip
    return finish(lexicon.words(), people)
