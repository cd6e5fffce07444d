"""The evidence of one hit as reasons, each with what it added to the log-odds."""

from __future__ import annotations

import math

import numpy as np

from concord_screening.engine.align import FEATURES
from concord_screening.engine.dates import DateRelation
from concord_screening.engine.domain import Reason
from concord_screening.engine.evidence import EVIDENCE
from concord_screening.engine.gam import Curves, curve_value
from concord_screening.engine.romanise import Channel

_COVERED = FEATURES.index("covered_short")
_PER_LETTER = FEATURES.index("per_letter")
_BOTH = FEATURES.index("left_over_both")
_ONE = FEATURES.index("left_over_one")
# An exact Latin name has about this much evidence per letter.
_EXACT = 2.4


def _against_nothing(curves: Curves, group: int, evidence: str, value: float, neutral: float) -> float:
    """What a value adds compared with having no such evidence."""
    f = EVIDENCE.index(evidence)
    own = curves.heights[group, f]
    return float(curve_value(curves.knots[f], own, value) - curve_value(curves.knots[f], own, neutral))


def reasons(
    curves: Curves, values: np.ndarray, features: np.ndarray, channels: tuple[int, int], size: int
) -> tuple[Reason, ...]:
    """Reasons for and against, the names first."""
    name, surprise, date, date_chance, country, country_chance, gender = (float(v) for v in values[:-1])
    group = int(values[-1])
    agrees = _against_nothing(curves, group, "name", name, 0.0)
    share = min(1.0, features[_PER_LETTER] / _EXACT) * features[_COVERED]
    found = [Reason("name_alike" if name > 0 else "name_differs", agrees, {"percent": round(100 * float(share))})]
    in_list = surprise + math.log(size + 1)
    if in_list > 0:
        one_in = round(math.exp(min(in_list, 30.0)))
        code = "name_part_rare" if surprise > 0 else "name_part_common"
        found.append(Reason(code, _against_nothing(curves, group, "surprise", surprise, 0.0), {"one_in": one_in}))
    missing = int(features[_BOTH] + features[_ONE])
    if missing:
        found.append(Reason("name_part_missing", 0.0, {"count": missing}))
    if channels[0] != channels[1]:
        left, right = (Channel(c).name.capitalize() for c in channels)
        found.append(Reason("other_script", 0.0, {"query_script": left, "listed_script": right}))
    relation = DateRelation(int(date))
    code = "date_missing" if relation is DateRelation.UNKNOWN else f"date_{relation.name.lower()}"
    weight = _against_nothing(curves, group, "date", date, float(DateRelation.UNKNOWN))
    found.append(Reason(code, weight + _against_nothing(curves, group, "date_chance", date_chance, 0.0)))
    for kind, value in (("country", country), ("gender", gender)):
        if value != 1.0:
            weight = _against_nothing(curves, group, kind, value, 1.0)
            if kind == "country":
                weight += _against_nothing(curves, group, "country_chance", country_chance, 0.0)
            found.append(Reason(f"{kind}_{'same' if value == 2.0 else 'differs'}", weight))
    return tuple(found)
