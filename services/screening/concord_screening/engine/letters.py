"""From text as typed to words of one script each.

Promise: the same words come out whatever the Unicode form, diacritics, spacing, direction marks or punctuation of the
text, and whatever its case but where capitals show that words were run together (`repair`). Long texts are cut, so that
no input can make a check expensive.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import icu

from concord_screening.engine.repair import repaired, without_digits

MAX_CHARACTERS = 200
MAX_WORDS = 12
MAX_WORD_LETTERS = 40
# Symbols of one spelling, of which a letter of some scripts gives seven: all that compares has room for so many.
MAX_SYMBOLS = 40

# Apostrophes of all kinds, and the Hebrew marks typed with them: they join what stands around them.
_APOSTROPHES = frozenset("'’‘`´ʼʻʹʺʾʿ′\"״׳‛ˈ")
# Marks that only stretch or shape a line of text (Arabic tatweel, zero width joiners).
_INVISIBLE = frozenset("ـ\u200b\u200c\u200d\u2060\ufeff\u00ad")

_SELDOM = frozenset({"Zinh", "Arab", "Hebr", "Latn", "Grek", "Cyrl"})

_LATIN = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i",
        "ħ": "h", "ŋ": "ng", "ə": "e", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y", "ĸ": "k", "ŀ": "l",
        "ɛ": "e", "ɔ": "o", "ǝ": "e", "ɣ": "g", "ʒ": "z", "ꞌ": "",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """A run of letters of one script, folded: no case, no diacritics where the script is Latin.

    `hyphened` says that a hyphen alone parts it from the word before.
    """

    text: str
    script: str
    hyphened: bool = False


@lru_cache(maxsize=20_000)
def script_of(character: str) -> str:
    """The four-letter code of the script, `Zyyy` for what belongs to none."""
    return str(icu.Script.getScript(character).getShortName())


@lru_cache(maxsize=20_000)
def _plain(character: str) -> str:
    """A Latin or Greek letter without its marks; other letters as they are, for there a mark is a sound."""
    if script_of(character) not in ("Latn", "Grek"):
        return character
    return "".join(c for c in unicodedata.normalize("NFD", character) if unicodedata.category(c)[0] != "M")


def _fold(text: str) -> str:
    """One Unicode form, one case, no accents."""
    if text.isascii():
        return text.lower()
    composed = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).lower())
    # A mark left over stands on no letter of its own: an accent, or a vowel sign that is seldom written.
    kept = (c for c in composed if not (unicodedata.category(c) == "Mn" and script_of(c) in _SELDOM))
    return "".join(map(_plain, kept)).translate(_LATIN)


def words(text: str) -> tuple[Word, ...]:
    """The words of a name in the order typed; numbers and codes are no names and are dropped."""
    found: list[Word] = []
    letters: list[str] = []
    script = ""
    spoiled = hyphen = False

    def close() -> None:
        nonlocal script, spoiled, hyphen
        if letters and not spoiled:
            found.append(Word("".join(letters[:MAX_WORD_LETTERS]), script, hyphen and bool(found)))
        if letters or spoiled:
            hyphen = False
        letters.clear()
        script, spoiled = "", False

    for character in without_digits(_fold(repaired(text[:MAX_CHARACTERS]))):
        category = unicodedata.category(character)
        if category[0] == "L":
            own = script_of(character)
            own = "Kana" if own == "Hira" or character == "ー" else own
            if script and own not in {script, "Zyyy"}:
                close()
            if own != "Zyyy":
                script = own
                letters.append(character)
            elif character in _APOSTROPHES and script == "Hebr":
                letters.append("'")
        elif category[0] == "M":
            if script:
                letters.append(character)
        elif character in _APOSTROPHES:
            if script == "Hebr":
                letters.append("'")
        elif category[0] == "N":
            spoiled = True
        elif character in _INVISIBLE or category == "Cf" or (category == "Cc" and not character.isspace()):
            continue
        else:
            close()
            hyphen = category == "Pd"
    close()
    return tuple(found[:MAX_WORDS])
