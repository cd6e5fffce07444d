"""Weighs people against a candidate: what agrees, how surprising that is in this list, what contradicts.

The log-odds are a sum of curves (see `gam`), each over one of `EVIDENCE`. A recruiter can read them so:
how well the names agree as such; how many people of this list would agree as well by chance; how the
birth dates stand to each other, and how many are born so; whether the countries agree, and how many who are
called so are of that country; whether the sexes do.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from concord_screening.engine.align import compare
from concord_screening.engine.assignment import MAX_PARTS, N_FEATURES
from concord_screening.engine.choose import SAME
from concord_screening.engine.gam import log_odds
from concord_screening.engine.lean import lean
from concord_screening.engine.retrieve import surprise_of

EVIDENCE = ("name", "surprise", "date", "date_chance", "country", "country_chance", "gender")
N_EVIDENCE = len(EVIDENCE)
NAME, SURPRISE, DATE, DATE_CHANCE, COUNTRY, COUNTRY_CHANCE, GENDER = range(N_EVIDENCE)
N_GROUPS = 7


@lean
def group_of(channel_a, channel_b):
    """Which group of script pairs two names belong to."""
    a = min(channel_a, channel_b)
    b = max(channel_a, channel_b)
    if a == b:
        return 0 if a == 0 else 6
    if a > 0:
        return 5
    return b if b <= 3 else 4


@lean
def surprise(in_list, per_part, by_unit):
    """How surprising it is that all these parts agree so well, each by itself."""
    total = 0.0
    for i in range(MAX_PARTS):
        if per_part[i] > 0.0:
            u = by_unit[i]
            low = in_list.first[u]
            high = in_list.first[u + 1]
            # there is one more surprise per unit than levels
            rare = surprise_of(in_list.levels[low:high], in_list.surprises[low + u : high + u + 1], per_part[i])
            total += min(rare, per_part[i])
    return total


class Weighed(NamedTuple):
    """By person compared: the evidence (its last column is the group of scripts), how the best of the names compares,
    its channel, and the log-odds."""

    evidence: np.ndarray
    details: np.ndarray
    channel: np.ndarray
    odds: np.ndarray


@njit(cache=True)
def weigh(tables, curves, people_curves, own, people, in_list, spread):
    """Compares the candidate with each person of an excerpt."""
    count = people.first.shape[0] - 1
    weighed = Weighed(
        np.zeros((count, N_EVIDENCE + 1)),
        np.zeros((count, N_FEATURES)),
        np.zeros(count, dtype=np.int64),
        np.zeros(count),
    )
    alike = compare(tables, own, people.names, spread)
    joint = np.zeros(in_list.share.shape[0])
    for k in range(count):
        _add_up(curves, people_curves, own, people, in_list, k, alike, joint, weighed)
    return weighed


@lean
def _add_up(curves, people_curves, own, people, in_list, k, alike, joint, weighed):
    """Writes person k's best name with its evidence, and that of the particulars; `joint` is room by country."""
    out = weighed.evidence[k]
    best = -1e9
    best_form = 0
    best_entry = 0
    for entry in range(people.first[k], people.first[k + 1]):
        for f in range(own.channel.shape[0]):
            group = group_of(own.channel[f], people.names.channel[entry])
            value = log_odds(curves, group, alike.features[f, entry])
            rare = surprise(in_list, alike.per_part[f, entry], alike.by_unit[f, entry])
            if value + 0.3 * rare > best:
                best = value + 0.3 * rare
                out[NAME] = value
                out[SURPRISE] = rare
                out[N_EVIDENCE] = group
                best_form = f
                best_entry = entry
    for x in range(N_FEATURES):
        weighed.details[k, x] = alike.features[best_form, best_entry, x]
    weighed.channel[k] = people.names.channel[best_entry]
    # Parts that go together, as in one country's names, surprise less together than each by itself.
    total = 0.0
    for c in range(joint.shape[0]):
        joint[c] = in_list.share[c]
        for i in range(MAX_PARTS):
            if alike.per_part[best_form, best_entry, i] > 0.0:
                joint[c] *= in_list.lift[alike.by_unit[best_form, best_entry, i], c]
        total += joint[c]
    if total > 1.0:
        out[SURPRISE] = max(0.0, out[SURPRISE] - np.log(total))
    out[SURPRISE] -= in_list.size_log
    out[DATE] = people.date[k]
    out[DATE_CHANCE] = in_list.date_chance[people.date[k]]
    out[COUNTRY] = people.country[k]
    if people.country[k] == SAME:
        chance = in_list.country_chance
        own_country = in_list.own_country
        if own_country > 0:
            chance = max(chance, joint[own_country] / max(total, 1e-12))
        out[COUNTRY_CHANCE] = -np.log(max(1e-4, min(1.0, chance)))
    out[GENDER] = people.gender[k]
    weighed.odds[k] = log_odds(people_curves, np.int64(out[N_EVIDENCE]), out[:N_EVIDENCE])
