"""Small values that all rooms share: the service's name, and problems collected field by field.

Pure. What is wrong with an input is gathered whole, so that a person mends everything at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from concord_core.codes import CodeLists
from concord_core.errors import ConcordError, FieldError
from concord_core.errors.codes import INVALID_REQUEST
from concord_core.values import EARLIEST, today
from concord_core.web.marks import msgid

SERVICE = "assistance"


class Problems:
    """What is wrong with an input, field by field."""

    def __init__(self, codes: CodeLists) -> None:
        self.fields: list[FieldError] = []
        self._codes = codes

    def add(self, path: str, code: str, message: str) -> None:
        """Notes one problem; `message` is an English message id."""
        self.fields.append(FieldError(path, code, message))

    def check(self) -> None:
        """Raises `invalid_request` with all problems, if there is any."""
        if self.fields:
            raise INVALID_REQUEST.error(fields=self.fields)

    def text(self, path: str, typed: str, *, most: int, required: bool = False) -> str:
        """Words as typed without blanks around them, `most` characters at most."""
        clean = typed.strip()
        if required and not clean:
            self.add(path, "missing", msgid("Fill this in."))
        elif len(clean) > most:
            self.add(path, "too_long", msgid("This is too long."))
        return clean

    def code(self, path: str, list_name: str, code: str, *, required: bool = True) -> str:
        """A code of a code list; empty is allowed when it is not required."""
        if not code:
            if required:
                self.add(path, "missing", msgid("Choose one of the values offered."))
            return code
        try:
            self._codes.check(list_name, code, path)
        except ConcordError as error:
            self.fields.extend(error.fields)
        return code

    def one_of(self, path: str, value: str, allowed: Iterable[str]) -> str:
        """A value out of a short list."""
        if value not in tuple(allowed):
            self.add(path, "unknown_code", msgid("Choose one of the values offered."))
        return value

    def past_day(self, path: str, day: date | None, *, not_before: date | None = None) -> date:
        """The day on which something happened; today if not said, never in the future or before what led to it."""
        now = today()
        if day is None:
            return now
        if day > now:
            self.add(path, "in_the_future", msgid("This date lies in the future."))
        elif day < (not_before or EARLIEST):
            self.add(path, "too_early", msgid("This date lies before what it follows from."))
        return day
