"""A name with another beside it: an alias, a maiden name, the same in another script, in brackets or after a word.

Promise: the first of the readings is the name without what stands beside it, if two parts of it are left; else the
text is read whole. Where an alias is told by "aka" or a maiden name by "née", small letters say so: Aka is a name, too.
"""

from __future__ import annotations

import re
import unicodedata

from concord_screening.engine.letters import MAX_CHARACTERS, script_of

_BREAK = "\n"
# What stands between two names of one person. Aka and Nee are names as well, but not in lower case.
_ALIAS = re.compile(
    r"\b(?:(?-i:aka|fka)|[afn]([./])k\1a|alias|also known as|formerly known as|псевдоним|"
    r"он же|она же|известен как|известна как)\b[.:]?",
    re.IGNORECASE,
)
# What stands before the name of birth; one word follows that belongs to it.
_MAIDEN = re.compile(
    r"[\s,(\[]+(?:(?-i:née|nee|né)|geb\.|geborene|geboren|z domu|z d\.|urozená|rozená|роз\.|урожд\.|"
    r"урождённая|урожденная)\s+([^\s,()\[\]]+)[)\]]?",
    re.IGNORECASE,
)
# In brackets, or in quotation marks that stand around words: within one they are Hebrew letters' marks.
_BRACKETS = re.compile(r"[(\[（【«]([^()\[\]（）【】«»]+)[)\]）】»]|(?<!\w)[\"“„]([^\"“”„]+)[\"”“](?!\w)")
_TWO_WORDS = re.compile(r"\w[\W_]+\w")
# Characters of which two are a name, with no blank between.
_CHARACTERS = re.compile("[぀-ヿ㐀-鿿가-힯]{2}")
# So many names at most are read of one text.
MOST = 3


def readings(text: str) -> tuple[str, ...]:
    """The names a text may give, the usual one first; whoever has one of them is meant."""
    text = unicodedata.normalize("NFC", text[:MAX_CHARACTERS]).replace(_BREAK, " ")
    if not (_ALIAS.search(text) or _MAIDEN.search(text) or _BRACKETS.search(text)):
        return (text,)
    names = _ALIAS.sub(_BREAK, text).split(_BREAK)
    if not _complete(names[0]):
        names = [text]
    found: list[str] = []
    beside: list[str] = []
    for name in names:
        bare = _MAIDEN.sub(" ", name)
        if bare != name and _complete(bare):
            beside += [_MAIDEN.sub(r" \1", name)]
        else:
            bare = name
        without = _BRACKETS.sub(" ", bare)
        if without != bare and _complete(without):
            inner = [one or other for one, other in _BRACKETS.findall(bare)]
            beside += [_BRACKETS.sub(_opened, bare)]
            beside += [one for one in inner if _complete(one) and _script(one) != _script(without)]
            bare = without
        found.append(bare)
    named = found[:1] + [name for name in found[1:] if _complete(name)]
    return tuple(dict.fromkeys((*named, *beside)))[:MOST]


def _complete(text: str) -> bool:
    """Whether it can be a whole name."""
    return bool(_TWO_WORDS.search(text) or _CHARACTERS.search(text))


def _opened(bracket: re.Match[str]) -> str:
    return f" {bracket[1] or bracket[2]} "


def _script(text: str) -> str:
    """That of the first letter."""
    return next((script_of(sign) for sign in text if sign.isalpha()), "")
