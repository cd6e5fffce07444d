"""Names, dates and working days."""

from datetime import date

import pytest

from concord_core.errors import ConcordError
from concord_core.values import new_reference
from concord_screening.values import Problems, add_working_days


@pytest.mark.parametrize(
    ("day", "days", "expected"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # Friday to Monday
        (date(2026, 11, 21), 1, date(2026, 11, 23)),  # Saturday to Monday
        (date(2026, 11, 23), 3, date(2026, 11, 26)),
        (date(2026, 11, 23), 8, date(2026, 12, 3)),
        (date(2026, 11, 23), 0, date(2026, 11, 23)),
    ],
)
def test_working_days_leave_out_the_weekend(day: date, days: int, expected: date) -> None:
    assert add_working_days(day, days) == expected


@pytest.mark.parametrize("text", ["1980", "1980-02", "1980-02-29", " 1980-12-31 "])
def test_birth_dates_may_be_partial(text: str) -> None:
    problems = Problems()
    assert problems.birth_date("d", text) == text.strip()
    problems.check()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "80",
        "1981-02-29",
        "1980-13",
        "1980-1-1",
        "2999",
        "1899-12-31",
        "19800101",
        "1980W10111",
        "1980/01/01",
        "١٩٨٠",
    ],
)
def test_impossible_birth_dates_are_named(text: str) -> None:
    problems = Problems()
    problems.birth_date("birth_date", text)
    with pytest.raises(ConcordError) as caught:
        problems.check()
    assert [(field.path, field.code) for field in caught.value.fields] == [("birth_date", "impossible_date")]


@pytest.mark.parametrize("text", ["", "  ", "123", "...", "a" * 201, "Ana\x00"])
def test_names_without_letters_and_endless_ones_are_refused(text: str) -> None:
    problems = Problems()
    problems.name("name", text)
    with pytest.raises(ConcordError):
        problems.check()


@pytest.mark.parametrize("text", ["Ana", "محمد", "李", "Ёлкин", "क", "O’Neil-Smith Jr."])
def test_a_name_of_any_script_is_taken(text: str) -> None:
    problems = Problems()
    assert problems.name("name", f"  {text} ") == text
    problems.check()


def test_references_are_random() -> None:
    assert len({new_reference("LS") for _ in range(1000)}) == 1000
