"""Countries as typed, as one number each: names and codes of the same country give the same number."""

from __future__ import annotations

import unicodedata
import zlib
from functools import lru_cache

import icu

# All numbers are below this.
NUMBERS = 65_522
# Ways of writing that no code list has; parts of a country count as the country.
_OTHERWISE = {
    "uk": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB",
    "northern ireland": "GB", "usa": "US", "united states of america": "US", "america": "US",
    "russian federation": "RU", "turkey": "TR", "turkiye": "TR", "czech republic": "CZ", "burma": "MM",
    "ivory coast": "CI", "congo": "CG", "dr congo": "CD", "democratic republic of the congo": "CD",
    "syrian arab republic": "SY", "iran islamic republic of": "IR", "viet nam": "VN", "korea south": "KR",
    "republic of korea": "KR", "korea north": "KP", "democratic peoples republic of korea": "KP",
    "hong kong": "HK", "macau": "MO", "macedonia": "MK", "swaziland": "SZ", "cape verde": "CV",
    "east timor": "TL", "palestine": "PS", "state of palestine": "PS", "lao peoples democratic republic": "LA",
    "republic of moldova": "MD", "united republic of tanzania": "TZ", "brunei darussalam": "BN",
    "bolivia plurinational state of": "BO", "venezuela bolivarian republic of": "VE", "holland": "NL",
}  # fmt: skip


@lru_cache(maxsize=1)
def _by_name() -> dict[str, str]:
    english = icu.Locale("en")
    known = {}
    for code in icu.Locale.getISOCountries():
        known[_plain(icu.Locale("", code).getDisplayCountry(english))] = code
        known[icu.Locale("", code).getISO3Country().lower()] = code
        known[code.lower()] = code
    return known | _OTHERWISE


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(
        "".join(c if c.isalpha() else "" if c in "'’" else " " for c in letters if not unicodedata.combining(c)).split()
    )


@lru_cache(maxsize=10_000)
def number(text: str | None) -> int:
    """The country's number, 0 for none; what is no known country still equals itself."""
    plain = _plain(text or "")
    if not plain:
        return 0
    return zlib.crc32(_by_name().get(plain, plain).encode()) % (NUMBERS - 1) + 1
