"""From a word of any script to symbols the edit models know.

Arabic, Cyrillic and Hebrew keep a symbol for each letter (upper case where Latin has no such letter), because
what a letter becomes in Latin is learned, not decided here. The other scripts go through ICU, or are read by a
table or reader of their own where ICU has none or people spell otherwise. A word in a script that is not read well
gives the empty string, never a guess.
"""

from __future__ import annotations

import re
import unicodedata
from enum import IntEnum
from functools import lru_cache

import icu

from concord_screening.engine import khmer, lao, thai
from concord_screening.engine.letters import Word


class Channel(IntEnum):
    """A way of spelling with statistics of its own.

    Han has four: the characters themselves, Chinese names as Mandarin reads them, as Cantonese does, and as those
    who bear them are known to spell them.
    """

    LATIN = 0
    ARABIC = 1
    CYRILLIC = 2
    HAN = 3
    KANA = 4
    HANGUL = 5
    HEBREW = 6
    OTHER = 7
    CANTONESE = 8
    MANDARIN = 9
    SPELLED = 10


_ARABIC = dict(
    zip(
        "اأإآٱبتثجحخدذرزسشصضطظعغفقكکلمنهھةوؤيیىئءپچژگڤڭٹڈڑےںۀ" + "ەڵڕێۆۇۋې",
        "AAAAAbtTjHKdDrzsSCXFZEGfqkklmnhhawWyyIYQpcJgvNtdren" + "h" + "elreouve",
        strict=True,
    )
)
_CYRILLIC = dict(
    zip(
        "абвгґдеєёжзиіїйклљмнњопрстћуўүұфхһҳцчшщъыьэюяќјѕѓқөңғәӣӯ",
        "abvggdeeOZziiijkllmnnoprstCuuuufhhhcCSXQyBFUAkjzgkongaiu",
        strict=True,
    )
) | {"ђ": "dZ", "џ": "dZ", "ҷ": "dZ"}  # as Russian, which the tables are learned from, writes these sounds
_HEBREW = dict(zip("אבגדהוזחטיךכלםמןנסעףפץצקרשת'", "AbgdhwzHTykklmmnnsEppCCqrStJ", strict=True))
# Each letter with how it reads; "-" for nothing.
_SINHALA_LETTERS = """
අa ආa ඇe ඈe ඉi ඊi උu ඌu එe ඒe ඔo ඕo ඓai ඖau කka ඛkha ගga ඝgha ඞna ඟnga චcha ඡcha ජja ඣja ඤna ඥna
ඦnja ටta ඨta ඩda ඪda ණna ඬnda තtha ථtha දda ධdha නna ඳnda පpa ඵpa බba භbha මma ඹmba යya රra ලla වwa
ශsha ෂsha සsa හha ළla ෆfa ාa ැe ෑe ිi ීi ුu ූu ෙe ේe ොo ෝo ෛai ෞau ෘru ංn ්-
"""
_SINHALA = {pair[0]: pair[1:].replace("-", "") for pair in _SINHALA_LETTERS.split()}
_SIGNS = frozenset("්ාැෑිීුූෙේොෝෛෞෘ")
_TIFINAGH_LETTERS = """
ⴰa ⴱb ⴳg ⴷd ⴹd ⴻe ⴼf ⴽk ⵀh ⵃh ⵄa ⵅkh ⵇq ⵉi ⵊj ⵍl ⵎm ⵏn ⵓu ⵔr ⵕr ⵖgh ⵙs ⵚs ⵛsh ⵜt ⵟt ⵡw ⵢy ⵣz ⵥz
"""
_TIFINAGH = {pair[0]: pair[1:] for pair in _TIFINAGH_LETTERS.split()}
# How people spell what ICU writes of the scripts of India.
_INDIC = (("r̥", "ri"), ("ś", "sh"), ("ṣ", "sh"), ("c", "ch"), ("ēā", "o"), ("eā", "o"))
_INDIC_SCRIPTS = frozenset({"Beng", "Deva", "Gujr", "Guru", "Knda", "Mlym", "Orya", "Telu"})
# Where a word's last vowel is not spoken if it is the one that a consonant carries: Ram, not Rama.
_SHORT_ENDED = frozenset({"Beng", "Deva", "Gujr", "Guru"})
_SHORT_END = re.compile("(?<=[aeiouāīūēō])(ṅ?[b-df-hj-np-tv-zñṅṭḍṇśṣẏṛ]h?|ngh)a$")
# Ethiopic's first vowel is spelled e, its fourth a.
_ETHIOPIC = (("a", "e"), ("š", "sh"), ("č", "ch"))
# What ICU reads as people spell it. A script that it reads otherwise, or that nothing here reads, is not read.
_BY_ICU = frozenset({"Armn", "Geor", "Hang", "Hani", "Kana"})


