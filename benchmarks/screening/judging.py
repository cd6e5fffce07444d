"""What finds are worth: recall at a share of clean checks, average precision. Equal scores are in no order.

Where scores tie, what counts is what a random order of the tied would give on average: a peer that gives many
people its highest score is neither favoured nor called blind for it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def recall(found: Sequence[tuple[float, float, bool]], share: float = 0.01) -> float:
    """Of the listed, how many score above what this share of clean checks reaches.

    Each row: the score of the right one, the best of anybody else, whether the candidate is listed. Of those who
    tie with the cut as large a part counts as would leave the share of clean checks what it is to be.
    """
    clean = np.sort(np.array([other for _, other, listed in found if not listed]))[::-1]
    rights = np.array([right for right, _, listed in found if listed])
    allowed = share * len(clean)
    cut = clean[min(len(clean) - 1, int(allowed))]
    above, tied = int((clean > cut).sum()), int((clean == cut).sum())
    part = min(1.0, (allowed - above) / tied)
    return float(((rights > cut).sum() + part * (rights == cut).sum()) / len(rights))


def average_precision(labels: np.ndarray, values: np.ndarray) -> float:
    """Precision averaged over the rows that are right, from the highest score down; the tied as one step."""
    total, right, area = 0.0, 0.0, 0.0
    for value in np.unique(values)[::-1]:
        own = values == value
        total += own.sum()
        right += labels[own].sum()
        area += labels[own].sum() * right / total
    return float(area / labels.sum())
