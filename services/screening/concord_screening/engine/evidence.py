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
from concord_screening.engine.choose import agreement, country_agreement, date_relation
from concord_screening.engine.gam import log_odds
from concord_screening.engine.lean import lean
from concord_screening.engine.retrieve import surprise_of

EVIDENCE = ("name", "surprise", "date", "date_chance", "country", "country_chance", "gender")
N_EVIDENCE = len(EVIDENCE)
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
            # chances hold one number more per unit than levels
            rare = surprise_of(in_list.levels[low:high], in_list.chances[low + u : high + u + 1], per_part[i])
            total += min(rare, per_part[i])
    return total


class Weighed(NamedTuple):
    """By person compared: the evidence (its last column is the group of scripts), how the best of the names compares,
    which name that is, and the log-odds."""

    evidence: np.ndarray
    details: np.ndarray
    entries: np.ndarray
    odds: np.ndarray


@njit(cache=True)
def weigh(tables, curves, people_curves, own, names, people, in_list, subjects, asked, row_of, spread):
    """Compares the candidate with each of these people."""
    out = np.zeros((subjects.shape[0], N_EVIDENCE + 1))
    details = np.zeros((subjects.shape[0], N_FEATURES))
    entries = np.zeros(subjects.shape[0], dtype=np.int64)
    odds = np.zeros(subjects.shape[0])
    count = 0
    for subject in subjects:
        count += people.first_entry[subject + 1] - people.first_entry[subject]
    every = np.zeros(count, dtype=np.int64)
    at = 0
    for subject in subjects:
        for entry in range(people.first_entry[subject], people.first_entry[subject + 1]):
            every[at] = entry
            at += 1
    alike = compare(tables, own, names, every, row_of, spread)
    weighed = Weighed(out, details, entries, odds)
    joint = np.zeros(in_list.country.shape[0])
    _add_up(curves, people_curves, own, people, in_list, subjects, asked, alike, joint, weighed)
    return weighed


@lean
def _add_up(curves, people_curves, own, people, in_list, subjects, asked, alike, joint, weighed):
    """Writes each person's best name with its evidence, and that of the particulars; `joint` is room by country."""
    dob = asked.dob
    country = asked.country
    out, details, entries, odds = weighed.evidence, weighed.details, weighed.entries, weighed.odds
    at = 0
    for k in range(subjects.shape[0]):
        subject = subjects[k]
        best = -1e9
        for entry in range(people.first_entry[subject], people.first_entry[subject + 1]):
            for f in range(own.channel.shape[0]):
                group = group_of(own.channel[f], people.entry_channel[entry])
                value = log_odds(curves, group, alike.features[f, at])
                rare = surprise(in_list, alike.per_part[f, at], alike.by_unit[f, at])
                if value + 0.3 * rare > best:
                    best = value + 0.3 * rare
                    out[k, 0] = value
                    out[k, 1] = rare
                    for x in range(N_FEATURES):
                        details[k, x] = alike.features[f, at, x]
                    entries[k] = entry
                    out[k, N_EVIDENCE] = group
                    best_form = f
                    best_at = at
            at += 1
        # Parts that go together, as in one country's names, surprise less together than each by itself.
        total = 0.0
        for c in range(joint.shape[0]):
            joint[c] = in_list.share[c]
            for i in range(MAX_PARTS):
                if alike.per_part[best_form, best_at, i] > 0.0:
                    joint[c] *= in_list.lift[alike.by_unit[best_form, best_at, i], c]
            total += joint[c]
        if total > 1.0:
            out[k, 1] = max(0.0, out[k, 1] - np.log(total))
        out[k, 1] -= in_list.size_log
        relation = date_relation(people, subject, dob)
        out[k, 2] = relation
        out[k, 3] = in_list.date_chance[relation]
        same = country_agreement(people, subject, country)
        out[k, 4] = same
        if same == 2:
            chance = in_list.country_chance
            for c in range(joint.shape[0]):
                if in_list.country[c] == country:
                    chance = max(chance, joint[c] / max(total, 1e-12))
            out[k, 5] = -np.log(max(1e-4, min(1.0, chance)))
        out[k, 6] = agreement(asked.gender, people.gender[subject])
        odds[k] = log_odds(people_curves, np.int64(out[k, N_EVIDENCE]), out[k, :N_EVIDENCE])
