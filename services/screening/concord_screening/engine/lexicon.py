"""Parts of names as numbers: what the compiled loops compare."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from concord_screening.engine import known
from concord_screening.engine.analysis import Form, Part
from concord_screening.engine.arrays import BESIDE, Words
from concord_screening.engine.editmodel import encode
from concord_screening.engine.romanise import Channel

_VOWELS = re.compile("[aeiou]+")


class Lexicon:
    """Gives each different part a number, in the order they come."""

    def __init__(self) -> None:
        self._numbers: dict[Part, int] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def number(self, part: Part) -> int:
        """The part's number, a new one when it was not seen before."""
        return self._numbers.setdefault(part, len(self._numbers))

    def numbers(self, form: Form) -> np.ndarray:
        """The numbers of a name's parts."""
        return np.array([self.number(part) for part in form.parts], dtype=np.uint32)

    def parts(self) -> Iterable[Part]:
        """All parts so far, in order of their numbers."""
        return self._numbers

    def words(self) -> Words:
        """All parts so far, as arrays."""
        return pack(self._numbers)


def _may_stand_beside(part: Part) -> bool:
    channel, spelling = part.spellings[0]
    if channel is Channel.HAN:  # of more than one syllable, as a family name hardly ever is
        return len(_VOWELS.findall(spelling)) > 1 and any(own is Channel.MANDARIN for own, _ in part.spellings)
    return channel is Channel.LATIN and known.is_western(spelling)


def pack(parts: Iterable[Part]) -> Words:
    """Parts as arrays, numbered as they come."""
    first = [0]
    channels: list[int] = []
    spelled: list[str] = []
    rare: list[int] = []
    for part in parts:
        rare.append(known.rarity(*part.spellings[0]) + (BESIDE if _may_stand_beside(part) else 0))
        for channel, spelling in part.spellings:
            channels.append(channel)
            spelled.append(spelling)
        first.append(len(spelled))
    begin = np.zeros(len(spelled) + 1, dtype=np.uint32)
    np.cumsum([len(s) for s in spelled], out=begin[1:])
    return Words(
        encode("".join(spelled)),
        np.array(first, dtype=np.uint32),
        np.array(channels, dtype=np.uint8),
        begin,
        np.array(rare, dtype=np.uint8),
    )
