"""Scores people against a candidate: what agrees, how surprising that is in this list, what contradicts.

The log-odds are a sum of curves (see `gam`), each over one of `EVIDENCE`. A recruiter can read them so:
how well the names agree as such; how many people of this list would agree as well by chance; how the
birth dates stand to each other; whether the countries agree; whether the sexes do.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

import numpy as np
from numba import njit

from concord_screening.engine.align import MAX_PARTS, N_FEATURES, compare_names
from concord_screening.engine.gam import log_odds
from concord_screening.engine.retrieve import date_relation, surprise_of

EVIDENCE = ("name", "surprise", "date", "country", "gender")
N_EVIDENCE = len(EVIDENCE)
N_GROUPS = 7


@njit(cache=True)
def group_of(channel_a, channel_b):
    """Which group of script pairs two names belong to."""
    a = min(channel_a, channel_b)
    b = max(channel_a, channel_b)
    if a == b:
        return 0 if a == 0 else 6
    if a > 0:
        return 5
    return b if b <= 3 else 4


@njit(cache=True)
def _agreement(a, b):
    """2 for the same, 0 for different, 1 when one is not known."""
    if a == 0 or b == 0:
        return 1.0
    return 2.0 if a == b else 0.0


@njit(cache=True)
def score_people(
    tables, curves, words, forms_first, forms_part, forms_channel, levels_first, levels, chances, size_log,
    listed, people, subjects, dob, country, gender, work, out, details, entries,
):  # fmt: skip
    """Fills `out` (evidence), `details` (name features) and `entries` (best entry) for each subject."""
    partner = np.full(MAX_PARTS, -1, dtype=np.int8)
    per_part = np.zeros(MAX_PARTS)
    features = np.zeros(N_FEATURES)
    for k in range(subjects.shape[0]):
        subject = subjects[k]
        best = -1e9
        for entry in range(people.first_entry[subject], people.first_entry[subject + 1]):
            ids_b = people.entry_part[people.entry_first[entry] : people.entry_first[entry + 1]]
            for form in range(forms_channel.shape[0]):
                ids_a = forms_part[forms_first[form] : forms_first[form + 1]]
                compare_names(tables, words, ids_a, listed, ids_b, work, partner, features, per_part)
                group = group_of(forms_channel[form], people.entry_channel[entry])
                value = log_odds(curves, group, features)
                surprise = 0.0
                for i in range(ids_a.shape[0]):
                    if per_part[i] > 0.0:
                        low = levels_first[ids_a[i]]
                        high = levels_first[ids_a[i] + 1]
                        # chances hold one number more per part than levels
                        rare = surprise_of(levels[low:high], chances[low + ids_a[i] : high + ids_a[i] + 1], per_part[i])
                        surprise += min(rare, per_part[i])
                if value + 0.3 * surprise > best:
                    best = value + 0.3 * surprise
                    out[k, 0] = value
                    out[k, 1] = surprise - size_log
                    details[k] = features
                    entries[k] = entry
                    out[k, 5] = group
        out[k, 2] = date_relation(people, subject, dob)
        same = 1.0
        low = people.country_first[subject]
        high = people.country_first[subject + 1]
        if country != 0 and high > low:
            same = 0.0
            for at in range(low, high):
                same = max(same, _agreement(country, people.countries[at]))
        out[k, 3] = same
        out[k, 4] = _agreement(gender, people.gender[subject])
