"""From calibrated probability and the evidence present to one of three zones.

No cut decides alone: where a date is missing on either side, a rare name that agrees is undecidable,
never clear; and without a date nothing is taken for sure.
"""

from __future__ import annotations

from concord_screening.engine.domain import Zone

# From this probability on, a person is a possible match.
POSSIBLE = 0.05
# A name agrees as well as this (log-odds of the names alone) …
AGREES = 2.0
# … and by chance fewer than one person in this list would (logarithm of their expected number).
RARE = 0.0
# The most that is said without a date.
WITHOUT_DATE_MOST = 0.95


def zone_of(probability: float, dated: bool, name: float, surprise: float) -> Zone:
    """The zone of one person."""
    if probability >= POSSIBLE:
        return Zone.POSSIBLE
    if not dated and name >= AGREES and surprise >= RARE:
        return Zone.UNDECIDABLE
    return Zone.CLEAR


def capped(probability: float, dated: bool) -> float:
    """The probability that may be said."""
    return probability if dated else min(probability, WITHOUT_DATE_MOST)
