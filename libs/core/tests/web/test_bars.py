"""The clock bar: pieces within the bar, the limit where it belongs, the same in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concord_core.codes import CodeLists
from concord_core.web.bars import WIDTH, bar
from concord_core.web.catalogues import Catalogues
from concord_core.web.translator import Translator

WORDS = Translator(Catalogues(), CodeLists.load(), "en")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Stretch:
    start: date
    end: date | None
    state: str
    holder: str = ""


def _day(days: int) -> date:
    return (NOW + timedelta(days=days)).date()


def test_running_in_time() -> None:
    found = bar(WORDS, _day(-2), _day(5), now=NOW)
    assert (found.state, found.words, found.limit) == ("waiting", "in 5 days", WIDTH)
    assert [piece.kind for piece in found.pieces] == ["ran"]


def test_the_limit_has_passed() -> None:
    found = bar(WORDS, _day(-9), _day(-2), now=NOW)
    assert (found.state, found.words) == ("stop", "2 days late")
    assert [piece.kind for piece in found.pieces] == ["ran", "late"]
    assert found.limit < WIDTH


@pytest.mark.parametrize(("finished", "state", "words"), [(-3, "good", "done in time"), (-1, "stop", "done, late")])
def test_finished(finished: int, state: str, words: str) -> None:
    found = bar(WORDS, _day(-9), _day(-2), finished=_day(finished), now=NOW, holder="OIOS")
    assert (found.state, found.words, found.held) == (state, words, "")


@pytest.mark.parametrize("end", [None, _day(0)])
def test_paused_says_who_holds_it(end: date | None) -> None:
    found = bar(WORDS, _day(-9), _day(5), segments=[Stretch(_day(-3), end, "paused", "the country")], now=NOW)
    assert found.held == "with the country"
    assert [piece.kind for piece in found.pieces] == ["ran", "held"]


def test_a_pause_that_ended_holds_nothing() -> None:
    found = bar(WORDS, _day(-9), _day(5), segments=[Stretch(_day(-8), _day(-3), "paused", "x")], now=NOW)
    assert found.held == ""


@given(st.integers(-400, 400), st.integers(-400, 400), st.integers(-400, 400), st.integers(0, 400))
def test_no_piece_leaves_the_bar(start: int, length: int, pause: int, held: int) -> None:
    segments = [Stretch(_day(pause), _day(pause + held), "paused")]
    found = bar(WORDS, _day(start), _day(start + length), segments=segments, now=NOW)
    assert 0 <= found.limit <= WIDTH
    for piece in found.pieces:
        assert piece.width > 0
        assert piece.x >= 0
        assert piece.x + piece.width <= WIDTH + 0.1
