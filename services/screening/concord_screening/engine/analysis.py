"""From a name to the parts that are compared: the same function for listed people and candidates.

Promise: deterministic, and independent of case, diacritics, spacing, Unicode form, direction marks, and of
the order of two parts. Of more parts the order is kept, because neighbours may be one word elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from concord_screening.engine import han, known
from concord_screening.engine.letters import Word, words
from concord_screening.engine.romanise import Channel, channel_of, symbols

MAX_PARTS = 6


def _set(words_in_a_row: str) -> frozenset[str]:
    return frozenset(words_in_a_row.split())


_TITLES = _set(
    """
    mr mrs ms miss dr prof professor sir lord lady dame hon rev jr sr ii iii iv gen general col colonel maj
    major capt captain lt haji hajji hadji hajj mullah mawlawi maulavi molla ustad sheikh shaykh sheik cheikh
    ayatollah hojjatoleslam engineer eng tun datuk dato tan sri datin الشيخ شيخ الدكتور دكتور الحاج حاج د ملا
    """
)
_WEAK = _set(
    """
    bin ibn ben bint binti bn ould uld oglu ogly kyzy kizi van von der den ter ten de da di del della la le los
    las dos das do du des of and the y e zu zur af av het al el ul a l d o بن ابن بنت ال آل و фон де да ди дю
    дер дель ван аль эль бин бен ибн ле ла лос и оглы кызы
    """
)
_SERVANT = _set(
    """
    abd abdul abdel abdal abdol abdoul abdou abed عبد абд абдул абдель абдул
    """
)
_FATHER = _set(
    """
    abu abou abo umm ابو أبو ابي أبي ام أم абу
    """
)
_ARTICLE = _set(
    """
    al el ul ur ar ال аль эль
    """
)
_CLAN = _set(
    """
    mac mc
    """
)


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """One part of a name in each way it may be spelled."""

    spellings: tuple[tuple[Channel, str], ...]


@dataclass(frozen=True, slots=True)
class Form:
    """One spelling of a name, analysed. `channel` is that of most of its letters."""

    channel: Channel
    parts: tuple[Part, ...]


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


def _strong(found: list[Word]) -> list[Word]:
    """Without titles and particles, as long as two parts are left; Arabic without its article."""
    strong = [word for word in found if word.text not in _TITLES and word.text not in _WEAK]
    if len(strong) < 2:
        strong = [word for word in found if word.text not in _TITLES] or found
    if len(strong) > 2:
        strong = [word for word in strong if len(word.text) > 1] or strong
    return [
        Word(word.text[2:], word.script)
        if word.script == "Arab" and word.text.startswith("ال") and len(word.text) > 4
        else word
        for word in strong
    ]


def _latin(spellings: tuple[str, ...]) -> tuple[tuple[Channel, str], ...]:
    return tuple((Channel.LATIN, spelling) for spelling in spellings)


def _hangul(text: str, alone: bool) -> list[str]:
    """A Korean name written as one word: family name of one syllable, then the given name."""
    return [text[:1], text[1:]] if alone and 2 <= len(text) <= 4 else [text]


def analyse(text: str) -> Form | None:
    """The name in parts, or nothing when no part of it can be read."""
    found = _joined(list(words(text)))
    parts: list[Part] = []
    letters: dict[Channel, int] = {}
    for word in _strong(found):
        channel = channel_of(word.script)
        if channel is Channel.HAN:
            pieces = han.parts(word.text, len(found) == 1)
            for place, piece in enumerate(pieces):
                mandarin, cantonese = han.readings(piece, place == 0 and len(pieces) > 1)
                spelled = [(Channel.HAN, mandarin)]
                if len(piece) <= 2:  # no part of a Chinese name is longer
                    spelled += [(Channel.MANDARIN, mandarin), (Channel.CANTONESE, cantonese)]
                family = place == 0 and len(pieces) > 1
                latin = known.family_spellings(piece) if family else known.latin_of(channel, mandarin)
                parts.append(Part(tuple((c, s) for c, s in spelled if s) + _latin(latin)))
        elif channel is Channel.HANGUL:
            pieces = _hangul(word.text, len(found) == 1)
            parts += [Part(((channel, symbols(Word(piece, word.script))),)) for piece in pieces]
        else:
            spelling = symbols(word)
            parts.append(Part(((channel, spelling), *_latin(known.latin_of(channel, spelling)))))
        letters[channel] = letters.get(channel, 0) + len(word.text)
    parts = [part for part in parts if part.spellings and part.spellings[0][1]][:MAX_PARTS]
    if not parts:
        return None
    if len(parts) == 2:
        parts.sort()  # "Given Family" and "Family, Given" are one name
    return Form(max(letters, key=lambda c: (letters[c], -c)), tuple(parts))
