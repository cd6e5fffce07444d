"""Fits the additive model: logistic loss, smoothness by penalty, monotone curves by construction."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize  # type: ignore[import-untyped]

from concord_screening.engine.gam import Curves


def _knots(column: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    """Points at even shares of either kind of row, so that each stretch of a curve has something to go by."""
    values = np.unique(column.round(6))
    if len(values) > count:
        half = (count + 1) // 2
        shares = np.linspace(0.0, 1.0, half)
        few = [np.quantile(column[labels == kind], shares) for kind in (0, 1)]
        values = np.unique(np.concatenate(few).round(6))[:count]
        values[-1] = column.max().round(6)
    return np.concatenate([values, np.full(count - len(values), values[-1])])


def _basis(column: np.ndarray, knots: np.ndarray) -> np.ndarray:
    """How far each row has climbed each stretch between points, 0 to 1."""
    low, high = knots[:-1], knots[1:]
    width = np.where(high > low, high - low, 1.0)
    climbed = np.clip((column[:, None] - low) / width, 0.0, 1.0)
    return np.where(high > low, climbed, 0.0)


def fit(
    features: np.ndarray,
    labels: np.ndarray,
    groups: np.ndarray,
    directions: tuple[int, ...],
    weights: np.ndarray,
    n_groups: int,
    points: int = 12,
    smooth: float = 0.02,
    own: float = 0.3,
) -> Curves:
    """Curves for `features`; direction 1 never falls, -1 never rises, 0 is free.

    Each group has the common curve and an addition of its own, kept small by the penalty `own`.
    """
    count = features.shape[1]
    knots = np.stack([_knots(features[:, f], labels, points) for f in range(count)])
    design = np.concatenate([_basis(features[:, f], knots[f]) for f in range(count)], axis=1)
    width = design.shape[1]
    signs = np.repeat(directions, points - 1)
    flip = np.where(signs == 0, 1, signs)
    design = design * flip
    rows_of = [np.flatnonzero(groups == g) for g in range(n_groups)]
    parts = [design[rows] for rows in rows_of]
    total = weights.sum()

    def loss(theta: np.ndarray) -> tuple[float, np.ndarray]:
        common, base = theta[:width], theta[width]
        own_curves = theta[width + 1 :].reshape(n_groups, width + 1)
        value = 0.0
        gradient = np.zeros_like(theta)
        own_gradient = gradient[width + 1 :].reshape(n_groups, width + 1)
        for g, rows in enumerate(rows_of):
            if not len(rows):
                continue
            z = parts[g] @ (common + own_curves[g, :width]) + base + own_curves[g, width]
            y, w = labels[rows], weights[rows]
            value += float(np.sum(w * (np.logaddexp(0, z) - y * z)))
            slope = w * (1 / (1 + np.exp(-z)) - y)
            back = parts[g].T @ slope
            gradient[:width] += back
            gradient[width] += slope.sum()
            own_gradient[g, :width] += back
            own_gradient[g, width] += slope.sum()
        value, gradient = value / total, gradient / total
        penalty = smooth * 0.01
        value += penalty * float(np.sum(common**2)) + penalty * own * float(np.sum(own_curves**2))
        gradient[:width] += 2 * penalty * common
        own_gradient += 2 * penalty * own * own_curves
        return value, gradient

    start = np.zeros(width + 1 + n_groups * (width + 1))
    free: tuple[float | None, float | None] = (None, None)
    bounds = [(0.0, None) if s else free for s in signs] + [free]
    bounds += ([(0.0, None) if s else free for s in signs] + [free]) * n_groups
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 400}).x
    common, base = best[:width] * flip, best[width]
    own_curves = best[width + 1 :].reshape(n_groups, width + 1)
    heights = np.zeros((n_groups, count, points))
    for g in range(n_groups):
        steps = (common + own_curves[g, :width] * flip).reshape(count, points - 1)
        heights[g, :, 1:] = np.cumsum(steps, axis=1)
    return Curves(knots, heights, base + own_curves[:, width])
