"""A candidate's name laid out for comparison: its parts, neighbours written as one word, and the whole name so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from concord_screening.engine.analysis import Form, Part
from concord_screening.engine.arrays import Own
from concord_screening.engine.lexicon import Lexicon, pack
from concord_screening.engine.romanise import Channel
from concord_screening.engine.spelled import SPELLINGS_MOST, WHOLE_MOST

# Neighbours that together are longer than this are two words for everybody.
PAIR_MOST = 12
# A name typed as one word is cut where both halves have so many letters, and the first no more than that.
_HALF_LEAST, _CUT_MOST = 3, 16
_AS_WRITTEN = (Channel.LATIN, Channel.SPELLED)


def together(parts: Sequence[Part], most: int) -> Part | None:
    """Parts written as one word, each spelling with its like of the other parts; none when that is too long."""
    found: dict[tuple[Channel, str], None] = {}
    for turn in range(min(SPELLINGS_MOST, max(len(part.spellings) for part in parts))):
        chosen = [part.spellings[turn] if turn < len(part.spellings) else part.spellings[0] for part in parts]
        channel = next((own for own, _ in chosen if own in _AS_WRITTEN), chosen[0][0])
        text = "".join(spelling for _, spelling in chosen)[:WHOLE_MOST]
        if len(text) <= most:
            found[channel, text] = None
    return Part(tuple(found)) if found else None


def turns(parts: tuple[Part, ...]) -> Iterable[tuple[Part, ...]]:
    """The name begun at each of its parts: a short one at every part, a long one at its ends."""
    count = len(parts)
    for start in range(count) if count <= 3 else (0, 1, count - 1):
        yield parts[start:] + parts[:start]


def pieces(forms: Sequence[Form]) -> Iterator[Part]:
    """The halves of a name typed as one word, front and rear in turn, wherever it may be cut: who has both is worth
    comparing.

    They lead to people and are not compared themselves: the name as one word is.
    """
    first = forms[0].parts
    channel, text = first[0].spellings[0]
    if len(first) > 1 or channel is Channel.HAN:
        return
    for cut in range(_HALF_LEAST, min(len(text) - _HALF_LEAST, _CUT_MOST) + 1):
        yield Part(((channel, text[:cut]),))
        yield Part(((channel, text[cut:]),))


def laid_out(forms: Sequence[Form]) -> tuple[Own, list[Part]]:
    """All that is compared of a candidate, and its units but whole names as parts."""
    lexicon = Lexicon()
    units = [[lexicon.number(part) for part in form.parts] for form in forms]
    singles = len(lexicon)
    pair: list[int] = []
    turned: list[int] = []

    def joined(parts: tuple[Part, ...]) -> int:
        one = together(parts, PAIR_MOST)
        return -1 if one is None else lexicon.number(one)

    for form in forms:
        count = len(form.parts)
        for at in range(count):
            pair.append(joined(form.parts[at : at + 2]) if at + 1 < count else -1)
            turned.append(joined(form.parts[::-1]) if at == 0 and count == 2 else -1)
    pairs = len(lexicon)
    group = [*range(pairs)]
    for number, piece in enumerate(pieces(forms)):
        # A front half counts instead of the whole word and of other front halves, a rear half instead of others.
        if lexicon.number(piece) == len(group):
            group.append(units[0][0] if number % 2 == 0 else pairs + 1)
    units_as_parts = list(lexicon.parts())
    halves = len(units_as_parts)
    wholes: dict[Part, int] = {}
    whole: list[int] = []
    whole_first = [0]
    for form in forms:
        found = [one for parts in turns(form.parts) if (one := together(parts, WHOLE_MOST))]
        whole += [halves + wholes.setdefault(one, len(wholes)) for one in found]
        whole_first.append(len(whole))
    compared = Own(
        pack([*units_as_parts, *wholes]),
        singles,
        pairs,
        halves,
        np.array(group, dtype=np.int64),
        np.cumsum([0, *map(len, units)]),
        np.array([u for form_units in units for u in form_units], dtype=np.int64),
        np.array(pair, dtype=np.int64),
        np.array(turned, dtype=np.int64),
        np.array(whole_first, dtype=np.int64),
        np.array(whole, dtype=np.int64),
        np.array([form.channel for form in forms], dtype=np.int64),
    )
    return compared, units_as_parts
