"""The quick comparison of spellings says what the plain edit model says, wherever it says anything."""

from __future__ import annotations

from collections.abc import Sequence
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

SPELLINGS = st.text("abdeghiklmnoprstuwyz", min_size=2, max_size=30)
CHANNELS = st.sampled_from([Channel.LATIN, Channel.ARABIC, Channel.CYRILLIC, Channel.HAN, Channel.HEBREW])


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


def _several(a: str, mine: Channel, others: Sequence[str], theirs: Channel, least: float) -> list[float]:
    """The ratios of one spelling with a few, compared at a time; 0 where it is below the least."""
    tables = shipped_model().tables
    row, room = int(tables.row[mine, theirs]), spread.room()
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
