"""How common a candidate's particulars are in the whole list, over all its segments."""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from concord_screening.engine.dates import DateRelation
from concord_screening.engine.lean import lean

COUNTRY_NUMBERS = 65_523
# So many bearers of a part, the likeliest counterparts first, tell of which countries they are …
BEARERS = 200
# … and the whole list weighs as much as so many of them.
_WHOLE_LIST = 4.0
# Relations of dates from here on speak for one person.
_AGREE = int(DateRelation.ONE_YEAR_OFF)


class InList(NamedTuple):
    """How common the candidate's particulars are in the whole list.

    For unit u the chances of agreement are `chances` at `levels`, from `first[u]` (one more chance than levels per
    unit). `share` is the share of each country seen; `lift[u, c]` how much likelier it is among those who bear part u.
    """

    first: np.ndarray
    levels: np.ndarray
    chances: np.ndarray
    country: np.ndarray
    share: np.ndarray
    lift: np.ndarray
    date_chance: np.ndarray
    # How likely one who bears any part of the candidate's name is of the candidate's country.
    country_chance: float
    size_log: float


@njit(cache=True)
def in_list(near, ordered, entries, size, counts, samples, sample_first, own, dates, place):
    """Puts together what is counted over all segments.

    `near` is of all segments, `ordered` tells that each unit's parts come best first. Country samples are numbered
    by unit; `place` is working space by country, zero between queries.
    """
    units = near.first.shape[0] - 1
    levels = near.value.copy()
    chances = np.empty(levels.shape[0] + units)
    for u in range(units):
        low = near.first[u]
        high = near.first[u + 1]
        total = 0.0
        chances[low + u] = min(1.0, 0.5 / (entries + 1.0))
        order = np.arange(high - low) if ordered else np.argsort(-near.value[low:high], kind="mergesort")
        for k in range(high - low):
            at = low + order[k]
            levels[low + k] = near.value[at]
            total += near.bearers[at]
            chances[low + u + k + 1] = min(1.0, (total + 0.5) / (entries + 1.0))
    # The countries seen, in the order of their numbers; the first place stands for all others.
    seen = np.empty(samples.shape[0] + 1, dtype=np.int64)
    found = 0
    for k in range(samples.shape[0] + 1):
        code = own if k == samples.shape[0] else np.int64(samples[k])
        if (k < samples.shape[0] or own > 0) and place[code] == 0:
            place[code] = 1
            seen[found] = code
            found += 1
    seen = np.sort(seen[:found])
    total = max(1.0, float(counts.sum()))
    country = np.zeros(found + 1, dtype=np.int64)
    share = np.zeros(found + 1)
    for c in range(found):
        place[seen[c]] = c + 1
        country[c + 1] = seen[c]
        share[c + 1] = max(1e-6, counts[seen[c]] / total)
    share[0] = max(1e-6, 1.0 - share.sum())
    lift = np.zeros((units, found + 1))
    for u in range(units):
        low = sample_first[u]
        high = sample_first[u + 1]
        for k in range(low, high):
            lift[u, place[samples[k]]] += 1.0
        for c in range(found + 1):
            bearing = lift[u, c] / share[c] if c > 0 else 0.0
            lift[u, c] = (bearing + _WHOLE_LIST) / (high - low + _WHOLE_LIST)
    likely = 0.0
    if own > 0:
        for u in range(units):
            likely += lift[u, place[own]] * share[place[own]] / units
    for c in range(found):
        place[seen[c]] = 0
    date_chance = np.zeros(dates.shape[0])
    for r in range(_AGREE, dates.shape[0]):
        date_chance[r] = max(0.0, -np.log((dates[r] + 0.5) / (size + 1.0)))
    return InList(
        near.first, levels, chances, country, share, lift, date_chance, likely, float(np.log(1 + size))
    )  # fmt: skip


@lean
def _between(days, low, high):
    return np.searchsorted(days, high) - np.searchsorted(days, low)


@lean
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


@lean
def survey(doors, people, near, dob, out, first, dates):
    """Writes the countries of those who bear each unit's near parts, the best parts first, from `first[u]` on.

    Also counts the birth dates that are as good as this one. Gives how many countries were written.
    """
    count_dates(doors.day, dob, dates)
    post_first = doors.post_first
    size = 0
    for u in range(near.first.shape[0] - 1):
        first[u] = size
        most = size + BEARERS
        read = 0
        for k in range(near.first[u], near.first[u + 1]):
            p = near.part[k]
            for at in range(post_first[p], post_first[p + 1]):
                if size >= most or read >= 3 * BEARERS:
                    break
                read += 1
                subject = people.entry_subject[doors.post_entry[at]]
                if people.country_first[subject + 1] > people.country_first[subject]:
                    out[size] = people.countries[people.country_first[subject]]
                    size += 1
            if size >= most or read >= 3 * BEARERS:
                break
        first[near.first.shape[0] - 1] = size
    return size
