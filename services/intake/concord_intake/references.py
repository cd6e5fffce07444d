"""References of reports and cases: not guessable, not sequential, safe to read aloud and to copy by hand.

`UNICEF-26-7K3Q9X` is a case, `UNICEF-R26-7K3Q9X` a report: agency, year of arrival, then Crockford base32, of which the
last is a check character. The check is a polynomial over GF(32), so that every wrong character and every swap of two
neighbours can be noticed.
"""

from __future__ import annotations

import secrets
from datetime import date

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_CHARACTERS = 5


def _double(value: int) -> int:
    """Multiplies by x in GF(32) = GF(2)[x] / (x^5 + x^2 + 1)."""
    value <<= 1
    return value ^ 0b100101 if value & 0b100000 else value


def _sum(characters: str) -> int:
    total = 0
    for character in characters:
        total = _double(total) ^ ALPHABET.index(character)
    return total


def check_character(characters: str) -> str:
    """The character that makes the sum of the whole zero."""
    return ALPHABET[_double(_sum(characters))]


def _new(agency: str, middle: str) -> str:
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))
    return f"{agency.upper()}-{middle}-{body}{check_character(body)}"


def new_case_reference(agency: str, received: date) -> str:
    """A fresh reference for a case of the agency (slug) whose first report came on `received`."""
    return _new(agency, f"{received:%y}")


def new_report_reference(agency: str, received: date) -> str:
    """A fresh reference for a report that came on `received`."""
    return _new(agency, f"R{received:%y}")
