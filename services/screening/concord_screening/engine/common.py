"""How common a candidate's particulars are in the whole list, over all its segments."""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from concord_screening.engine.dates import DateRelation
from concord_screening.engine.lean import lean
from concord_screening.engine.loaded import listed_at

# So many bearers of a part, the likeliest counterparts first, tell of which countries they are …
BEARERS = 200
# … and the whole list weighs as much as so many of them.
_WHOLE_LIST = 4.0
# Relations of dates from here on speak for one person.
_AGREE = int(DateRelation.ONE_YEAR_OFF)
_RELATIONS = len(DateRelation)


class InList(NamedTuple):
    """How common the candidate's particulars are in the whole list.

    For unit u agreement surprises by `surprises` at `levels`, from `first[u]` (one more surprise than levels per unit):
    minus the logarithm of the chance of it. `share` is the share of each country seen, `own_country` the candidate's
    among them (0: none); `lift[u, c]` how much likelier a country is among those who bear part u.
    """

    first: np.ndarray
    levels: np.ndarray
    surprises: np.ndarray
    own_country: int
    share: np.ndarray
    lift: np.ndarray
    date_chance: np.ndarray
    # How likely one who bears any part of the candidate's name is of the candidate's country.
    country_chance: float
    size_log: float


class Whole(NamedTuple):
    """All segments together: how many names, people, people by country, and people with a country."""

    entries: int
    size: int
    countries: np.ndarray
    of_a_country: float


@njit(cache=True)
def _levels(near, ordered, entries):
    """By unit how good agreement gets, the best first, and how that surprises."""
    units = near.first.shape[0] - 1
    levels = near.value.copy()
    surprises = np.empty(levels.shape[0] + units)
    for u in range(units):
        low = near.first[u]
        high = near.first[u + 1]
        total = 0.0
        surprises[low + u] = -np.log(min(1.0, 0.5 / (entries + 1.0)))
        order = np.arange(high - low) if ordered else np.argsort(-near.value[low:high], kind="mergesort")
        for k in range(high - low):
            at = low + order[k]
            levels[low + k] = near.value[at]
            total += near.bearers[at]
            surprises[low + u + k + 1] = -np.log(min(1.0, (total + 0.5) / (entries + 1.0)))
    return levels, surprises


@njit(cache=True)
def in_list(like, every, dealt, near, ordered, compared, whole, asked, place):
    """Counts over all segments; `like` and `every` as `loaded.listed_at` takes them.

    `near` is of all segments, `ordered` tells that each unit's parts come best first; the first units, so many, are
    `compared`. `place` is working space by country, zero between queries.
    """
    units = near.first.shape[0] - 1
    segments = every.shape[0]
    own = asked.country
    levels, surprises = _levels(near, ordered, whole.entries)
    samples = np.empty(segments * units * BEARERS, dtype=np.uint16)
    sampled = np.zeros((segments, units + 1), dtype=np.int64)
    dates = np.zeros(_RELATIONS)
    size = 0
    for s in range(segments):
        size = _survey(listed_at(like, every, s), dealt, s, asked.dob, samples, size, sampled[s], dates)
    # The countries seen, in the order of their numbers; the first place stands for all others.
    seen = np.empty(size + 1, dtype=np.int64)
    found = 0
    for k in range(size + 1):
        code = own if k == size else np.int64(samples[k])
        if (k < size or own > 0) and place[code] == 0:
            place[code] = 1
            seen[found] = code
            found += 1
    seen = np.sort(seen[:found])
    total = max(1.0, whole.of_a_country)
    share = np.zeros(found + 1)
    for c in range(found):
        place[seen[c]] = c + 1
        share[c + 1] = max(1e-6, whole.countries[seen[c]] / total)
    share[0] = max(1e-6, 1.0 - share.sum())
    lift = np.zeros((units, found + 1))
    for u in range(units):
        read = 0
        for s in range(segments):
            read += sampled[s, u + 1] - sampled[s, u]
            for k in range(sampled[s, u], sampled[s, u + 1]):
                lift[u, place[samples[k]]] += 1.0
        for c in range(found + 1):
            bearing = lift[u, c] / share[c] if c > 0 else 0.0
            lift[u, c] = (bearing + _WHOLE_LIST) / (read + _WHOLE_LIST)
    likely = 0.0
    place_of_own = int(place[own]) if own > 0 else 0
    if own > 0:
        for u in range(compared):
            likely += lift[u, place_of_own] * share[place_of_own] / compared
    for c in range(found):
        place[seen[c]] = 0
    date_chance = np.zeros(_RELATIONS)
    for r in range(_AGREE, _RELATIONS):
        date_chance[r] = max(0.0, -np.log((dates[r] + 0.5) / (whole.size + 1.0)))
    return InList(
        near.first, levels, surprises, place_of_own, share, lift, date_chance, likely,
        float(np.log(1 + whole.size)),
    )  # fmt: skip


@lean
def _between(days, low, high):
    return np.searchsorted(days, high) - np.searchsorted(days, low)


@lean
def _count_dates(days, dob, out):
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


@lean
def _survey(listed, dealt, s, dob, out, size, first, dates):
    """Writes the countries of those who bear each unit's near parts in segment `s`, the best parts first, from
    `first[u]` on.

    Also counts the birth dates that are as good as this one. Gives how many countries are written then.
    """
    _count_dates(listed.day, dob, dates)
    units = dealt.low.shape[1]
    for u in range(units):
        first[u] = size
        most = size + BEARERS
        read = 0
        for k in range(dealt.low[s, u], dealt.high[s, u]):
            p = dealt.part[k]
            for at in range(listed.post_first[p], listed.post_first[p + 1]):
                if size >= most or read >= 3 * BEARERS:
                    break
                read += 1
                subject = listed.entry_subject[listed.post_entry[at]]
                if listed.country_first[subject + 1] > listed.country_first[subject]:
                    out[size] = listed.countries[listed.country_first[subject]]
                    size += 1
            if size >= most or read >= 3 * BEARERS:
                break
    first[units] = size
    return size
