"""From calibrated probability and the evidence present to one of three zones.

No cut decides alone: where a date is missing on either side, a rare name that agrees is undecidable,
never clear; and without a date nothing is taken for sure.
"""

from __future__ import annotations

import numpy as np

from concord_screening.engine.domain import Zone

_ZONES = (Zone.CLEAR, Zone.UNDECIDABLE, Zone.POSSIBLE)
# From this probability on, a person is a possible match.
POSSIBLE = 0.05
# A name agrees as well as this (log-odds of the names alone) …
AGREES = 2.0
# … and by chance fewer than one person in this list would (logarithm of their expected number).
RARE = 0.0
# The most that is said without a date; what is above the first is pressed together up to there: the order stays.
_WITHOUT_DATE_FREE, WITHOUT_DATE_MOST = 0.9, 0.95


def capped(probabilities: np.ndarray, dated: np.ndarray) -> np.ndarray:
    """The probabilities that may be said."""
    share = (WITHOUT_DATE_MOST - _WITHOUT_DATE_FREE) / (1 - _WITHOUT_DATE_FREE)
    pressed = _WITHOUT_DATE_FREE + share * (probabilities - _WITHOUT_DATE_FREE)
    return np.where(dated, probabilities, np.minimum(probabilities, pressed))


def zones_of(said: np.ndarray, dated: np.ndarray, name: np.ndarray, surprise: np.ndarray) -> list[Zone]:
    """The zone of each person."""
    rare = ~dated & (name >= AGREES) & (surprise >= RARE)
    return [_ZONES[number] for number in np.where(said >= POSSIBLE, 2, np.where(rare, 1, 0)).tolist()]
