"""What callers use: `score_pair` for two names, `Index` for a list kept in a folder."""

from __future__ import annotations

import datetime
import math
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import takewhile
from pathlib import Path

import numpy as np

from concord_screening.engine import align, places, spread
from concord_screening.engine.analysis import Form, forms
from concord_screening.engine.arrays import Names
from concord_screening.engine.assignment import N_FEATURES
from concord_screening.engine.candidate import laid_out
from concord_screening.engine.dates import DateRelation, ImpossibleDateError, parse
from concord_screening.engine.domain import Change, Hit, Query, Reason, Result, Subject, Zone
from concord_screening.engine.evidence import EVIDENCE, group_of
from concord_screening.engine.explain import Explainer
from concord_screening.engine.gam import log_odds
from concord_screening.engine.letters import words
from concord_screening.engine.lexicon import Lexicon
from concord_screening.engine.listing import GENDERS, Builder
from concord_screening.engine.model import Model
from concord_screening.engine.search import Asked, Budget, Found, Searcher, Segment
from concord_screening.engine.store import Store
from concord_screening.engine.zones import capped, zone_of


@lru_cache(maxsize=1)
def shipped_model() -> Model:
    """The model that comes with the package, read once when first asked for."""
    return Model.load()


class PairScorer:
    """Compares two names with one model; keeps working space, so one per thread."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._spread = spread.room()

    def features(self, a: Sequence[Form], b: Sequence[Form]) -> tuple[np.ndarray, np.ndarray]:
        """What the comparison of two names finds, by pair of forms, and the group of scripts of each.

        The same whichever comes first.
        """
        a, b = sorted((a, b), key=lambda forms: [(form.channel, form.parts) for form in forms])
        lexicon = Lexicon()
        parts = [lexicon.numbers(form) for form in b]
        words = lexicon.words()
        channels = np.array([form.channel for form in b], dtype=np.uint8)
        first = np.cumsum([0, *map(len, parts)]).astype(np.uint32)
        names = Names(words, first, np.concatenate(parts), channels)
        row_of = np.zeros(len(lexicon), dtype=np.int32)
        own, _ = laid_out(a)
        alike = align.compare(self._model.tables, own, names, np.arange(len(b)), row_of, self._spread)
        groups = np.array([[group_of(int(x.channel), int(y.channel)) for y in b] for x in a])
        return alike.features.reshape(-1, N_FEATURES), groups.ravel()

    def score(self, a: str, b: str) -> float:
        """The probability that two names are one person's, names alone; 0 when one cannot be read."""
        x, y = forms(a), forms(b)
        if not x or not y:
            return 0.0
        found, groups = self.features(x, y)
        return _probability(max(log_odds(self._model.names, g, f) for f, g in zip(found, groups, strict=True)))


_DATE = EVIDENCE.index("date")
_scorers = threading.local()


def score_pair(a: str, b: str) -> float:
    """How likely two names are one person's, 0 to 1, from the names alone."""
    scorer = getattr(_scorers, "scorer", None)
    if scorer is None:
        scorer = _scorers.scorer = PairScorer(shipped_model())
    return float(scorer.score(a, b))


def _probability(odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, odds))))


