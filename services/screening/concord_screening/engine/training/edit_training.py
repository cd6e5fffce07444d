"""Learns an edit model from pairs of spellings by expectation-maximisation.

Wrong rows do not spoil it: each pair counts as far as the model of the round before believes it.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

import numpy as np
from numba import njit

from concord_screening.engine.editmodel import SYMBOLS, forward, ratio_of, slot_of, unit_key

_TABLE = 1 << 21


@njit(cache=True, inline="always")
def _add(keys, counts, key, amount):
    slot = slot_of(keys, key)
    keys[slot] = key
    counts[slot] += amount


@njit(cache=True)
def _expect(keys, values, letters, starts_a, ends_a, starts_b, ends_b, weights, odds, out_keys, out_counts):
    fore = np.zeros((64, 64))
    back = np.zeros((64, 64))
    believed = 0.0
    for row in range(weights.shape[0]):
        a = letters[starts_a[row] : ends_a[row]]
        b = letters[starts_b[row] : ends_b[row]]
        n = a.shape[0]
        m = b.shape[0]
        total = forward(keys, values, a, b, fore)
        if total <= 0.0:
            continue
        belief = weights[row] * total * odds / (total * odds + 1.0)
        believed += belief
        scale = belief / total
        for i in range(n, -1, -1):
            for j in range(m, -1, -1):
                if i == n and j == m:
                    back[i, j] = 1.0
                    continue
                rest = 0.0
                for da in range(3):
                    if i + da > n:
                        break
                    for db in range(3):
                        if j + db > m:
                            break
                        if da + db == 0 or (da == 2 and db == 0) or (da == 0 and db == 2):
                            continue
                        a1 = a[i] if da > 0 else 0
                        a2 = a[i + 1] if da > 1 else 0
                        b1 = b[j] if db > 0 else 0
                        b2 = b[j + 1] if db > 1 else 0
                        r = ratio_of(keys, values, a1, a2, b1, b2)
                        part = r * back[i + da, j + db]
                        rest += part
                        expected = fore[i, j] * part * scale
                        if expected > 1e-6:
                            _add(out_keys, out_counts, unit_key(a1, a2, b1, b2), expected)
                back[i, j] = rest
    return believed


@njit(cache=True)
def _seed(letters, starts_a, ends_a, starts_b, ends_b, weights, out_keys, out_counts):
    """First counts: symbols at about the same relative place belong together."""
    for row in range(weights.shape[0]):
        a = letters[starts_a[row] : ends_a[row]]
        b = letters[starts_b[row] : ends_b[row]]
        n = a.shape[0]
        m = b.shape[0]
        for i in range(n):
            _add(out_keys, out_counts, unit_key(a[i], 0, 0, 0), 0.05 * weights[row])
            for j in range(m):
                away = abs((i + 0.5) / n - (j + 0.5) / m) * max(n, m)
                if away > 1.6:
                    continue
                near = weights[row] * np.exp(-away * away)
                _add(out_keys, out_counts, unit_key(a[i], 0, b[j], 0), near)
                if i + 1 < n:
                    _add(out_keys, out_counts, unit_key(a[i], a[i + 1], b[j], 0), 0.1 * near)
                if j + 1 < m:
                    _add(out_keys, out_counts, unit_key(a[i], 0, b[j], b[j + 1]), 0.1 * near)
                    if i + 1 < n:
                        _add(out_keys, out_counts, unit_key(a[i], a[i + 1], b[j], b[j + 1]), 0.05 * near)
        for j in range(m):
            _add(out_keys, out_counts, unit_key(0, 0, b[j], 0), 0.05 * weights[row])


@njit(cache=True)
def _ratios(keys, counts, log_a, log_b, floor, discount):
    """Counts to ratios: the unit's share against its symbols' shares; rare units are not believed."""
    total = 0.0
    for slot in range(keys.shape[0]):
        if keys[slot] >= 0 and counts[slot] > floor:
            total += counts[slot]
    values = np.zeros(keys.shape[0], dtype=np.float32)
    for slot in range(keys.shape[0]):
        key = keys[slot]
        if key < 0 or counts[slot] <= floor:
            continue
        b2 = key % SYMBOLS
        b1 = key // SYMBOLS % SYMBOLS
        a2 = key // SYMBOLS**2 % SYMBOLS
        a1 = key // SYMBOLS**3
        big = a2 > 0 or b2 > 0
        count = counts[slot] - (discount if big else 0.0)
        if count <= 0:
            continue
        values[slot] = count / total * np.exp(-log_a[a1] - log_a[a2] - log_b[b1] - log_b[b2])
    return values


def _compact(keys: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The table without what it does not need, at most half full."""
    kept = np.flatnonzero((keys >= 0) & (values > 0))
    order = kept[np.argsort(keys[kept])]
    size = 1 << int(np.ceil(np.log2(max(len(order), 8) * 2)))
    new_keys = np.full(size, -1, dtype=np.int32)
    new_values = np.zeros(size, dtype=np.float32)
    for slot in order:
        at = slot_of(new_keys, int(keys[slot]))
        new_keys[at] = keys[slot]
        new_values[at] = values[slot]
    return new_keys, new_values


def learn(
    pairs: list[tuple[np.ndarray, np.ndarray, float]], rounds: int = 6, symmetric: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """The table of unit ratios for pairs of encoded spellings with weights."""
    rows = [(a, b, w) for a, b, w in pairs if 0 < len(a) < 60 and 0 < len(b) < 60]
    if symmetric:
        rows += [(b, a, w) for a, b, w in rows]
    letters = np.concatenate([x for a, b, _ in rows for x in (a, b)])
    ends = np.cumsum([len(x) for a, b, _ in rows for x in (a, b)])
    starts = np.concatenate([[0], ends[:-1]])
    spans = starts[0::2], ends[0::2], starts[1::2], ends[1::2]
    weights = np.array([w for _, _, w in rows], dtype=np.float64)

    def shares(side: int) -> np.ndarray:
        counts = np.ones(SYMBOLS)
        for row in rows:
            np.add.at(counts, row[side], row[2])  # type: ignore[arg-type]
        logs = np.log(counts / counts[1:].sum())
        logs[0] = 0.0
        return np.asarray(logs)

    log_a, log_b = shares(0), shares(1)
    keys = np.full(_TABLE, -1, dtype=np.int32)
    counts = np.zeros(_TABLE)
    _seed(letters, *spans, weights, keys, counts)
    values = _ratios(keys, counts, log_a, log_b, 0.0, 0.0)
    for step in range(rounds):
        keys, values = _compact(keys, values)
        new_keys = np.full(_TABLE, -1, dtype=np.int32)
        counts = np.zeros(_TABLE)
        odds = 1e-2 if step else 1.0
        _expect(keys, values, letters, *spans, weights, odds, new_keys, counts)
        keys, values = new_keys, _ratios(new_keys, counts, log_a, log_b, 0.05, 0.2 if step > 2 else 0.0)
    return _compact(keys, values)
