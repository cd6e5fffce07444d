"""The quick comparison of spellings says what the plain edit model says, wherever it says anything."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numba import njit

from concord_screening.engine import several, spread
from concord_screening.engine.commands import shipped_model
from concord_screening.engine.editmodel import encode, forward, grid
from concord_screening.engine.romanise import Channel
from concord_screening.engine.spelled import WHOLE_MOST

LETTERS = "abdeghiklmnoprstuwyz"
SPELLINGS = st.text(LETTERS, min_size=2, max_size=30)
CHANNELS = st.sampled_from([Channel.LATIN, Channel.ARABIC, Channel.CYRILLIC, Channel.HAN, Channel.HEBREW])
# Around the eights that rows are reckoned by, up to the longest that is compared.
SIZES = (1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 47, 48, 55, 56, 57, WHOLE_MOST - 1, WHOLE_MOST)
TABLES = (
    (Channel.LATIN, Channel.LATIN),
    (Channel.LATIN, Channel.ARABIC),
    (Channel.CYRILLIC, Channel.LATIN),
    (Channel.HEBREW, Channel.CYRILLIC),
    (Channel.HAN, Channel.LATIN),
)


def _plain(a: str, mine: Channel, b: str, theirs: Channel) -> float:
    """The ratio by the edit model itself, unit by unit."""
    stored = shipped_model().stored
    number = int(stored.table[mine, theirs])
    low, size = int(stored.start[number]), int(stored.size[number])
    left, right = (b, a) if stored.swapped[mine, theirs] else (a, b)
    keys, values = stored.keys[low : low + size], stored.values[low : low + size]
    return float(forward(keys, values, encode(left), encode(right), grid()))


@njit
def _offer(units: Any, row: int, room: Any, letters: Any, begin: Any, least: float) -> Any:
    waiting = 0
    for k in range(len(begin) - 1):
        waiting = several.offer(units, row, room, letters, begin[k], begin[k + 1], least, k, waiting)
    return waiting


def _several(
    a: str, mine: Channel, others: Sequence[str], theirs: Channel, least: float, room: spread.Spread | None = None
) -> list[float]:
    """The ratios of one spelling with a few, compared at a time; 0 where it is below the least."""
    tables = shipped_model().tables
    row, room = int(tables.row[mine, theirs]), room or spread.room()
    spread.lay_out(tables.units, row, encode(a), room)
    spread.reckon_tops(tables.units, row, len(a), room)
    begin = np.cumsum([0, *map(len, others)])
    letters = encode("".join(others))
    waiting = _offer(tables.units, row, room, letters, begin, least)
    several.settle(tables.units, row, room, len(a), letters, waiting)
    spread.take_out(tables.units, len(a), room)
    assert not room.both.any()
    found = dict(zip(room.waiting.tag[:waiting].tolist(), room.waiting.value[:waiting].tolist(), strict=True))
    return [found.get(k, 0.0) for k in range(len(others))]


def _quick(a: str, mine: Channel, b: str, theirs: Channel, least: float) -> float:
    return _several(a, mine, [b], theirs, least)[0]


@settings(max_examples=200, deadline=None)
@given(SPELLINGS, SPELLINGS, CHANNELS, CHANNELS)
def test_with_no_least_it_is_the_plain_ratio(a: str, b: str, mine: Channel, theirs: Channel) -> None:
    assume(mine is not theirs or mine is Channel.LATIN)  # there letters that were never seen twice count as the others
    expected = _plain(a, mine, b, theirs)
    assert _quick(a, mine, b, theirs, 1e-300) == pytest.approx(expected, rel=1e-4)


@settings(max_examples=200, deadline=None)
@given(SPELLINGS, SPELLINGS, CHANNELS, CHANNELS, st.floats(0.5, 50.0))
def test_what_is_above_the_least_is_told_exactly(a: str, b: str, mine: Channel, theirs: Channel, least: float) -> None:
    for other in (a, b, a[::-1], a[1:] + b[:1]):
        if len(other) < 2:
            continue
        whole, quick = _quick(a, mine, other, theirs, 1e-300), _quick(a, mine, other, theirs, least)
        assert quick == (whole if whole >= least else 0.0)


@settings(max_examples=100, deadline=None)
@given(SPELLINGS, st.lists(SPELLINGS, min_size=1, max_size=spread.SEVERAL), CHANNELS, CHANNELS, st.floats(0.5, 50.0))
def test_several_at_a_time_come_out_as_each_alone(
    a: str, others: list[str], mine: Channel, theirs: Channel, least: float
) -> None:
    others = [a, *others][: spread.SEVERAL]
    assert _several(a, mine, others, theirs, least) == [_quick(a, mine, b, theirs, least) for b in others]


def _of_size(random_: Random, size: int) -> str:
    return "".join(random_.choices(LETTERS, k=size))


def _slips(random_: Random, text: str) -> str:
    """The same with a letter in six another, left out or said twice; as long as may be compared."""
    said = (random_.choice([random_.choice(LETTERS), "", own * 2]) if random_.random() < 1 / 6 else own for own in text)
    return "".join(said)[:WHOLE_MOST] or text


@pytest.mark.parametrize(("mine", "theirs"), TABLES)
def test_of_any_two_lengths_it_is_the_plain_ratio(mine: Channel, theirs: Channel) -> None:
    random_, room = Random(5), spread.room()
    for size in SIZES[::-1]:
        a = _of_size(random_, size)
        others = [_of_size(random_, other) for other in SIZES] + [_slips(random_, a), a, a[::-1]]
        for at in range(0, len(others), spread.SEVERAL):
            some = others[at : at + spread.SEVERAL]
            expected = [_plain(a, mine, b, theirs) for b in some]
            # All in one room: what longer spellings left there must not be seen by shorter ones.
            assert _several(a, mine, some, theirs, 1e-300, room) == pytest.approx(expected, rel=1e-5, abs=0.0)


@pytest.mark.parametrize(("mine", "theirs"), TABLES)
@pytest.mark.parametrize("least", [0.5, 1.65, 50.0])
def test_long_spellings_above_the_least_are_told_exactly_and_others_are_nothing(
    mine: Channel, theirs: Channel, least: float
) -> None:
    random_ = Random(6)
    told: list[bool] = []
    for size in (*SIZES, *range(20, WHOLE_MOST, 3)):
        a = _of_size(random_, size)
        close = _slips(random_, a)
        further = [close := _slips(random_, close) for _ in range(4)]
        for b in (_slips(random_, a), *further, _of_size(random_, size), a[: size // 2] + _of_size(random_, size // 2)):
            whole = _plain(a, mine, b, theirs)
            assert _quick(a, mine, b, theirs, least) == (pytest.approx(whole, rel=1e-5) if whole >= least else 0.0)
            told.append(whole >= least)
    assert 20 < sum(told) < len(told) - 20
