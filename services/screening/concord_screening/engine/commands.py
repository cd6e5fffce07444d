"""What callers use: `score_pair` for two names, `readable` for one, `Index` for a list, `Asker` for several lists."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path

from concord_screening.engine.analysis import forms
from concord_screening.engine.asking import Asking, Read, read
from concord_screening.engine.budget import Budget
from concord_screening.engine.dates import ImpossibleDateError
from concord_screening.engine.domain import Change, Query, Result, SegmentError, Subject
from concord_screening.engine.listing import Builder
from concord_screening.engine.loaded import Segment
from concord_screening.engine.model import Model
from concord_screening.engine.nearby import Memory
from concord_screening.engine.pairs import PairScorer
from concord_screening.engine.store import Store


@lru_cache(maxsize=1)
def shipped_model() -> Model:
    """The model that comes with the package, read once when first asked for."""
    return Model.load()


# So many queries of a batch are answered at once: others who ask or change a list wait for as long.
_TOGETHER = 32
_scorers = threading.local()
_log = logging.getLogger(__name__)


def score_pair(a: str, b: str) -> float:
    """How likely two names are one person's, 0 to 1, from the names alone."""
    scorer = getattr(_scorers, "scorer", None)
    if scorer is None:
        scorer = _scorers.scorer = PairScorer(shipped_model())
    return float(scorer.score(a, b))


def readable(name: str) -> bool:
    """Whether the engine reads any part of it; a name that it cannot read is never found."""
    return bool(forms(name))


class Index:
    """A list of subjects in a folder that only this user can read. Safe for use from several threads."""

    def __init__(self, store: Store, model: Model, budget: Budget | None, background: bool) -> None:
        self._store = store
        self._alone = Asker(model, budget)
        self.lock = threading.RLock()
        self._background = background
        self._merging: threading.Thread | None = None

    @classmethod
    def open(
        cls, folder: Path, model: Model | None = None, budget: Budget | None = None, background: bool = True
    ) -> Index:
        """Opens the folder, made if it is not there. With `background`, merges run in a thread."""
        return cls(Store(Path(folder)), model or shipped_model(), budget, background)

    def __len__(self) -> int:
        with self.lock:
            return len(self._store)

    def segments(self) -> list[Segment]:
        """All to be searched, the newest people included; only while `lock` is held."""
        return self._store.segments()

    def apply(self, changes: Iterable[Change]) -> tuple[str, ...]:
        """Takes changes in; they are durable and found, or found no more, when this returns.

        Gives the ids of subjects none of whose names can be read: these can never be found.
        """
        batch = list(changes)
        with self.lock:
            self._store.apply(batch)
            if self._store.wants_merge():
                self._merge()
        return tuple(
            change.subject_id
            for change in batch
            if change.subject is not None and not any(readable(name.text) for name in change.subject.names)
        )

    def load(self, subjects: Iterable[Subject], unread: Callable[[int, int], None] | None = None) -> None:
        """Puts these subjects in place of the whole list, in one segment: the quick way to a long list.

        `unread` is told of each name that cannot be read: the place of its subject, and its own.
        """
        builder = Builder()
        for place, subject in enumerate(subjects):
            builder.add(subject, partial(unread, place) if unread else None)
        self._settle()
        with self.lock:
            self._store.load(builder)

    def _merge(self) -> None:
        if not self._background:
            self._store.merge()
        elif self._merging is None or not self._merging.is_alive():
            merging = threading.Thread(target=self._merge_later, name="segment-merge", daemon=True)
            merging.start()
            self._merging = merging  # now that others may wait for it

    def _merge_later(self) -> None:
        try:
            self._store.merge()
        except (OSError, SegmentError):  # the list is as it was; the next change tries again
            _log.error("segments could not be put together")

    def rewrite(self) -> None:
        """After this no file of the folder holds anything of a removed subject."""
        self._settle()
        with self.lock:
            self._store.rewrite()

    def compact(self) -> None:
        """Puts everything into one segment: worth it after a bulk load."""
        self._settle()
        with self.lock:
            self._store.compact()

    def close(self) -> None:
        """Waits for a merge under way, and lets go of the folder."""
        self._settle()
        with self.lock:
            self._store.close()

    def _settle(self) -> None:
        """Waits for a merge while others may ask; for one that starts after this, the store itself waits."""
        if self._merging is not None:
            self._merging.join()

    def query(self, query: Query, limit: int | None = 10, exhaustive: bool = False, candidates: bool = True) -> Result:
        """The `limit` best of those compared, whatever their score; None gives all who are not clear.

        The zone is that of everybody compared, shown or not. Who shares no part of the name and no birth date with the
        candidate is not compared, so that there may be fewer than `limit`.
        `exhaustive` compares everybody, to show what the doors missed. Without `candidates` the ids of those
        compared are not given. A date that cannot be raises `ImpossibleDateError`; the message does not repeat it.
        """
        return self._alone.query((self,), query, limit, exhaustive, candidates)[0]

    def query_many(
        self, queries: Iterable[Query], limit: int | None = 10, exhaustive: bool = False, candidates: bool = True
    ) -> Iterator[Result | ImpossibleDateError]:
        """Answers each query as `query` does; what one finds for a part serves the next.

        Reads up to 32 queries before it answers the first of them; the list stays as it is while these are answered.

        A query whose date cannot be is answered with the error, and the rest goes on.
        """
        for found in self._alone.query_many((self,), queries, limit, exhaustive, candidates):
            yield found if isinstance(found, ImpossibleDateError) else found[0]


