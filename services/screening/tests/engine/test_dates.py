"""Birth dates: what is one, and how two stand to each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concord_screening.engine.dates import DateRelation, ImpossibleDateError, parse, relation

DATES = st.one_of(
    st.dates().filter(lambda d: d.year >= 1900).map(lambda d: int(d.strftime("%Y%m%d"))),
    st.integers(1900, 2020).map(lambda y: y * 10_000),
    st.builds(lambda y, m: y * 10_000 + m * 100, st.integers(1900, 2020), st.integers(1, 12)),
    st.just(0),
)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("1980-02-03", "1980-02-03", DateRelation.EQUAL),
        ("1980-02-03", "1980-03-02", DateRelation.SWAPPED),
        ("1980-02-03", "1981-02-03", DateRelation.SAME_DAY_YEAR_OFF),
        ("1980-02", "1980-02-03", DateRelation.SAME_YEAR_MONTH),
        ("1980", "1980-02-03", DateRelation.SAME_YEAR),
        ("1980", "1981", DateRelation.ONE_YEAR_OFF),
        ("1980-02-03", "1980-02-08", DateRelation.ONE_DIGIT),
        ("1980-02-03", "1980-11-28", DateRelation.SAME_YEAR_OTHER_DAY),
        ("1980-02-03", "1982-11-28", DateRelation.NEAR),
        ("1980-02-03", "1959-11-28", DateRelation.DIFFERS),
        ("", "1980", DateRelation.UNKNOWN),
    ],
)
def test_relation(a: str, b: str, expected: DateRelation) -> None:
    assert relation(parse(a, 20261231), parse(b, 20261231)) == expected


@given(DATES, DATES)
def test_relation_is_the_same_both_ways(a: int, b: int) -> None:
    assert relation(a, b) == relation(b, a)


@pytest.mark.parametrize("text", ["1980-13-01", "1980-02-30", "2031-01-01", "0012-01-01", "3.2.1980", "1980-1-1"])
def test_impossible_dates_are_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ImpossibleDateError) as error:
        parse(text, 20261231)
    assert text not in str(error.value)
