"""An additive model: the log-odds are a sum of one curve per kind of evidence, so each can be shown.

A curve is a line through a few points. Where more evidence must never count less, training keeps the
curve from falling. Each curve has one variant per group of script pairs, which differ in how closely
spellings can agree at all.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from concord_screening.engine.lean import lean


class Curves(NamedTuple):
    """`heights[g, f]` are the values of feature f for group g at the points `knots[f]`."""

    knots: np.ndarray
    heights: np.ndarray
    base: np.ndarray


@lean
def curve_value(knots, heights, x):
    """The height of one curve at x; flat beyond its ends."""
    last = knots.shape[0] - 1
    if x <= knots[0]:
        return heights[0]
    for k in range(last):
        if x <= knots[k + 1]:
            width = knots[k + 1] - knots[k]
            share = (x - knots[k]) / width if width > 0 else 0.0
            return heights[k] + share * (heights[k + 1] - heights[k])
    return heights[last]


@lean
def log_odds(curves, group, features):
    """The sum of all curves."""
    total = curves.base[group]
    for f in range(curves.knots.shape[0]):
        total += curve_value(curves.knots[f], curves.heights[group, f], features[f])
    return total


def probability(odds: float) -> float:
    """Of log-odds."""
    return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, odds))))


def probabilities(odds: np.ndarray) -> np.ndarray:
    """Of many log-odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(odds, -40.0, 40.0))))


@njit(cache=True)
def all_log_odds(curves, rows):
    """The sums of many rows, whose last column is their group."""
    out = np.zeros(rows.shape[0])
    last = rows.shape[1] - 1
    for k in range(rows.shape[0]):
        out[k] = log_odds(curves, int(rows[k, last]), rows[k, :last])
    return out
