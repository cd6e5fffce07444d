"""A name with another beside it: an alias, a maiden name, the same in another script, in brackets or after a word.

Promise: the first of the readings is the name without what stands beside it; names of nothing of the kind have one.
"""

from __future__ import annotations

import re
import unicodedata

from concord_screening.engine.letters import MAX_CHARACTERS

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
_BRACKETS = re.compile(r"[(\[（【«“„\"]([^()\[\]（）【】«»“”„\"]+)[)\]）】»”“\"]")
_MANY_WORDS = re.compile(r"\w[\W_]+\w")
# So many names at most are read of one text.
MOST = 3


def readings(text: str) -> tuple[str, ...]:
    """The names a text may give, the usual one first; whoever has one of them is meant."""
    text = unicodedata.normalize("NFC", text[:MAX_CHARACTERS]).replace(_BREAK, " ")
    if not (_ALIAS.search(text) or _MAIDEN.search(text) or _BRACKETS.search(text)):
        return (text,)
    found: list[str] = []
    beside: list[str] = []
    for name in _ALIAS.sub(_BREAK, text).split(_BREAK):
        bare = _MAIDEN.sub(" ", name)
        beside += [_MAIDEN.sub(r" \1", name)] if bare != name else []
        without = _BRACKETS.sub(" ", bare)
        if without != bare and _letters(without):
            beside += [_BRACKETS.sub(r" \1 ", bare)]
            beside += [inner for inner in _BRACKETS.findall(bare) if _MANY_WORDS.search(inner)]
            bare = without
        found.append(bare)
    named = [name for name in found[:1] if _letters(name)] + [name for name in found[1:] if _MANY_WORDS.search(name)]
    return tuple(dict.fromkeys((*named, *beside)))[:MOST] or (text,)


def _letters(text: str) -> bool:
    return any(sign.isalpha() for sign in text)
