"""Chinese names: where the family name ends, and how each part reads in Mandarin and in Cantonese.

A name written with a dot or blank is cut there; it is a foreign name, or one with a generation name set
apart. One of two to four characters without either is read as a Chinese name as well: a family name of
one character (or one of the known ones of two), then the given name.
"""

from __future__ import annotations

from functools import lru_cache

import icu
import ToJyutping

_DOUBLE_FAMILIES = """
欧阳 歐陽 司马 司馬 上官 诸葛 諸葛 东方 東方 皇甫 尉迟 尉遲 公孙 公孫 慕容 司徒 夏侯 令狐 宇文 长孙 長孫 端木 南宫
南宮 独孤 獨孤 呼延 申屠 轩辕 軒轅 钟离 鍾離 张简 張簡
"""
_DOUBLE = frozenset(_DOUBLE_FAMILIES.split())
# Characters whose reading as a family name is not the usual one.
_FAMILY = {
    "曾": "zeng", "单": "shan", "單": "shan", "解": "xie", "仇": "qiu", "查": "zha", "盖": "ge",
    "朴": "piao", "任": "ren", "区": "ou", "區": "ou", "翟": "zhai", "贾": "jia", "賈": "jia",
    "尉": "wei", "覃": "qin", "乐": "yue", "樂": "yue", "缪": "miao", "繆": "miao", "冼": "xian",
    "葉": "ye", "叶": "ye", "沈": "shen", "柏": "bai", "洗": "xian", "佘": "she",
}  # fmt: skip

# Hong Kong's usual spellings, sound by sound; the edit model learns what these leave.
_INITIALS = (
    ("gw", "kw"), ("kw", "kw"), ("ng", "ng"), ("z", "ch"), ("c", "ch"), ("j", "y"), ("g", "k"),
    ("d", "t"), ("b", "p"),
)  # fmt: skip
_FINALS = {
    "oeng": "eung", "oek": "euk", "oet": "eut", "oe": "eu", "eoi": "ui", "eon": "un", "eot": "ut",
    "yu": "yu", "yun": "uen", "yut": "uet", "aa": "a", "aai": "ai", "aau": "au", "aam": "am",
    "aan": "an", "aang": "ang", "aap": "ap", "aat": "at", "aak": "ak", "ai": "ai", "au": "au",
    "am": "am", "an": "an", "ang": "ang", "ap": "ap", "at": "at", "ak": "ak", "ou": "o", "u": "u",
    "i": "i", "ei": "ei", "iu": "iu", "im": "im", "in": "in", "ing": "ing", "oi": "oi", "on": "on",
    "ong": "ong", "ung": "ung", "ui": "ui", "un": "un", "o": "o", "e": "e", "eng": "eng",
}  # fmt: skip


@lru_cache(maxsize=1)
def _mandarin() -> icu.Transliterator:
    return icu.Transliterator.createInstance("Han-Latin; Latin-ASCII; Lower")


def _letters(text: str) -> str:
    return "".join(c for c in text.lower() if "a" <= c <= "z")


@lru_cache(maxsize=20_000)
def mandarin(character: str) -> str:
    """The character in pinyin without tone; empty when it has no reading."""
    return _letters(_mandarin().transliterate(character))


@lru_cache(maxsize=20_000)
def cantonese(character: str) -> str:
    """The character as Hong Kong would spell it; its pinyin when Cantonese has no reading."""
    reading = ToJyutping.get_jyutping_list(character)[0][1]
    if not reading:
        return mandarin(character)
    sound = _letters(reading)
    for start, spelled in _INITIALS:
        if sound.startswith(start) and len(sound) > len(start):
            rest = sound[len(start) :]
            return spelled + _FINALS.get(rest, rest)
    for cut in range(2):
        if sound[cut:] in _FINALS:
            return sound[:cut] + _FINALS[sound[cut:]]
    return sound


def parts(text: str, alone: bool) -> list[str]:
    """The characters of one word in parts; `alone` when the whole name is this word."""
    if not alone or not 2 <= len(text) <= 4:
        return [text]
    cut = 2 if len(text) >= 3 and text[:2] in _DOUBLE else 1
    return [text[:cut], text[cut:]]


def readings(part: str, family: bool) -> tuple[str, str]:
    """A part as Mandarin and as Cantonese reads it."""
    first = _FAMILY.get(part) if family else None
    return (
        first or "".join(mandarin(c) for c in part),
        "".join(cantonese(c) for c in part),
    )


_WADE_INITIALS = (
    ("zh", "ch"), ("ch", "ch"), ("sh", "sh"), ("b", "p"), ("d", "t"), ("g", "k"), ("j", "ch"), ("q", "ch"),
    ("x", "hs"), ("z", "ts"), ("c", "ts"), ("r", "j"), ("p", "p"), ("t", "t"), ("k", "k"),
)  # fmt: skip


def wade_giles(syllable: str) -> str:
    """A pinyin syllable as Wade and Giles spelled it, without its marks."""
    start, spelled = next(((a, b) for a, b in _WADE_INITIALS if syllable.startswith(a)), ("", ""))
    rest = syllable[len(start) :]
    if start in ("zh", "ch", "sh", "r") and rest == "i":
        return spelled + "ih"
    if start in ("z", "c", "s") and rest == "i":
        return "tzu" if start != "s" else "szu"
    if syllable in ("si", "yi"):
        return {"si": "szu", "yi": "i"}[syllable]
    rest = {"ian": "ien", "ie": "ieh", "iong": "iung", "ong": "ung", "ue": "ueh", "uo": "o", "e": "o"}.get(rest, rest)
    if start in ("g", "k", "h") or syllable[:1] == "h":
        rest = {"o": "uo", "ui": "uei"}.get(rest, rest)
    return spelled + rest
