"""The figures by which a model is judged, on people it never saw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from concord_screening.engine.training import data
from concord_screening.engine.training.rows import Rows, best_values


def average_precision(labels: np.ndarray, values: np.ndarray, weights: np.ndarray) -> float:
    """Precision averaged over the rows that are right, from the highest score down."""
    order = np.argsort(-values, kind="stable")
    right = (labels * weights)[order]
    precision = np.cumsum(right) / np.cumsum(weights[order])
    return float((precision * right).sum() / max(right.sum(), 1e-9))


def pair_figures(pairs: Sequence[data.Pair], labels: np.ndarray, values: np.ndarray) -> dict[str, float]:
    """Average precision by class, same and different people weighing alike within each class."""
    kinds = np.array([pair.kind for pair in pairs])
    out = {}
    for kind in ["all", *sorted(set(kinds))]:
        chosen = np.ones(len(kinds), bool) if kind == "all" else kinds == kind
        own = labels[chosen]
        weights = np.where(own > 0, 1.0, own.sum() / max(1.0, (1 - own).sum()))
        out[f"ap {kind}"] = round(average_precision(own, values[chosen], weights), 4)
    return out


def calibration_error(values: np.ndarray, true: np.ndarray) -> float:
    """How far the said probability of the best hit is from how often it is right, over ten bins."""
    said = 1 / (1 + np.exp(-values))
    bins = np.minimum(9, (said * 10).astype(int))
    return float(
        sum(abs(said[bins == b].mean() - true[bins == b].mean()) * (bins == b).mean() for b in set(bins.tolist()))
    )


def _slices(queries: Sequence[data.Asked]) -> Iterator[tuple[str, np.ndarray]]:
    yield "all", np.ones(len(queries), bool)
    yield "with a date", np.array([bool(q.dob) for q in queries])
    for script in ("Latin", "Cyrillic", "Arabic", "Han"):
        yield script, np.array([q.script == script for q in queries])
    for category in sorted({q.category for q in queries}):
        chosen = np.array([q.category == category for q in queries])
        if chosen.sum() >= 15:
            yield f"category {category}", chosen


def query_figures(queries: Sequence[data.Asked], rows: Rows, values: np.ndarray) -> dict[str, float]:
    """Recall when 1 % and 10 % of clean checks show any hit, candidate recall and calibration error.

    Queries are numbered as in `rows`."""
    right, other = best_values(rows, values, len(queries))
    cuts = {share: float(np.quantile(other, 1 - share)) for share in (0.01, 0.10)}
    was = np.zeros(len(queries), bool)
    was[list(rows.right_retrieved)] = True
    out = {}
    for name, chosen in _slices(queries):
        for share, cut in cuts.items():
            out[f"recall at {share:.0%} {name}"] = round(float((right[chosen] > cut).mean()), 3)
        out[f"candidate recall {name}"] = round(float(was[chosen].mean()), 3)
        out[f"queries {name}"] = int(chosen.sum())
    dated = np.array([bool(q.dob) for q in queries])
    own_cut = float(np.quantile(other[dated], 0.99))
    out["recall at 1% with a date, cut of dated checks"] = round(float((right[dated] > own_cut).mean()), 3)
    best, is_right = np.maximum(right, other), right >= other
    nobody = np.zeros(len(queries), bool)
    half = np.concatenate([best, other]), np.concatenate([is_right, nobody])
    out["calibration error, half of the candidates listed"] = round(calibration_error(*half), 4)
    out["calibration error, all listed"] = round(calibration_error(best, is_right), 4)
    out["calibration error, none listed"] = round(calibration_error(other, nobody), 4)
    out["candidates per query"] = round(rows.retrieved / len(queries), 1)
    return out
