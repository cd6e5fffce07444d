"""Two names compared with each other, without any list."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from concord_screening.engine import align, spread
from concord_screening.engine.analysis import Form, forms
from concord_screening.engine.arrays import Names
from concord_screening.engine.assignment import N_FEATURES
from concord_screening.engine.candidate import laid_out
from concord_screening.engine.evidence import group_of
from concord_screening.engine.gam import log_odds, probability
from concord_screening.engine.lexicon import Lexicon
from concord_screening.engine.model import Model


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
        own, _ = laid_out(a)
        alike = align.compare(self._model.tables, own, names, self._spread)
        groups = np.array([[group_of(int(x.channel), int(y.channel)) for y in b] for x in a])
        return alike.features.reshape(-1, N_FEATURES), groups.ravel()

    def score(self, a: str, b: str) -> float:
        """The probability that two names are one person's, names alone; 0 when one cannot be read."""
        x, y = forms(a), forms(b)
        if not x or not y:
            return 0.0
        found, groups = self.features(x, y)
        return probability(max(log_odds(self._model.names, g, f) for f, g in zip(found, groups, strict=True)))
