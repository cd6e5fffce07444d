"""One candidate put to the lists of several owners as if they were one.

How common a name, a date, a country is, and whom to compare, is told of all lists together; each has its own answer.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from itertools import groupby, takewhile

import numpy as np

from concord_screening.engine import places
from concord_screening.engine.analysis import forms
from concord_screening.engine.budget import Budget
from concord_screening.engine.dates import DateRelation, parse
from concord_screening.engine.domain import Hit, Query, Reason, Result, Zone
from concord_screening.engine.evidence import EVIDENCE
from concord_screening.engine.explain import Explainer
from concord_screening.engine.gam import probability
from concord_screening.engine.letters import words
from concord_screening.engine.listing import GENDERS
from concord_screening.engine.loaded import Segment
from concord_screening.engine.model import Model
from concord_screening.engine.search import Asked, Found, Searcher
from concord_screening.engine.zones import capped, zone_of

_DATE = EVIDENCE.index("date")


class Asking:
    """Answers with one model; keeps working space, so used by one thread at a time."""

    def __init__(self, model: Model, budget: Budget | None) -> None:
        self.searcher = Searcher(model, budget)
        self._explainer = Explainer(model.people)

    def answers(
        self, query: Query, lists: Sequence[Sequence[Segment]], limit: int, exhaustive: bool, candidates: bool
    ) -> list[Result]:
        """Each list's answer; see `commands.Index.query`."""
        read = [(name.text, forms(name.text)) for name in query.names]
        unread = tuple(_unread(text) for text, found in read if not found)
        every = tuple({form.parts: form for _, found in read for form in found}.values())
        if not every:
            return [Result(Zone.UNDECIDABLE, (), (), unread or (Reason("name_empty"),))] * len(lists)
        today = datetime.datetime.now(datetime.UTC).year
        asked = Asked(
            every,
            parse(query.dob, today),
            places.number(query.nationality),
            GENDERS.get((query.gender or "").lower(), 0),
        )
        segments = [segment for own in lists for segment in own]
        owner = [number for number, own in enumerate(lists) for _ in own]
        found = {
            number: list(own)
            for number, own in groupby(
                self.searcher.search(asked, segments, exhaustive), key=lambda found: owner[found.segment]
            )
        }
        size = sum(segment.listing.size for segment in segments)
        answers = []
        for number in range(len(lists)):
            hits, others = self._rank(asked, segments, found.get(number, []), limit, candidates, size)
            answers.append(Result(_zone(hits, bool(unread)), hits, others, unread))
        return answers

    def _rank(
        self, asked: Asked, segments: Sequence[Segment], found: list[Found], limit: int, candidates: bool, size: int
    ) -> tuple[tuple[Hit, ...], tuple[str, ...]]:
        if not found:
            return (), ()
        odds = np.concatenate([f.weighed.odds for f in found])
        of = [(f, k) for f in found for k in range(len(f.subjects))]
        order = np.argsort(-odds, kind="stable").tolist()
        # People with equal scores come in the order of their ids, whatever segment they are in.
        edge = odds[order[limit - 1]] if 0 < limit < len(order) else -math.inf
        rows = ((float(odds[at]), *of[at]) for at in takewhile(lambda at: odds[at] >= edge, order))
        best = [(-value, segments[f.segment].listing.subject_id(int(f.subjects[k])), f, k) for value, f, k in rows]
        best.sort(key=lambda row: row[:2])
        hits = tuple(self._hit(asked, segments[f.segment], f, k, -odds, i, size) for odds, i, f, k in best[:limit])
        if not candidates:
            return hits, ()
        compared = [segments[of[at][0].segment].listing.subject_id(int(of[at][0].subjects[of[at][1]])) for at in order]
        others = [segments[f.segment].listing.subject_id(s) for f in found for s in f.candidates.tolist()]
        return hits, tuple(dict.fromkeys(compared + others))

    def _hit(
        self, asked: Asked, segment: Segment, found: Found, k: int, odds: float, subject_id: str, size: int
    ) -> Hit:
        values = found.weighed.evidence[k].tolist()
        dated = int(values[_DATE]) != DateRelation.UNKNOWN
        score = capped(probability(odds), dated)
        listed = int(segment.listing.people.entry_channel[found.weighed.entries[k]])
        channels = (int(asked.forms[0].channel), listed)
        why = self._explainer.reasons(values, found.weighed.details[k].tolist(), channels, size)
        zone = zone_of(score, dated, values[0], values[1])
        if zone is Zone.UNDECIDABLE:
            why = (*why, Reason("rare_name_without_date"))
        return Hit(subject_id, score, zone, why)


def _zone(hits: Sequence[Hit], unread: bool) -> Zone:
    zones = {hit.zone for hit in hits}
    zone = next((z for z in (Zone.POSSIBLE, Zone.UNDECIDABLE) if z in zones), Zone.CLEAR)
    return Zone.UNDECIDABLE if unread and zone is Zone.CLEAR else zone


def _unread(text: str) -> Reason:
    """Why a name could not be read."""
    return Reason("script_unreadable" if words(text) else "name_empty")
