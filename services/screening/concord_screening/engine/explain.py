"""The evidence of one hit as reasons, each with what it added to the log-odds."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence

from concord_screening.engine.assignment import FEATURES
from concord_screening.engine.dates import DateRelation
from concord_screening.engine.domain import Reason
from concord_screening.engine.evidence import EVIDENCE
from concord_screening.engine.gam import Curves
from concord_screening.engine.romanise import Channel

_NAME, _SURPRISE, _DATE, _DATE_CHANCE, _COUNTRY, _COUNTRY_CHANCE, _GENDER = range(len(EVIDENCE))
_COVERED = FEATURES.index("covered_short")
_PER_LETTER = FEATURES.index("per_letter")
_BOTH = FEATURES.index("left_over_both")
_ONE = FEATURES.index("left_over_one")
# An exact Latin name has about this much evidence per letter.
_EXACT = 2.4


def coarse(number: float) -> int:
    """The next lower of 1, 2, 5, 10, 20, 50, …: an estimate, and told so that nobody reckons back from it to whether
    one more person of that name stands in another owner's list."""
    ten = 10 ** int(math.log10(max(1.0, number)))
    return int(ten * max(step for step in (1, 2, 5) if step * ten <= max(1.0, number)))


class Explainer:
    """Says what each piece of evidence added, with one model's curves."""

    def __init__(self, curves: Curves) -> None:
        self._knots: list[list[float]] = curves.knots.tolist()
        self._heights: list[list[list[float]]] = curves.heights.tolist()

    def _height(self, group: int, f: int, x: float) -> float:
        """The height of one curve at x; flat beyond its ends."""
        knots, heights = self._knots[f], self._heights[group][f]
        at = bisect_left(knots, x)
        if at == 0 or at == len(knots):
            return heights[min(at, len(knots) - 1)]
        low, high = knots[at - 1], knots[at]
        return heights[at - 1] + (x - low) / (high - low) * (heights[at] - heights[at - 1])

    def _against_nothing(self, group: int, f: int, value: float, neutral: float) -> float:
        """What a value adds compared with having no such evidence."""
        return self._height(group, f, value) - self._height(group, f, neutral)

    def reasons(
        self, values: Sequence[float], features: Sequence[float], channels: tuple[int, int], size: int
    ) -> tuple[Reason, ...]:
        """Reasons for and against, the names first."""
        name, surprise, date, date_chance, country, country_chance, gender, of = values
        group = int(of)
        agrees = self._against_nothing(group, _NAME, name, 0.0)
        share = min(1.0, features[_PER_LETTER] / _EXACT) * features[_COVERED]
        found = [Reason("name_alike" if name > 0 else "name_differs", agrees, {"percent": round(100 * share)})]
        in_list = surprise + math.log(size + 1)
        if in_list > 0:
            one_in = coarse(math.exp(min(in_list, 30.0)))
            code = "name_part_rare" if surprise > 0 else "name_part_common"
            found.append(Reason(code, self._against_nothing(group, _SURPRISE, surprise, 0.0), {"one_in": one_in}))
        missing = int(features[_BOTH] + features[_ONE])
        if missing:
            found.append(Reason("name_part_missing", 0.0, {"count": missing}))
        if channels[0] != channels[1]:
            left, right = (Channel(c).name.capitalize() for c in channels)
            found.append(Reason("other_script", 0.0, {"query_script": left, "listed_script": right}))
        relation = DateRelation(int(date))
        code = "date_missing" if relation is DateRelation.UNKNOWN else f"date_{relation.name.lower()}"
        weight = self._against_nothing(group, _DATE, date, float(DateRelation.UNKNOWN))
        found.append(Reason(code, weight + self._against_nothing(group, _DATE_CHANCE, date_chance, 0.0)))
        if country != 1.0:
            weight = self._against_nothing(group, _COUNTRY, country, 1.0)
            weight += self._against_nothing(group, _COUNTRY_CHANCE, country_chance, 0.0)
            found.append(Reason(f"country_{'same' if country == 2.0 else 'differs'}", weight))
        if gender != 1.0:
            weight = self._against_nothing(group, _GENDER, gender, 1.0)
            found.append(Reason(f"gender_{'same' if gender == 2.0 else 'differs'}", weight))
        return tuple(found)
