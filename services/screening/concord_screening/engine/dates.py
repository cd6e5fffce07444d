"""Birth dates as typed, known in full or in part, and how two of them stand to each other.

A date is kept as the number yyyymmdd with 00 for what is not known; 0 is no date at all.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from enum import IntEnum

import numpy as np

from concord_screening.engine.lean import lean

_FORM = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")
_EARLIEST = 1000


class DateRelation(IntEnum):
    """From what speaks most against one person to what speaks most for it."""

    DIFFERS = 0
    NEAR = 1
    SAME_YEAR_OTHER_DAY = 2
    ONE_DIGIT = 3
    UNKNOWN = 4
    ONE_YEAR_OFF = 5
    SAME_YEAR = 6
    SAME_YEAR_MONTH = 7
    SAME_DAY_YEAR_OFF = 8
    SWAPPED = 9
    EQUAL = 10


class ImpossibleDateError(ValueError):
    """The text is no date of birth; the message does not repeat it."""


def today() -> int:
    """The last day on which anybody can be born, as the number that is kept."""
    day = datetime.now(UTC)
    return day.year * 10000 + day.month * 100 + day.day


def parse(text: str | None, latest: int) -> int:
    """The number of a date YYYY[-MM[-DD]]; 0 for none. An impossible date, or one after `latest`, is refused."""
    if text is None or not text.strip():
        return 0
    found = _FORM.match(text.strip())
    if not found:
        raise ImpossibleDateError("not a date of the form YYYY, YYYY-MM or YYYY-MM-DD")
    year, month, day = (int(part) if part else 0 for part in found.groups())
    born = year * 10000 + month * 100 + day
    if year < _EARLIEST or born > latest:
        raise ImpossibleDateError("the date is too long ago or in the future")
    try:
        date(year, month if found[2] else 1, day if found[3] else 1)
    except ValueError:
        raise ImpossibleDateError("the date does not exist") from None
    return born


def is_full(a: int) -> bool:
    """Whether the day is known."""
    return a % 100 != 0


@lean
def relation(a, b):  # noqa: PLR0911 - one return per relation
    """How two dates stand to each other, the same both ways."""
    if a == 0 or b == 0:
        return 4
    if a == b and a % 100 != 0:
        return 10
    years = abs(a // 10000 - b // 10000)
    month_a = a // 100 % 100
    month_b = b // 100 % 100
    day_a = a % 100
    day_b = b % 100
    full = day_a != 0 and day_b != 0
    if years == 0:
        if not full:
            if month_a == 0 or month_b == 0:
                return 6
            return 7 if month_a == month_b else 2
        if month_a == day_b and month_b == day_a:
            return 9
        return 3 if _digits_apart(a, b) == 1 else 2
    if full and month_a == month_b and day_a == day_b:
        if years == 1:
            return 8
        return 3 if _digits_apart(a, b) == 1 or years <= 2 else 0
    if years == 1:
        # With both days known and different, a year off is one error more than people make.
        return 1 if full else 5
    return 1 if years == 2 else 0


@lean
def _digits_apart(a, b):
    apart = 0
    while a > 0 or b > 0:
        if a % 10 != b % 10:
            apart += 1
        a //= 10
        b //= 10
    return apart


@lean
def neighbours(a, out):
    """Writes the full dates that could be this one mistyped in the usual ways; gives how many."""
    if a % 100 == 0 or a // 100 % 100 == 0:
        return 0
    year = a // 10000
    month = a // 100 % 100
    day = a % 100
    out[0] = a
    out[1] = a + 10000
    out[2] = a - 10000
    size = 3
    if day <= 12 and day != month:
        out[size] = year * 10000 + day * 100 + month
        size += 1
    return size


N_NEIGHBOURS = 4


def room() -> np.ndarray:
    """Room for `neighbours`."""
    return np.zeros(N_NEIGHBOURS, dtype=np.int32)