class Asker:
    """Asks lists, several of them as if they were one: each has its own answer, what is common is counted over all.

    Keeps working space; one that is asked from several threads answers one after the other.
    """

    def __init__(self, model: Model | None = None, budget: Budget | None = None) -> None:
        self._asking = Asking(model or shipped_model(), budget)
        self._lock = threading.Lock()

    def query(
        self,
        lists: Sequence[Index],
        query: Query,
        limit: int | None = 10,
        exhaustive: bool = False,
        candidates: bool = True,
    ) -> list[Result]:
        """The answer of each list, in their order; `limit` is for each. See `Index.query`."""
        asked = read(query)
        with self._held(lists) as segments:
            return self._asking.answers(asked, segments, limit, exhaustive, candidates)

    @contextmanager
    def _held(self, lists: Sequence[Index]) -> Iterator[list[list[Segment]]]:
        """Within, the lists stay as they are."""
        with ExitStack() as held:
            held.enter_context(self._lock)
            for index in sorted(lists, key=id):  # always in one order, so that two threads cannot lock each other out
                held.enter_context(index.lock)
            yield [index.segments() for index in lists]

    def query_many(
        self, lists: Sequence[Index], queries: Iterable[Query], limit: int | None = 10, exhaustive: bool = False,
        candidates: bool = True,
    ) -> Iterator[list[Result] | ImpossibleDateError]:  # fmt: skip
        """The answers to each query; see `Index.query_many`."""
        waiting = iter(queries)
        memory = Memory()
        while some := [_read(query) for query in islice(waiting, 1 if exhaustive else _TOGETHER)]:
            with self._held(lists) as segments:
                self._asking.look_ahead([one for one in some if isinstance(one, Read)], segments, memory)
                answers = [
                    self._asking.answers(one, segments, limit, exhaustive, candidates, memory)
                    if isinstance(one, Read)
                    else one
                    for one in some
                ]
            yield from answers


def _read(query: Query) -> Read | ImpossibleDateError:
    try:
        return read(query)
    except ImpossibleDateError as error:
        return error


__all__ = ["Asker", "ImpossibleDateError", "Index", "PairScorer", "readable", "score_pair", "shipped_model"]
