"""How likely is it that two spellings are one word? A stochastic edit model per pair of channels.

A word pair is made of units of up to two symbols on each side ("sh" with "ш", "ou" with "w", "e" with
nothing). Each unit carries the ratio of its probability under "one word written twice" to that of its
symbols falling together by chance; the ratios of a whole pair multiply, summed over all ways to cut it.
The logarithm of that is evidence: it adds up with the evidence of dates, rarity and nationality.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

import math

import numpy as np
from numba import njit

SYMBOLS = 64
# What a unit costs that was never seen in training: a symbol left out, and one symbol for another.
UNSEEN_GAP = 0.015
UNSEEN_PAIR = 0.03
_EMPTY = -1


@njit(cache=True, inline="always")
def unit_key(a1, a2, b1, b2):
    """One number for a unit; 0 stands for no symbol."""
    return ((a1 * SYMBOLS + a2) * SYMBOLS + b1) * SYMBOLS + b2


@njit(cache=True, inline="always")
def slot_of(keys, key):
    """Where the key is, or the free place where it would go."""
    mask = keys.shape[0] - 1
    slot = (key * 40503 + (key >> 11)) & mask
    while keys[slot] != key and keys[slot] != _EMPTY:
        slot = (slot + 1) & mask
    return slot


@njit(cache=True, inline="always")
def ratio_of(keys, values, a1, a2, b1, b2):
    """The ratio of a unit; a small one when it was never seen."""
    key = unit_key(a1, a2, b1, b2)
    slot = slot_of(keys, key)
    if keys[slot] == key:
        return values[slot]
    if a2 == 0 and b2 == 0:
        if a1 == 0 or b1 == 0:
            return UNSEEN_GAP
        return UNSEEN_PAIR
    return 0.0


@njit(cache=True)
def forward(keys, values, a, b, grid):
    """Fills `grid[i, j]` with the ratio of the first i symbols of a to the first j of b."""
    n = a.shape[0]
    m = b.shape[0]
    for i in range(n + 1):
        for j in range(m + 1):
            if i == 0 and j == 0:
                grid[0, 0] = 1.0
                continue
            total = 0.0
            a1 = a[i - 1] if i > 0 else 0
            b1 = b[j - 1] if j > 0 else 0
            if i > 0:
                total += grid[i - 1, j] * ratio_of(keys, values, a1, 0, 0, 0)
            if j > 0:
                total += grid[i, j - 1] * ratio_of(keys, values, 0, 0, b1, 0)
            if i > 0 and j > 0:
                total += grid[i - 1, j - 1] * ratio_of(keys, values, a1, 0, b1, 0)
                if i > 1:
                    total += grid[i - 2, j - 1] * ratio_of(keys, values, a[i - 2], a1, b1, 0)
                if j > 1:
                    total += grid[i - 1, j - 2] * ratio_of(keys, values, a1, 0, b[j - 2], b1)
                    if i > 1:
                        total += grid[i - 2, j - 2] * ratio_of(keys, values, a[i - 2], a1, b[j - 2], b1)
            grid[i, j] = total
    return grid[n, m]


@njit(cache=True)
def log_ratio(keys, values, a, b, grid):
    """Evidence that two spellings are one word, in nats; not below -12."""
    ratio = forward(keys, values, a, b, grid)
    if ratio < 6e-6:
        return -12.0
    return math.log(ratio)


def encode(symbols: str) -> np.ndarray:
    """A spelling as numbers: a–z are 1–26, A–Z are 27–52."""
    raw = np.frombuffer(symbols.encode("ascii"), dtype=np.uint8)
    return np.where(raw >= 97, raw - 96, raw - 38).astype(np.uint8)


def grid() -> np.ndarray:
    """Room for one comparison; callers keep it and pass it again."""
    return np.zeros((130, 130))
