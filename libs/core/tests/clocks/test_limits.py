"""The limits file says what the mandates say, and a clock finds the version of its first day."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concord_core.clocks import Unit, add_months, load, parse

MANDATED = {
    "assess_and_report_7d": (7, Unit.DAYS),
    "refer_to_investigation_3d": (3, Unit.DAYS),
    "tcc_intent_10d": (10, Unit.DAYS),
    "tcc_intent_serious_5d": (5, Unit.DAYS),
    "investigation_6m": (6, Unit.MONTHS),
    "investigation_serious_3m": (3, Unit.MONTHS),
    "submit_report_15d": (15, Unit.DAYS),
}


def test_the_shipped_limits_are_the_mandated_ones() -> None:
    limits = load().at(date(2026, 1, 1))
    assert limits is not None
    found = {lim.code: (lim.amount, lim.unit) for r in limits.rules for lim in (r.normal, r.serious) if lim is not None}
    assert found == MANDATED
    for code in MANDATED:
        rule, limit = limits.of_code(code)
        assert limit in (rule.normal, rule.serious)


def test_what_concord_promises_stands_apart_from_what_is_mandated() -> None:
    promised = load("promises").at(date(2026, 1, 1))
    assert promised is not None
    assert [(rule.name, rule.normal.amount, rule.normal.unit) for rule in promised.rules] == [
        ("call_back", 24, Unit.HOURS)
    ]
    assert {rule.normal.code for rule in promised.rules}.isdisjoint(MANDATED)


def test_the_serious_limit_applies_only_where_there_is_one() -> None:
    limits = load().versions[0]
    (investigation,) = (rule for rule in limits.rules if rule.starts == "investigation_started")
    assert investigation.limit(True).code == "investigation_serious_3m"
    assert investigation.limit(False).code == "investigation_6m"
    (assess,) = (rule for rule in limits.rules if rule.starts == "received")
    assert assess.limit(True) == assess.limit(False)


def test_nothing_was_in_force_before_the_first_version() -> None:
    history = load()
    assert history.at(date(1999, 1, 1)) is None
    assert history.at(history.versions[0].effective) == history.versions[0]


def test_a_later_version_takes_over_on_its_date_of_effect() -> None:
    clock = (
        "{name: a, starts: received, stops: reported, holder: agency, limit: {code: assess_and_report_7d, days: %d}}"
    )
    text = "versions:\n" + "".join(
        f"  - {{version: '{v}', effective: {day}, clocks: [{clock % days}]}}\n"
        for v, day, days in (("1", "2020-01-01", 7), ("2", "2025-01-01", 5))
    )
    history = parse(text)
    assert [history.at(date(y, 6, 1)).version for y in (2024, 2025)] == ["1", "2"]  # type: ignore[union-attr]
    with pytest.raises(ValueError, match="oldest first"):
        parse(text.replace("2025-01-01", "2019-01-01"))


@pytest.mark.parametrize("limit", ["{code: x}", "{code: x, days: 0}", "{code: x, days: 1, months: 1}"])
def test_a_limit_that_is_not_well_formed_is_refused(limit: str) -> None:
    with pytest.raises(ValueError, match="a limit"):
        parse(
            "versions: [{version: '1', effective: 2020-01-01, clocks: "
            f"[{{name: a, starts: b, stops: c, holder: agency, limit: {limit}}}]}}]"
        )


def test_months_end_on_the_last_day_when_the_month_is_shorter() -> None:
    assert add_months(date(2025, 8, 31), 6) == date(2026, 2, 28)
    assert add_months(date(2023, 8, 31), 6) == date(2024, 2, 29)
    assert add_months(date(2025, 10, 15), 3) == date(2026, 1, 15)


@given(st.dates(date(2004, 1, 1), date(2090, 1, 1)), st.integers(1, 36))
def test_months_never_skip_a_month(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day <= day.day
