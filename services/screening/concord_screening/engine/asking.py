"""One candidate put to the lists of several owners as if they were one.

How common a name, a date, a country is, and whom to compare, is told of all lists together; each has its own answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from itertools import islice
from typing import NamedTuple

import numpy as np

from concord_screening.engine import places
from concord_screening.engine.analysis import forms, unread_words
from concord_screening.engine.budget import Budget
from concord_screening.engine.dates import DateRelation, parse, today
from concord_screening.engine.domain import Hit, Query, Reason, Result, Zone
from concord_screening.engine.evidence import DATE
from concord_screening.engine.explain import reasons, terms_of
from concord_screening.engine.gam import probabilities
from concord_screening.engine.listing import GENDERS
from concord_screening.engine.loaded import Segment
from concord_screening.engine.model import Model
from concord_screening.engine.nearby import Memory
from concord_screening.engine.search import Asked, Found, Searcher
from concord_screening.engine.zones import capped, zones_of


class Read(NamedTuple):
    """A query as it is understood: nothing if no part of its names can be read; and why what cannot be could not."""

    asked: Asked | None
    unread: tuple[Reason, ...]


def read(query: Query) -> Read:
    """Reads a query; a date that cannot be raises `ImpossibleDateError`."""
    dob = parse(query.dob, today())
    found = [(name.text, forms(name.text)) for name in query.names]
    # A name of which one word cannot be read is not cleared either: that word may be the one that tells.
    unread = tuple(_unread(text) for text, own in found if not own or unread_words(text))
    every = {form.parts: form for _, own in found for form in own}
    if not every:
        return Read(None, unread or (Reason("name_empty"),))
    gender = GENDERS.get((query.gender or "").lower(), 0)
    return Read(Asked.of(tuple(every.values()), dob, places.number(query.nationality), gender), unread)


class Asking:
    """Answers with one model; keeps working space, so used by one thread at a time."""

    def __init__(self, model: Model, budget: Budget | None) -> None:
        self.searcher = Searcher(model, budget)
        self._people = model.people

    def look_ahead(self, reads: Sequence[Read], lists: Sequence[Sequence[Segment]], memory: Memory) -> None:
        """What several queries share is looked for at once, and kept."""
        segments = [segment for own in lists for segment in own]
        if segments:
            asked = [(read.asked.own, read.asked.parts) for read in reads if read.asked]
            self.searcher.nearby.look_ahead(asked, segments, memory)

    def answers(
        self, read: Read, lists: Sequence[Sequence[Segment]], limit: int | None, exhaustive: bool, candidates: bool,
        memory: Memory | None = None,
    ) -> list[Result]:  # fmt: skip
        """Each list's answer; see `commands.Index.query`. `memory` is what the batch that asks has found so far."""
        asked, unread = read
        if asked is None:
            return [Result(Zone.UNDECIDABLE, (), (), unread)] * len(lists)
        segments = [segment for own in lists for segment in own]
        found = self.searcher.search(asked, segments, exhaustive, limit or 0, memory)
        if found is None:
            return [Result(_zone(frozenset(), unread), (), (), unread)] * len(lists)
        owner = np.repeat(np.arange(len(lists)), [len(own) for own in lists])
        told = _Told.of(found)
        rows = told.by_list(owner[found.segment[: len(told.zones)]].tolist(), len(lists))
        shown = [
            _named(own if limit is not None else told.unclear(own), limit, told.odds, found, segments) for own in rows
        ]
        hits = iter(self._hits([one for own in shown for one in own], told, found, asked, segments))
        others = _others(found, owner, segments, len(lists)) if candidates else [()] * len(lists)
        return [
            Result(_zone({told.zones[at] for at in own}, unread), tuple(islice(hits, len(named))), compared, unread)
            for own, named, compared in zip(rows, shown, others, strict=True)
        ]

    def _hits(
        self, named: Sequence[tuple[str, int]], told: _Told, found: Found, asked: Asked, segments: Sequence[Segment]
    ) -> Iterator[Hit]:
        """These people, by id and place among those found, with reasons."""
        weighed = found.weighed
        places = [at for _, at in named]
        evidence = weighed.evidence[places]
        terms = terms_of(self._people, evidence).tolist()
        rows = zip(
            named,
            evidence.tolist(),
            terms,
            weighed.details[places].tolist(),
            weighed.channel[places].tolist(),
            strict=True,
        )
        size = sum(segment.listing.size for segment in segments)
        for (subject_id, at), values, added, details, channel in rows:
            zone = told.zones[at]
            why = reasons(values, added, details, (asked.channel, channel), size)
            if zone is Zone.UNDECIDABLE:
                why = (*why, Reason("rare_name_without_date"))
            yield Hit(subject_id, told.scores[at], zone, why)


class _Told(NamedTuple):
    """What is said of those compared, in the order in which they were found."""

    odds: list[float]
    scores: list[float]
    zones: list[Zone]

    @classmethod
    def of(cls, found: Found) -> _Told:
        weighed = found.weighed
        # The evidence that decides on a zone stands first.
        name, surprise, date = weighed.evidence[:, : DATE + 1].T
        dated = date != DateRelation.UNKNOWN
        said = capped(probabilities(weighed.odds), dated)
        return cls(weighed.odds.tolist(), said.tolist(), zones_of(said, dated, name, surprise))

    def by_list(self, owners: Sequence[int], lists: int) -> list[list[int]]:
        """The places of those of each list, the best first."""
        rows: list[list[int]] = [[] for _ in range(lists)]
        for at in sorted(range(len(self.odds)), key=self.odds.__getitem__, reverse=True):
            rows[owners[at]].append(at)
        return rows

    def unclear(self, places: Sequence[int]) -> list[int]:
        """Those of them who are not clear."""
        return [at for at in places if self.zones[at] is not Zone.CLEAR]


def _named(
    places: Sequence[int], limit: int | None, odds: Sequence[float], found: Found, segments: Sequence[Segment]
) -> list[tuple[str, int]]:
    """The ids and places of the first of them; those with equal odds come in the order of their ids."""
    if limit is not None and len(places) > limit:
        places = [at for at in places if limit and odds[at] >= odds[places[limit - 1]]]
    named = [(segments[found.segment[at]].listing.subject_id(int(found.subject[at])), at) for at in places]
    named.sort(key=lambda one: (-odds[one[1]], one[0]))
    return named[:limit]


def _zone(zones: Set[Zone], unread: Sequence[Reason]) -> Zone:
    """The zone of a list, from those of all its people who were compared."""
    if Zone.POSSIBLE in zones:
        return Zone.POSSIBLE
    return Zone.UNDECIDABLE if unread or Zone.UNDECIDABLE in zones else Zone.CLEAR


def _others(found: Found, owner: np.ndarray, segments: Sequence[Segment], lists: int) -> list[tuple[str, ...]]:
    """The ids of all who came through a door, by list."""
    ids: list[list[str]] = [[] for _ in range(lists)]
    for number in np.unique(found.segment).tolist():
        ids[owner[number]] += segments[number].listing.ids_of(found.subject[found.segment == number])
    return [tuple(own) for own in ids]


def _unread(text: str) -> Reason:
    """Why a name could not be read."""
    return Reason("script_unreadable" if unread_words(text) else "name_empty")
