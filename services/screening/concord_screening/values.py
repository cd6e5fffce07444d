"""Small values that all rooms share: names, dates that may be partial, working days.

Pure. What is wrong with an input is collected field by field, so that a person mends everything at once.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta

from concord_core.errors import FieldError
from concord_core.errors.codes import INVALID_REQUEST
from concord_core.values import today

MAX_NAME = 200
OLDEST_BIRTH_YEAR = 1900


def add_working_days(day: date, days: int) -> date:
    """The day that lies `days` working days (Monday to Friday) after `day`."""
    while days > 0:
        day += timedelta(days=1)
        if day.weekday() < 5:
            days -= 1
    return day


def calendar_day(text: str) -> date | None:
    """The day written `YYYY-MM-DD`, none for anything else."""
    if len(text) != 10 or text[4] != "-" or text[7] != "-":
        return None  # other ISO spellings, such as 2026W101 or 20260101, are not what we ask for
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


class Problems:
    """What is wrong with an input, field by field."""

    def __init__(self) -> None:
        self.fields: list[FieldError] = []

    def add(self, problem: FieldError) -> None:
        """Notes one problem."""
        self.fields.append(problem)

    def check(self) -> None:
        """Raises `invalid_request` with all problems, if there is any."""
        if self.fields:
            raise INVALID_REQUEST.error(fields=self.fields)

    def given(self, text: str, otherwise: FieldError) -> bool:
        """Whether something was written; if not, notes `otherwise`."""
        if not text.strip():
            self.add(otherwise)
        return bool(text.strip())

    def name(self, path: str, text: str) -> str:
        """A name as typed, in one Unicode form and without needless blanks; it must hold a letter."""
        clean = " ".join(unicodedata.normalize("NFC", text).split())
        if len(clean) > MAX_NAME:
            self.add(FieldError(path, "too_long", "This name is longer than 200 characters."))
        elif not any(unicodedata.category(character)[0] == "L" for character in clean):
            self.add(FieldError(path, "empty_name", "Write a name; there is no letter in this one."))
        elif any(unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn") for character in clean):
            self.add(FieldError(path, "unreadable", "This name holds characters that are no text."))
        return clean

    def text(self, path: str, text: str, *, least: int, most: int) -> str:
        """Words of `least` to `most` characters."""
        clean = text.strip()
        if len(clean) < least:
            self.add(FieldError(path, "too_short", "This is too short."))
        elif len(clean) > most:
            self.add(FieldError(path, "too_long", "This is too long."))
        return clean

    def day(self, path: str, text: str) -> date | None:
        """A whole calendar date `YYYY-MM-DD`."""
        day = calendar_day(text)
        if day is None:
            self.add(FieldError(path, "impossible_date", "There is no such date. Write YYYY-MM-DD."))
        return day

    def past_day(self, path: str, text: str) -> date | None:
        """A whole date that is not in the future."""
        day = self.day(path, text)
        if day is not None and day > today():
            self.add(FieldError(path, "in_the_future", "This date lies in the future."))
        return day

    def birth_date(self, path: str, text: str) -> str:
        """A birth date, whole or in part: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`."""
        clean = text.strip()
        earliest = calendar_day(clean + {4: "-01-01", 7: "-01"}.get(len(clean), ""))
        if earliest is None:
            self.add(FieldError(path, "impossible_date", "There is no such date. Write YYYY-MM-DD, YYYY-MM or YYYY."))
        elif earliest > today() or earliest.year < OLDEST_BIRTH_YEAR:
            self.add(FieldError(path, "impossible_date", "Nobody living was born then."))
        return clean

    def one_of(self, path: str, value: str, allowed: Iterable[str]) -> str:
        """A value out of a short list."""
        if value not in tuple(allowed):
            self.add(FieldError(path, "unknown_code", "Choose one of the values offered."))
        return value
