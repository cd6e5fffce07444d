"""Noise of writing systems: other signs for the same letters, signs that are not seen, marks and blanks."""

from __future__ import annotations

import re
import unicodedata
from random import Random

from benchmarks.screening.noise.parts import CASED, Noise, inside, script, swapped

_INVISIBLE = "\u00ad\u200b\u200c\u200e\u200f\u2060\ufeff"
_VOWELS = "\u064e\u064f\u0650\u0651\u0652"
_POINTS = "\u05b0\u05b4\u05b6\u05b7\u05b8\u05b9\u05bc"
_CONSONANT = re.compile("[بپتثجچحخدذرزسشصضطظعغفقکكگلمنهيیو]")
_JOINED = re.compile("(?<=[بپتثجچحخسشصضطظعغفقکكگلمنهيی])(?=[ء-ي٠-ۿ])")
_HEBREW = re.compile("[א-ת]")
_ARTICLE = re.compile(r"(?<!\S)ال(?=\w{2})")
_FULL = {sign: chr(ord(sign) + 0xFEE0) for sign in map(chr, range(0x21, 0x7F))} | {" ": "\u3000"}
_HALF = {unicodedata.normalize("NFKC", sign): sign for sign in map(chr, range(0xFF65, 0xFFA0))}


def _presented() -> dict[str, str]:
    """Arabic letters in the signs that old programs had for each of their shapes."""
    shapes = [chr(code) for code in (*range(0xFB50, 0xFC00), *range(0xFE80, 0xFEF5))]
    return {
        meant: sign
        for sign in shapes
        if "ISOLATED" in unicodedata.name(sign, "") and len(meant := unicodedata.normalize("NFKC", sign)) == 1
    }


def _with_marks(places: re.Pattern[str], marks: str, own: str) -> Noise:
    """Marks after about half of what the pattern finds, in names of this script."""

    def noise(name: str, random: Random) -> str | None:
        if script(name) != own:
            return None
        made = places.sub(lambda found: found.group() + random.choice(marks) * random.randrange(2), name)
        return made if made != name else None

    return noise


def _tatweel(name: str, random: Random) -> str | None:
    if script(name) != "ARABIC" or not (places := [found.start() for found in _JOINED.finditer(name)]):
        return None
    at = random.choice(places)
    return name[:at] + "\u0640" * random.randint(1, 3) + name[at:]


def _invisible(name: str, random: Random) -> str | None:
    if script(name) not in CASED or not (places := inside(name)):
        return None
    at = random.choice(places) + 1
    return name[:at] + random.choice(_INVISIBLE) + name[at:]


def _blanks(name: str, _: Random) -> str | None:
    return " ".join(name) if script(name) == "CJK" and name.isalpha() and 2 <= len(name) <= 4 else None


def _half_width(name: str, _: Random) -> str | None:
    if script(name) != "KATAKANA":
        return None
    return "".join(_HALF.get(sign, sign) for sign in unicodedata.normalize("NFD", name))


def _jamo(name: str, _: Random) -> str | None:
    return unicodedata.normalize("NFD", name) if script(name) == "HANGUL" else None


def _without_article(name: str, _: Random) -> str | None:
    made = _ARTICLE.sub("", name)
    return made if made != name else None


SCRIPTS: dict[str, Noise] = {
    "Chinese name with blanks between the characters": _blanks,
    "dot of a foreign name in characters or kana left out": swapped({"·": "", "・": ""}, "CJK", "KATAKANA", every=True),
    "й and ё without their marks": swapped(dict(zip("йёЙЁ", "иеИЕ", strict=True)), "CYRILLIC", every=True),
    "Arabic without its article": _without_article,
    "full width": swapped(_FULL, "LATIN", every=True),
    "a sign that is not seen": _invisible,
    "Arabic vowels": _with_marks(_CONSONANT, _VOWELS, "ARABIC"),
    "tatweel": _tatweel,
    "Arabic presentation forms": swapped(_presented(), "ARABIC", every=True),
    "half-width kana": _half_width,
    "points of Hebrew": _with_marks(_HEBREW, _POINTS, "HEBREW"),
    "Hebrew without final letters": swapped(dict(zip("ךםןףץ", "כמנפצ", strict=True)), "HEBREW", every=True),
    "jamo for syllables": _jamo,
}