@lru_cache(maxsize=1)
def _icu() -> icu.Transliterator:
    return icu.Transliterator.createInstance("Any-Latin; Latin-ASCII; Lower")


@lru_cache(maxsize=1)
def _any_latin() -> icu.Transliterator:
    return icu.Transliterator.createInstance("Any-Latin")


def _ascii(text: str) -> str:
    return "".join(c for c in text if "a" <= c <= "z")


def _by_table(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(c) or _ascii(_icu().transliterate(c)) for c in text)


def _sinhala(text: str) -> str:
    out: list[str] = []
    for character in text:
        if character in _SIGNS and out:
            out[-1] = out[-1].removesuffix("a")  # the sign replaces the vowel a consonant carries
        out.append(_SINHALA.get(character, ""))
    return "".join(out)


def channel_of(script: str) -> Channel:
    """The statistics a script is read with."""
    return {
        "Latn": Channel.LATIN,
        "Arab": Channel.ARABIC,
        "Cyrl": Channel.CYRILLIC,
        "Hani": Channel.HAN,
        "Kana": Channel.KANA,
        "Hang": Channel.HANGUL,
        "Hebr": Channel.HEBREW,
    }.get(script, Channel.OTHER)


# Two letters that Greek writes for one sound.
_GREEK = (
    ("μπ", "b"),
    ("ντ", "d"),
    ("γκ", "g"),
    ("τζ", "j"),
    ("ου", "u"),
    ("αι", "e"),
    ("ει", "i"),
    ("οι", "i"),
    ("γγ", "ng"),
)
# Tamil has one letter for k and g, one for t and d, and so on: symbols of their own, whose sounds are learned.
_TAMIL = str.maketrans("ktpc", "KTPC")


def _greek(text: str) -> str:
    for written, sound in _GREEK:
        text = text.replace(written, sound)
    return text


def _respelled(text: str, changes: tuple[tuple[str, str], ...]) -> str:
    latin = unicodedata.normalize("NFC", _any_latin().transliterate(text))
    for written, spelled in changes:
        latin = latin.replace(written, spelled)
    return latin


def _indic(text: str, script: str) -> str:
    latin = _respelled(text.replace("ੰ", "ਨ੍").replace("सिंह", "सिंघ"), _INDIC)
    if script in _SHORT_ENDED:
        latin = _SHORT_END.sub(r"\1", latin)
    return _ascii(_icu().transliterate(latin))


def _ethiopic(text: str) -> str:
    return _ascii(_icu().transliterate(_respelled(text, _ETHIOPIC)))


def _tifinagh(text: str) -> str:
    return "".join(_TIFINAGH.get(character, "") for character in text)


# Scripts that ICU does not read, or not as people spell them.
_OWN_READERS = {
    "Sinh": _sinhala,
    "Thai": thai.latin,
    "Laoo": lao.latin,
    "Ethi": _ethiopic,
    "Khmr": khmer.latin,
    "Tfng": _tifinagh,
}


@lru_cache(maxsize=200_000)
def _symbols(text: str, script: str) -> str:  # noqa: PLR0911 - one line per kind of script
    if script == "Latn":
        plain = text if text.isascii() else _icu().transliterate(text)
        return _ascii(plain)
    if script == "Arab":
        return _by_table(text, _ARABIC)
    if script == "Cyrl":
        return _by_table(text.replace("ь", ""), _CYRILLIC)
    if script == "Hebr":
        return _by_table(text, _HEBREW)
    if script == "Grek":
        return _ascii(_icu().transliterate(_greek(text)))
    if script == "Taml":
        return _ascii(_icu().transliterate(text)).translate(_TAMIL)
    if script in _INDIC_SCRIPTS:
        return _indic(text, script)
    if script in _OWN_READERS:
        return _OWN_READERS[script](text)
    return _ascii(_icu().transliterate(text)) if script in _BY_ICU else ""


def symbols(word: Word) -> str:
    """The word in symbols `a`–`z` and `A`–`Z`; empty when the engine cannot read the script."""
    return _symbols(word.text, word.script)


def other_readings(word: Word) -> tuple[str, ...]:
    """What a Thai word may read as well: j is ch officially, and foreign names are written letter by letter."""
    if word.script != "Thai" or not (spoken := symbols(word)):
        return ()
    ways = dict.fromkeys((spoken.replace("j", "ch"), _ascii(_icu().transliterate(word.text))))
    return tuple(way for way in ways if way and way != spoken)
