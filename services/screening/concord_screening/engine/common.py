"""How common a candidate's particulars are in the whole list, over all its segments."""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

import numpy as np
from numba import njit

from concord_screening.engine.dates import DateRelation

COUNTRY_NUMBERS = 65_523
# So many bearers of a part, the likeliest counterparts first, tell of which countries they are …
BEARERS = 200
# … and the whole list weighs as much as so many of them.
_WHOLE_LIST = 4.0


@njit(cache=True)
def bearers(post_first, post_entry, entry_subject, country_first, countries, parts, most, out):
    """Writes the countries of those who bear the parts, the first parts first; gives how many."""
    size = 0
    read = 0
    for p in parts:
        for at in range(post_first[p], post_first[p + 1]):
            if size >= most or read >= 3 * most:
                return size
            read += 1
            subject = entry_subject[post_entry[at]]
            if country_first[subject + 1] > country_first[subject]:
                out[size] = countries[country_first[subject]]
                size += 1
    return size


def countries_of(
    samples: list[np.ndarray], counts: np.ndarray, own: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """The countries seen in the samples (one per unit), each one's share of the list, and its lift per unit.

    The first stands for all countries not seen. The last number is how likely a bearer of any part is of `own`.
    """
    codes = np.unique(np.concatenate([*samples, np.array([own] if own else [], dtype=np.int64)]))
    total = max(1.0, float(counts.sum()))
    share = np.maximum(counts[codes] / total, 1e-6)
    lift = np.empty((len(samples), len(codes) + 1))
    for u, sample in enumerate(samples):
        size = len(sample)
        seen = np.bincount(np.searchsorted(codes, sample), minlength=len(codes)) if size else np.zeros(len(codes))
        lift[u, 1:] = (seen / share + _WHOLE_LIST) / (size + _WHOLE_LIST)
        lift[u, 0] = _WHOLE_LIST / (size + _WHOLE_LIST)
    rest = max(1e-6, 1.0 - float(share.sum()))
    at = int(np.searchsorted(codes, own))
    likely = float((lift[:, at + 1] * share[at]).mean()) if own else 0.0
    return np.concatenate([[0], codes]), np.concatenate([[rest], share]), lift, likely


@njit(cache=True)
def _between(days, low, high):
    return np.searchsorted(days, high) - np.searchsorted(days, low)


@njit(cache=True)
def count_dates(days, dob, out):
    """Adds to `out`, by relation, how many are born so that the relation to this date may be as good."""
    if dob == 0:
        return
    year = dob // 10000
    month = dob // 100 % 100
    day = dob % 100
    around = _between(days, (year - 1) * 10000, (year + 2) * 10000)
    own = _between(days, year * 10000, (year + 1) * 10000)
    out[5] += around
    out[6] += own
    if month == 0:
        return
    out[7] += _between(days, year * 10000 + month * 100, year * 10000 + month * 100 + 32)
    if day == 0:
        return
    exact = _between(days, dob, dob + 1)
    turned = _between(days, year * 10000 + day * 100 + month, year * 10000 + day * 100 + month + 1)
    off = _between(days, dob - 10000, dob - 9999) + _between(days, dob + 10000, dob + 10001)
    out[10] += exact
    out[9] += exact + (turned if day != month else 0)
    out[8] += exact + off


def date_chances(counts: np.ndarray, size: int) -> np.ndarray:
    """Minus the logarithm of the chance of each relation; 0 for those that speak against."""
    out = np.zeros(len(DateRelation))
    agree = slice(DateRelation.ONE_YEAR_OFF, None)
    out[agree] = -np.log((counts[agree] + 0.5) / (size + 1.0))
    return np.maximum(out, 0.0)