class Index:
    """A list of subjects in a folder that only this user can read. Safe for use from several threads."""

    def __init__(self, store: Store, model: Model, budget: Budget | None, background: bool) -> None:
        self._store = store
        self._model = model
        self._searcher = Searcher(model, budget)
        self._explainer = Explainer(model.people)
        self._lock = threading.RLock()
        self._background = background
        self._merging: threading.Thread | None = None

    @classmethod
    def open(
        cls, folder: Path, model: Model | None = None, budget: Budget | None = None, background: bool = True
    ) -> Index:
        """Opens the folder, made if it is not there. With `background`, merges run in a thread."""
        return cls(Store(Path(folder)), model or shipped_model(), budget, background)

    def __len__(self) -> int:
        with self._lock:
            return len(self._store)

    def apply(self, changes: Iterable[Change]) -> tuple[str, ...]:
        """Takes changes in; they are durable and found, or found no more, when this returns.

        Gives the ids of subjects none of whose names can be read: these can never be found.
        """
        batch = list(changes)
        with self._lock:
            self._store.apply(batch)
            if self._store.wants_merge():
                self._merge()
        return tuple(
            change.subject_id
            for change in batch
            if change.subject is not None and not any(forms(name.text) for name in change.subject.names)
        )

    def load(self, subjects: Iterable[Subject], unread: Callable[[int, int], None] | None = None) -> None:
        """Puts these subjects in place of the whole list, in one segment: the quick way to a long list.

        `unread` is told of each name that cannot be read: the place of its subject, and its own.
        """
        builder = Builder()
        for place, subject in enumerate(subjects):
            builder.add(subject, partial(unread, place) if unread else None)
        self._settle()
        with self._lock:
            self._store.load(builder)

    def _merge(self) -> None:
        if not self._background:
            self._store.merge()
        elif self._merging is None or not self._merging.is_alive():
            self._merging = threading.Thread(target=self._store.merge, name="segment-merge", daemon=True)
            self._merging.start()

    def rewrite(self) -> None:
        """After this no file of the folder holds anything of a removed subject."""
        self._settle()
        with self._lock:
            self._store.rewrite()

    def compact(self) -> None:
        """Puts everything into one segment: worth it after a bulk load."""
        self._settle()
        with self._lock:
            self._store.compact()

    def close(self) -> None:
        """Waits for a merge under way, and lets go of the folder."""
        self._settle()
        with self._lock:
            self._store.close()

    def _settle(self) -> None:
        if self._merging is not None:
            self._merging.join()

    def query(self, query: Query, limit: int = 10, exhaustive: bool = False, candidates: bool = True) -> Result:
        """The `limit` best subjects for a candidate, whatever their score.

        `exhaustive` compares everybody, to show what the doors missed. Without `candidates` the ids of those
        compared are not given. A date that cannot be raises `ImpossibleDateError`; the message does not repeat it.
        """
        read = [(name.text, forms(name.text)) for name in query.names]
        unread = tuple(_unread(text) for text, found in read if not found)
        every = tuple({form.parts: form for _, found in read for form in found}.values())
        if not every:
            return Result(Zone.UNDECIDABLE, (), (), unread or (Reason("name_empty"),))
        today = datetime.datetime.now(datetime.UTC).year
        asked = Asked(
            every,
            parse(query.dob, today),
            places.number(query.nationality),
            GENDERS.get((query.gender or "").lower(), 0),
        )
        with self._lock:
            segments = self._store.segments()
            found = self._searcher.search(asked, segments, exhaustive)
            hits, others = self._rank(asked, segments, found, limit, candidates)
        zones = {hit.zone for hit in hits}
        zone = next((z for z in (Zone.POSSIBLE, Zone.UNDECIDABLE) if z in zones), Zone.CLEAR)
        if unread and zone is Zone.CLEAR:
            zone = Zone.UNDECIDABLE
        return Result(zone, hits, others, unread)

    def query_many(
        self, queries: Iterable[Query], limit: int = 10, exhaustive: bool = False, candidates: bool = True
    ) -> Iterator[Result | ImpossibleDateError]:
        """Answers each query as `query` does, several times as fast: what one finds for a part serves the next.

        A query whose date cannot be is answered with the error, and the rest goes on.
        """
        with self._searcher.remembering():
            for query in queries:
                try:
                    yield self.query(query, limit, exhaustive, candidates)
                except ImpossibleDateError as error:
                    yield error

    def _rank(
        self, asked: Asked, segments: Sequence[Segment], found: list[Found], limit: int, candidates: bool
    ) -> tuple[tuple[Hit, ...], tuple[str, ...]]:
        odds = np.concatenate([f.weighed.odds for f in found]) if found else np.zeros(0)
        of = [(f, k) for f in found for k in range(len(f.subjects))]
        order = np.argsort(-odds, kind="stable").tolist()
        # People with equal scores come in the order of their ids, whatever segment they are in.
        edge = odds[order[limit - 1]] if 0 < limit < len(order) else -math.inf
        rows = ((float(odds[at]), *of[at]) for at in takewhile(lambda at: odds[at] >= edge, order))
        best = [(-value, segments[f.segment].listing.subject_id(int(f.subjects[k])), f, k) for value, f, k in rows]
        best.sort(key=lambda row: row[:2])
        size = sum(segment.listing.size for segment in segments)
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
        probability = capped(_probability(odds), dated)
        listed = int(segment.listing.people.entry_channel[found.weighed.entries[k]])
        channels = (int(asked.forms[0].channel), listed)
        why = self._explainer.reasons(values, found.weighed.details[k].tolist(), channels, size)
        zone = zone_of(probability, dated, values[0], values[1])
        if zone is Zone.UNDECIDABLE:
            why = (*why, Reason("rare_name_without_date"))
        return Hit(subject_id, probability, zone, why)


def _unread(text: str) -> Reason:
    """Why a name could not be read."""
    return Reason("script_unreadable" if words(text) else "name_empty")


__all__ = ["ImpossibleDateError", "Index", "PairScorer", "score_pair", "shipped_model"]
