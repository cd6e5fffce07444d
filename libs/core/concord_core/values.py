"""Small values that every service writes alike: the day, references, records hidden or under outside names."""

import secrets
from datetime import UTC, date, datetime
from typing import Any, Final

# No vowels and nothing that looks like another letter: a reference is read aloud and never spells a word.
_ALPHABET: Final = "23456789BCDFGHJKMNPQRSTVWXYZ"


EARLIEST: Final = date(1945, 10, 24)
"""The day on which the United Nations began: whatever is dated before it is a slip of the keyboard."""


def today() -> date:
    """The day in UTC; every date of Concord is a day in UTC."""
    return datetime.now(UTC).date()


def new_reference(prefix: str) -> str:
    """A random reference such as `VP-7K3M-9QXT-4VBD` (57 bits): it says nothing, not even how many there are."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    return f"{prefix}-{letters[:4]}-{letters[4:8]}-{letters[8:]}"


class Hidden:
    """A record whose text is its name alone, so that no log, trace or error can show what it holds.

    Its dataclass is made with `repr=False`.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


def values_of(record: object, *names: str) -> dict[str, Any]:
    """The record's values under these names, for a row or for JSON.

    A day is called `offered` in a record and `offered_date` outside, a moment `opened` and `opened_at`.
    """
    return {name: getattr(record, name if hasattr(record, name) else _inside(name)) for name in names}


def _inside(name: str) -> str:
    return name.removesuffix("_date").removesuffix("_at")
