"""From a name to the parts that are compared: the same function for listed people and candidates.

Promise: deterministic, and independent of diacritics, spacing, Unicode form, direction marks, of the order of two
parts, and of case but where capitals tell something (`repair`, `asides`). Of more parts the order is kept, because
neighbours may be one word elsewhere.

A name can often be read in more than one way: 阿都卡立 is a Chinese name of a family and a given part, or a
foreign one of one or two parts; "Tsai Mei-ling" has three parts or two. Each way is a *form*, and two names
agree as well as their best pair of forms.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from concord_screening.engine import han, known
from concord_screening.engine.asides import readings
from concord_screening.engine.letters import MAX_SYMBOLS, Word, words
from concord_screening.engine.romanise import Channel, channel_of, other_readings, symbols
from concord_screening.engine.titles import FIRST_TITLES, MAYBE_TITLES, TITLES, without_address, word_set

MAX_PARTS = 6
MAX_FORMS = 8
# Not assigned, private, half a character.
_UNKNOWN = frozenset({"Cn", "Co", "Cs"})


_WEAK = word_set(
    """
    bin ibn ben bint binti bn ould uld oglu ogly kyzy kizi van von der den ter ten de da di del della la le los
    las dos das do du des of and the y e zu zur af av het al el ul a l d o بن ابن بنت ال آل و фон де да ди дю
    дер дель ван аль эль бин бен ибн ле ла лос и оглы кызы
    """
)
_SERVANT = word_set(
    """
    abd abdul abdel abdal abdol abdoul abdou abed عبد абд абдул абдель абдул
    """
)
# Whose servant, or gift, or mercy: many are called by the word before alone.
_OF_GOD = ("ollah", "ullah", "allah", "الله", "اللہ", "улла", "уллах", "оллах")
_SERVANT_STARTS = ("abdul", "abdel", "abdal", "abdol", "abdoul", "عبدال", "абдул", "абдель")
_FATHER = word_set(
    """
    abu abou abo umm ابو أبو ابي أبي ام أم абу
    """
)
_ARTICLE = word_set(
    """
    al el ul ur ar ال аль эль
    """
)
_CLAN = word_set(
    """
    mac mc
    """
)
# How Persian, Arabic and Tamil write the letters of Latin initials.
_LETTER_NAMES = {
    "دبلیو": "w", "جی": "g", "جي": "g", "کی": "k", "ای": "e", "بی": "b", "سی": "c", "دی": "d", "اف": "f",
    "اچ": "h", "آی": "i", "جی‌": "j", "ال": "l", "ام": "m", "إم": "m", "ان": "n", "پی": "p", "آر": "r", "ار": "r",
    "اس": "s", "إس": "s", "تی": "t", "وی": "v", "یو": "u", "او": "o", "دبليو": "w", "дж": "j", "ئی": "e", "ئ": "e",
    "ஏ": "a", "பி": "b", "சி": "c", "டி": "d", "எஃப்": "f", "ஜி": "g", "எச்": "h", "ஐ": "i", "ஜே": "j", "கே": "k",
    "எல்": "l", "எம்": "m", "என்": "n", "ஆர்": "r", "எஸ்": "s", "ரி": "t", "யு": "u", "வி": "v", "டபிள்யூ": "w",
}  # fmt: skip
# What a syllable of a Chinese or Korean name looks like in Latin letters.
_SYLLABLE = re.compile(r"(?:[bcdfghjklmnpqrstvwxyz]{0,3})[aeiouy]{1,3}(?:ng|n|k|p|t|m|l|h|r|w)?$")
_SYLLABLE_MOST = 6
# Where one letter is a syllable or a word, and so no initial.
_SYLLABIC = frozenset({"Hang", "Hani", "Kana"})
# Names written as one word that are cut where known parts meet: how long they are, how short a part of them is in
# scripts of which many parts are known, and in how many ways they are cut.
_APART_LEAST = 8
_APART_SHORTEST = {"Latn": 3, "Cyrl": 3, "Arab": 3, "Hebr": 3, "Kana": 2}
_APART_MOST = 2
# Where initials are written as single letters.
_WITH_INITIALS = frozenset({"Latn", "Cyrl", "Grek"})


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """One part of a name in each way it may be spelled."""

    spellings: tuple[tuple[Channel, str], ...]


@dataclass(frozen=True, slots=True)
class Form:
    """One way to read a name. `channel` is that of most of its letters."""

    channel: Channel
    parts: tuple[Part, ...]


def _untitled(found: list[Word]) -> list[Word]:
    """Without "Tan" where it is half of a Malay title; elsewhere it is one of the commonest Chinese family names."""
    return [
        word
        for at, word in enumerate(found)
        if not (word.text == "tan" and at + 1 < len(found) and found[at + 1].text == "sri")
    ]


def _joined(found: list[Word]) -> list[Word]:
    """Puts together what is one name written apart: Abd al-Rahman, Abu Bakr, Mac Donald."""
    out: list[Word] = []
    at = 0
    while at < len(found):
        word = found[at]
        follows = at + 1
        if word.text in _SERVANT or word.text in _FATHER:
            while follows < len(found) - 1 and found[follows].text in _ARTICLE:
                follows += 1
        elif word.text not in _CLAN:
            follows = len(found)
        if follows < len(found) and found[follows].script == word.script:
            out.append(Word(word.text + found[follows].text, word.script))
            at = follows + 1
        else:
            out.append(word)
            at += 1
    return out


def _initials(found: list[Word]) -> list[Word]:
    """Letters that are spelled out, where they stand between or before other words, as letters."""
    if len(found) < 3:
        return found
    return [
        Word(_LETTER_NAMES[word.text], "Latn") if word.text in _LETTER_NAMES and at < len(found) - 1 else word
        for at, word in enumerate(found)
    ]


def _strong(found: list[Word]) -> list[Word]:
    """Without particles and initials, as long as two parts are left; Arabic without its article."""
    strong = [word for word in found if word.text not in _WEAK]
    strong = strong if len(strong) > 1 else found
    if len(strong) > 2 and strong[0].text in FIRST_TITLES:
        strong = strong[1:]
    if len(strong) > 2:
        certain = [word for word in strong if word.text not in MAYBE_TITLES]
        strong = certain if len(certain) > 1 else strong
    if len(strong) > 2:
        whole = [word for word in strong if len(word.text) > 1 or word.script in _SYLLABIC]
        if len(whole) == 1:  # of "J. R. Smith" the first initial tells something
            initial = next(word for word in found if len(word.text) == 1)
            whole += [initial] if initial.script == whole[0].script and initial.script in _WITH_INITIALS else []
        strong = whole or strong
    return [
        Word(word.text[2:], word.script)
        if word.script == "Arab" and word.text.startswith("ال") and len(word.text) > 4
        else word
        for word in strong
    ]


def _ways(strong: list[Word]) -> Iterator[list[Word]]:
    """The words as they stand, and with syllables put together that may be one given name."""
    yield strong
    single = [word.script in _SYLLABIC and len(word.text) == 1 for word in strong]
    short = [word.script == "Latn" and len(word.text) <= _SYLLABLE_MOST and bool(_SYLLABLE.match(word.text))
             for word in strong]  # fmt: skip
    for at in range(len(strong) - 1):
        latin = short[at] and short[at + 1] and (strong[at + 1].hyphened or all(short))
        if len(strong) > 2 and (latin or (single[at] and single[at + 1])):
            one = Word(strong[at].text + strong[at + 1].text, strong[at].script)
            yield [*strong[:at], one, *strong[at + 2 :]]


def _apart(word: Word) -> list[list[Word]]:
    """The likeliest ways to cut a name written as one word where two known parts meet."""
    channel = channel_of(word.script)
    if word.script not in _APART_SHORTEST or len(symbols(word)) < _APART_LEAST:
        return []
    cuts = []
    shortest = _APART_SHORTEST[word.script]
    for at in range(shortest, len(word.text) - shortest + 1):
        pieces = [Word(word.text[:at], word.script), Word(word.text[at:], word.script)]
        rare = [known.rarity(channel, symbols(piece)) for piece in pieces]
        if max(rare) < known.UNKNOWN_RARE:
            cuts.append((sum(rare), at, pieces))
    return [pieces for _, _, pieces in sorted(cuts, key=lambda cut: cut[:2])[:_APART_MOST]]


def _fitting(part: Part) -> Part:
    """A part without spellings of which nothing can be read, and none longer than can be compared."""
    return Part(
        tuple(dict.fromkeys((channel, spelling[:MAX_SYMBOLS]) for channel, spelling in part.spellings if spelling))
    )


def _in(channel: Channel, spellings: tuple[str, ...]) -> tuple[tuple[Channel, str], ...]:
    return tuple((channel, spelling) for spelling in spellings)


def _han_part(piece: str, family: bool, native: bool, korean: bool) -> Part:
    """Chinese characters in all the ways they may be read."""
    mandarin, cantonese = han.readings(piece, family)
    spelled = [(Channel.HAN, mandarin)]
    if not native and (southern := han.southern(piece)):
        spelled.append((Channel.SPELLED, southern))
    if native or len(piece) <= 2:  # no part of a Chinese name is longer
        spelled += [(Channel.MANDARIN, mandarin), (Channel.CANTONESE, cantonese)]
    latin = known.family_spellings(piece) if family else known.latin_of(Channel.HAN, mandarin)
    if native:
        latin = tuple(dict.fromkeys((*latin, *han.local_spellings(piece, family, korean))))
    return Part(tuple((c, s) for c, s in spelled if s) + _in(Channel.SPELLED, latin))


def _part(word: Word, channel: Channel) -> Part:
    """A word with what it is known as; the name of a servant (Abd …) also without that, as many are called."""
    spelling = symbols(word)
    own = [(channel, way) for way in (spelling, *other_readings(word))]
    start = next((s for s in _SERVANT_STARTS if word.text.startswith(s)), "")
    if start and len(word.text) >= len(start) + 4:
        own.append((channel, symbols(Word(word.text[len(start) :], word.script))))
    end = next((e for e in _OF_GOD if word.text.endswith(e)), "")
    if end and len(word.text) >= len(end) + 4:
        own.append((channel, symbols(Word(word.text[: -len(end)], word.script))))
    return Part((*own, *_in(Channel.LATIN, known.latin_of(channel, spelling))))


def _parts(word: Word, alone: bool) -> list[list[Part]]:
    """The ways to read one word as parts."""
    channel = channel_of(word.script)
    if channel is Channel.HAN:
        return [
            [
                _han_part(piece, native and place == 0 and len(pieces) > 1, native, native and han.is_korean(pieces[0]))
                for place, piece in enumerate(pieces)
            ]
            for pieces, native in han.ways(word.text, alone)
        ]
    if channel is Channel.HANGUL:
        # A Korean name written as one word: family name of one syllable, then the given name.
        pieces = [word.text[:1], word.text[1:]] if alone and 2 <= len(word.text) <= 4 else [word.text]
        return [
            [
                Part(
                    (
                        (channel, symbols(Word(piece, word.script))),
                        *_in(Channel.LATIN, known.korean_spellings(piece)),
                    )
                )
                for piece in pieces
            ]
        ]
    return [[_part(word, channel)]]


def unread_words(text: str) -> int:
    """How many words of a name have letters of which nothing can be read; `forms` leaves these words out.

    What this version of Unicode does not know may be letters of a newer one.
    """
    unknown = sum(any(unicodedata.category(sign) in _UNKNOWN for sign in word) for word in text.split())
    return unknown + sum(not symbols(word) for word in words(text))


def _characters(found: list[Word], blanks: bool) -> list[Word]:
    """A Chinese name that is written with blanks, as one word: 周 慧敏. Foreign names are written with dots."""
    short = blanks and 1 < len(found) <= 4 and all(word.script == "Hani" for word in found) and len(found[0].text) == 1
    text = "".join(word.text for word in found)
    return [Word(text, "Hani")] if short and len(text) <= 4 else found


def forms(text: str) -> tuple[Form, ...]:
    """The ways to read a name, the usual one first; none when no part of it can be read."""
    out: dict[tuple[Part, ...], Form] = {}
    for name in readings(text):
        for form in _forms(name):
            out.setdefault(form.parts, form)
    return tuple(out.values())[:MAX_FORMS]


def _forms(text: str) -> tuple[Form, ...]:
    """The ways to read a name that nothing stands beside."""
    typed = [
        Word(without_address(word.text, word.script, at == 0), word.script, word.hyphened)
        for at, word in enumerate(words(text))
    ]
    typed = _untitled(typed)
    named = [word for word in typed if word.text not in TITLES] or typed
    found = _joined(_initials(_characters(named, len(typed) == len(text.split()))))
    out: dict[tuple[Part, ...], Form] = {}
    strong = _strong(found)
    apart = _apart(strong[0]) if len(strong) == 1 else []
    for way in (*_ways(strong), *apart):
        letters: dict[Channel, int] = {}
        choices: list[list[Part]] = [[]]
        for word in way:
            channel = channel_of(word.script)
            letters[channel] = letters.get(channel, 0) + len(word.text)
            choices = [before + more for more in _parts(word, len(found) == 1) for before in choices]
        for choice in choices:
            parts = [part for part in map(_fitting, choice) if part.spellings][:MAX_PARTS]
            if len(parts) > 2:
                parts = list(dict.fromkeys(parts))  # "Lee, Baron Lee" is one Lee
            if len(parts) == 2:
                parts.sort()  # "Given Family" and "Family, Given" are one name
            if parts:
                kept = tuple(parts)
                out.setdefault(kept, Form(max(letters, key=lambda c: (letters[c], -c)), kept))
    return tuple(out.values())[:MAX_FORMS]
