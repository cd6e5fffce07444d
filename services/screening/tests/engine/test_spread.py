"""The quick comparison of spellings says what the plain edit model says, wherever it says anything."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numba import njit

from concord_screening.engine import several, spread
from concord_screening.engine.commands import shipped_model
from concord_screening.engine.editmodel import encode, forward, grid
from concord_screening.engine.romanise import Channel

SPELLINGS = st.text("abdeghiklmnoprstuwyz", min_size=2, max_size=14)
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
def _offer(units: Any, row: int, room: Any, n: int, letters: Any, size: int, least: float) -> Any:
    return several.offer(units, row, room, n, letters, 0, size, least, 0, 0)


def _quick(a: str, mine: Channel, b: str, theirs: Channel, least: float) -> float:
    tables = shipped_model().tables
    row, room = int(tables.row[mine, theirs]), spread.room()
    spread.lay_out(tables.units, row, encode(a), room)
    spread.reckon_tops(tables.units, row, len(a), room)
    waits = _offer(tables.units, row, room, len(a), encode(b), len(b), least)
    several.settle(tables.units, row, room, len(a), encode(b), waits)
    spread.take_out(tables.units, len(a), room)
    assert not room.both.any()
    return float(room.waiting.value[0]) if waits else 0.0


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
