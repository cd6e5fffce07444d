"""One candidate put to the lists of several owners as if they were one.

How common a name, a date, a country is, and whom to compare, is told of all lists together; each has its own answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from concord_screening.engine import places
from concord_screening.engine.analysis import forms, unread_words
from concord_screening.engine.budget import Budget
from concord_screening.engine.dates import DateRelation, parse, today
from concord_screening.engine.domain import Hit, Query, Reason, Result, Zone
from concord_screening.engine.evidence import EVIDENCE
from concord_screening.engine.explain import Explainer
from concord_screening.engine.gam import probability
from concord_screening.engine.listing import GENDERS
from concord_screening.engine.loaded import Segment
from concord_screening.engine.model import Model
from concord_screening.engine.search import Asked, Found, Searcher
from concord_screening.engine.zones import capped, zone_of

# The evidence that decides on a zone stands first: name, surprise, date.
_DATE = EVIDENCE.index("date")


class Asking:
    """Answers with one model; keeps working space, so used by one thread at a time."""

    def __init__(self, model: Model, budget: Budget | None) -> None:
        self.searcher = Searcher(model, budget)
        self._explainer = Explainer(model.people)

    def answers(
        self, query: Query, lists: Sequence[Sequence[Segment]], limit: int | None, exhaustive: bool, candidates: bool
    ) -> list[Result]:
        """Each list's answer; see `commands.Index.query`."""
        read = [(name.text, forms(name.text)) for name in query.names]
        # A name of which one word cannot be read is not cleared either: that word may be the one that tells.
        unread = tuple(_unread(text) for text, found in read if not found or unread_words(text))
        every = tuple({form.parts: form for _, found in read for form in found}.values())
        if not every:
            return [Result(Zone.UNDECIDABLE, (), (), unread or (Reason("name_empty"),))] * len(lists)
        asked = Asked(
            every,
            parse(query.dob, today()),
            places.number(query.nationality),
            GENDERS.get((query.gender or "").lower(), 0),
        )
        segments = [segment for own in lists for segment in own]
        owner = [number for number, own in enumerate(lists) for _ in own]
        found = {
            number: list(own)
            for number, own in groupby(
                self.searcher.search(asked, segments, exhaustive, limit or 0), key=lambda found: owner[found.segment]
            )
        }
        size = sum(segment.listing.size for segment in segments)
        answers = []
        for number in range(len(lists)):
            rows = _rows(segments, found.get(number, []))
            zones = {row.zone for row in rows}
            zone = next((z for z in (Zone.POSSIBLE, Zone.UNDECIDABLE) if z in zones), Zone.CLEAR)
            if unread and zone is Zone.CLEAR:
                zone = Zone.UNDECIDABLE
            shown = [row for row in rows if row.zone is not Zone.CLEAR] if limit is None else rows[:limit]
            hits = tuple(self._hit(asked, segments, row, size) for row in shown)
            others: list[str] = []
            if candidates:
                others = [row.subject_id for row in rows]
                for f in found.get(number, []):
                    others += segments[f.segment].listing.ids_of(f.candidates[len(f.subjects) :])
            answers.append(Result(zone, hits, tuple(others), unread))
        return answers

    def _hit(self, asked: Asked, segments: Sequence[Segment], row: _Row, size: int) -> Hit:
        weighed = row.found.weighed
        listed = int(segments[row.found.segment].listing.people.entry_channel[weighed.entries[row.at]])
        channels = (int(asked.forms[0].channel), listed)
        values, details = weighed.evidence[row.at].tolist(), weighed.details[row.at].tolist()
        why = self._explainer.reasons(values, details, channels, size)
        if row.zone is Zone.UNDECIDABLE:
            why = (*why, Reason("rare_name_without_date"))
        return Hit(row.subject_id, row.score, row.zone, why)


class _Row(NamedTuple):
    """One person compared: in `found`, at that place."""

    odds: float
    subject_id: str
    score: float
    zone: Zone
    found: Found
    at: int


def _rows(segments: Sequence[Segment], found: Sequence[Found]) -> list[_Row]:
    """All compared, the best first; those with equal scores in the order of their ids, whatever segment they are in."""
    rows = []
    for f in found:
        ids = segments[f.segment].listing.ids_of(f.subjects)
        evidence = f.weighed.evidence[:, : _DATE + 1].tolist()
        for at, (subject_id, odds) in enumerate(zip(ids, f.weighed.odds.tolist(), strict=True)):
            name, surprise, date = evidence[at]
            dated = int(date) != DateRelation.UNKNOWN
            score = capped(probability(odds), dated)
            zone = zone_of(score, dated, name, surprise)
            rows.append(_Row(odds, subject_id, score, zone, f, at))
    rows.sort(key=lambda row: (-row.odds, row.subject_id))
    return rows


def _unread(text: str) -> Reason:
    """Why a name could not be read."""
    return Reason("script_unreadable" if unread_words(text) else "name_empty")
