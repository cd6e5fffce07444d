"""A clock counts what ran, leaves out what was paused, and never takes a breach back."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concord_core.clocks import Clock, ClockRefusedError, Holder, Limit, PauseReason, Refusal, State, Unit

START = date(2026, 3, 2)
WEEK = Limit("assess_and_report_7d", 7, Unit.DAYS)


def running(limit: Limit = WEEK, started: date = START) -> Clock:
    return Clock(limit, "2003-1", Holder.AGENCY, started)


def day(offset: int) -> date:
    return START + timedelta(days=offset)


def paused(clock: Clock, start: int, end: int | None = None) -> Clock:
    clock = clock.pause(day(start), PauseReason.AWAITING_VICTIM, Holder.CONTRIBUTING_COUNTRY)
    return clock if end is None else clock.resume(day(end))


def test_the_due_day_itself_is_in_time() -> None:
    clock = running()
    assert clock.due(day(0)) == day(7)
    assert clock.missed(day(7)) is None
    assert clock.missed(day(8)) == day(7)
    assert clock.stop(day(7)).missed(day(90)) is None
    assert clock.stop(day(8)).missed(day(90)) == day(7)


def test_a_pause_moves_the_due_day_and_names_its_holder() -> None:
    clock = paused(running(), 2, 10)
    assert clock.due(day(11)) == day(15)
    assert clock.elapsed(day(11)) == 3
    assert clock.held_by(day(5)) is Holder.CONTRIBUTING_COUNTRY
    assert clock.held_by(day(10)) is Holder.AGENCY
    assert [(s.start, s.end, s.paused) for s in clock.segments(day(11))] == [
        (day(0), day(2), False),
        (day(2), day(10), True),
        (day(10), day(11), False),
    ]


def test_while_paused_nothing_is_missed() -> None:
    clock = paused(running(), 7)
    assert clock.state(day(400)) is State.PAUSED
    assert clock.missed(day(400)) is None


def test_a_pause_after_the_due_day_does_not_undo_the_breach() -> None:
    clock = paused(running(), 9, 200)
    assert clock.missed(day(8)) == day(7)
    assert clock.missed(day(300)) == day(7)
    assert clock.due(day(300)) == day(7)


def test_stopping_ends_a_pause_that_lasts() -> None:
    clock = paused(running(), 3).stop(day(30))
    assert clock.elapsed(day(99)) == 3
    assert clock.missed(day(99)) is None
    assert clock.state(day(99)) is State.STOPPED


def test_a_cancelled_clock_counts_up_to_the_cancelling() -> None:
    clock = running().cancel(day(4))
    assert clock.elapsed(day(99)) == 4
    assert clock.missed(day(99)) is None
    assert clock.state(day(99)) is State.CANCELLED


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (lambda: running().stop(day(-1)), Refusal.DATE_ORDER),
        (lambda: running().resume(day(1)), Refusal.NOT_PAUSED),
        (lambda: paused(paused(running(), 1), 2), Refusal.PAUSED),
        (lambda: paused(running(), 3, 5).stop(day(4)), Refusal.DATE_ORDER),
        (lambda: running().stop(day(1)).stop(day(2)), Refusal.ENDED),
        (lambda: paused(running().cancel(day(1)), 2), Refusal.ENDED),
    ],
)
def test_what_does_not_fit_is_refused(act: object, reason: Refusal) -> None:
    with pytest.raises(ClockRefusedError) as refused:
        act()  # type: ignore[operator]  # the parameters are the calls themselves
    assert refused.value.reason is reason


@st.composite
def lives(draw: st.DrawFn) -> Clock:
    """A clock with some pauses, ended or not."""
    unit = draw(st.sampled_from([Unit.DAYS, Unit.MONTHS]))
    clock = running(Limit("x", draw(st.integers(1, 20)), unit), draw(st.dates(date(2004, 1, 1), date(2040, 1, 1))))
    at = clock.started
    for _ in range(draw(st.integers(0, 4))):
        at += timedelta(days=draw(st.integers(0, 60)))
        clock = clock.pause(at, PauseReason.LEGAL_HOLD, Holder.INVESTIGATING_BODY)
        at += timedelta(days=draw(st.integers(0, 60)))
        if draw(st.booleans()):
            clock = clock.resume(at)
        else:
            break
    how = draw(st.sampled_from(["open", "stop", "cancel"]))
    at += timedelta(days=draw(st.integers(0, 60)))
    return clock if how == "open" else clock.stop(at) if how == "stop" else clock.cancel(at)


@given(lives(), st.integers(0, 2000))
def test_segments_cover_the_life_without_gap_or_overlap(clock: Clock, offset: int) -> None:
    on = clock.started + timedelta(days=offset)
    segments = clock.segments(on)
    assert segments[0].start == clock.started
    assert segments[-1].end == (min(on, clock.end) if clock.end is not None else on)
    for before, after in itertools.pairwise(segments):
        assert before.end == after.start
    assert clock.elapsed(on) + sum(s.days for s in segments if s.paused) == (segments[-1].end - clock.started).days


@given(lives(), st.integers(0, 1500), st.integers(0, 500))
def test_a_breach_once_seen_stays_with_the_same_due_day(clock: Clock, offset: int, later: int) -> None:
    on = clock.started + timedelta(days=offset)
    missed = clock.missed(on)
    if missed is not None:
        assert clock.missed(on + timedelta(days=later)) == missed == clock.due(on + timedelta(days=later))


@given(lives(), st.integers(0, 2000))
def test_days_limits_are_missed_exactly_when_more_days_ran_than_the_limit_gives(clock: Clock, offset: int) -> None:
    on = clock.started + timedelta(days=offset)
    if clock.limit.unit is Unit.DAYS and not clock.pauses:
        assert (clock.missed(on) is not None) == (clock.elapsed(on) > clock.limit.amount)
    if clock.missed(on) is None:
        assert clock.due(on) >= clock.segments(on)[-1].end or clock.state(on) is State.PAUSED


def test_a_limit_in_hours_counts_moments() -> None:
    start = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
    clock = Clock(Limit("call_back_24h", 24, Unit.HOURS), "2026-1", Holder.AGENCY, start)
    due = start + timedelta(hours=24)
    assert clock.due(start) == due
    assert clock.missed(due) is None
    assert clock.missed(due + timedelta(seconds=1)) == due
    assert clock.stop(due).missed(due + timedelta(days=9)) is None
    held = clock.pause(start + timedelta(hours=1), PauseReason.LEGAL_HOLD, Holder.AGENCY)
    assert held.resume(start + timedelta(hours=4)).due(start + timedelta(hours=5)) == due + timedelta(hours=3)
    with pytest.raises(ClockRefusedError, match=Refusal.DATE_ORDER):
        clock.stop(start - timedelta(minutes=1))


def test_a_limit_in_hours_is_not_counted_from_a_day() -> None:
    with pytest.raises(TypeError, match="a moment"):
        Limit("call_back_24h", 24, Unit.HOURS).due(START)
