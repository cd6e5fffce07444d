"""The evidence of one hit as reasons, each with what it added to the log-odds."""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
from numba import njit

from concord_screening.engine.assignment import COVERED_SHORT, LEFT_OVER_BOTH, LEFT_OVER_ONE, PER_LETTER
from concord_screening.engine.choose import NOT_KNOWN, SAME
from concord_screening.engine.dates import DateRelation
from concord_screening.engine.domain import Reason
from concord_screening.engine.evidence import (
    COUNTRY,
    COUNTRY_CHANCE,
    DATE,
    DATE_CHANCE,
    GENDER,
    N_EVIDENCE,
    NAME,
    SURPRISE,
)
from concord_screening.engine.gam import curve_value
from concord_screening.engine.romanise import Channel

# By piece of evidence the value that stands for none: the names agree no more than by chance, nothing else is known.
_NOTHING = tuple(
    float({DATE: DateRelation.UNKNOWN, COUNTRY: NOT_KNOWN, GENDER: NOT_KNOWN}.get(f, 0)) for f in range(N_EVIDENCE)
)
_DATES = {
    int(relation): "date_missing" if relation is DateRelation.UNKNOWN else f"date_{relation.name.lower()}"
    for relation in DateRelation
}
_SCRIPTS = {int(channel): channel.name.capitalize() for channel in Channel}
_COARSE: list[int] = [step * 10**ten for ten in range(14) for step in (1, 2, 5)]
# An exact Latin name has about this much evidence per letter.
_EXACT = 2.4


def coarse(number: float) -> int:
    """The next lower of 1, 2, 5, 10, 20, 50, …: an estimate, and told so that nobody reckons back from it to whether
    one more person of that name stands in another owner's list."""
    return _COARSE[max(0, bisect_right(_COARSE, number) - 1)]


@njit(cache=True)
def terms_of(curves, evidence):
    """By row of evidence (see `evidence.Weighed`) what each piece adds, compared with having no such evidence."""
    out = np.zeros((evidence.shape[0], N_EVIDENCE))
    for k in range(evidence.shape[0]):
        group = np.int64(evidence[k, N_EVIDENCE])
        for f in range(N_EVIDENCE):
            knots, heights = curves.knots[f], curves.heights[group, f]
            out[k, f] = curve_value(knots, heights, evidence[k, f]) - curve_value(knots, heights, _NOTHING[f])
    return out


def reasons(
    values: Sequence[float], terms: Sequence[float], features: Sequence[float], channels: tuple[int, int], size: int
) -> tuple[Reason, ...]:
    """Reasons for and against one person of so many listed, the names first: a row of evidence, what each piece of it
    added, and how the names compare."""
    name, surprise, date, _, country, _, gender, _ = values
    share = min(1.0, features[PER_LETTER] / _EXACT) * features[COVERED_SHORT]
    found = [Reason("name_alike" if name > 0 else "name_differs", terms[NAME], {"percent": round(100 * share)})]
    in_list = surprise + math.log(size + 1)
    if in_list > 0:
        one_in = coarse(math.exp(min(in_list, 30.0)))
        code = "name_part_rare" if surprise > 0 else "name_part_common"
        found.append(Reason(code, terms[SURPRISE], {"one_in": one_in}))
    missing = int(features[LEFT_OVER_BOTH] + features[LEFT_OVER_ONE])
    if missing:
        found.append(Reason("name_part_missing", 0.0, {"count": missing}))
    if channels[0] != channels[1]:
        left, right = _SCRIPTS[channels[0]], _SCRIPTS[channels[1]]
        found.append(Reason("other_script", 0.0, {"query_script": left, "listed_script": right}))
    found.append(Reason(_DATES[int(date)], terms[DATE] + terms[DATE_CHANCE]))
    if country != _NOTHING[COUNTRY]:
        weight = terms[COUNTRY] + terms[COUNTRY_CHANCE]
        found.append(Reason("country_same" if country == SAME else "country_differs", weight))
    if gender != _NOTHING[GENDER]:
        found.append(Reason("gender_same" if gender == SAME else "gender_differs", terms[GENDER]))
    return tuple(found)
