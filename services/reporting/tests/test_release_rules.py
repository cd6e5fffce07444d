"""The protection of the first public tables, and that CSV and JSON hold the same cells."""

import csv
import io
import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from concord_reporting.releases import chart, domain

YEARS = st.dictionaries(st.integers(2015, 2026), st.fixed_dictionaries({"cases": st.integers(0, 5000)}), max_size=8)


@given(st.integers(0, 100_000))
def test_rounding_is_to_the_nearest_multiple_of_five(count: int) -> None:
    assert domain.rounded(count) % 5 == 0
    assert abs(domain.rounded(count) - count) <= 2


@given(YEARS)
def test_csv_and_json_hold_the_same_cells(exact: dict[int, dict[str, int]]) -> None:
    table = domain.protected("harassment", exact)
    content = json.loads(domain.as_json(table, release="r", published=date(2026, 1, 1), vintage=date(2026, 1, 1)))
    lines = list(csv.DictReader(io.StringIO(domain.as_csv(table).decode())))
    assert [{name: int(value) for name, value in line.items()} for line in lines] == content["rows"]
    assert domain.table_from_json(content) == table


def test_the_same_cells_make_the_same_bytes() -> None:
    exact = {2026: {"cases": 7, "substantiated": 3, "victims": 12}}
    table = domain.protected("exploitation-and-abuse", exact)
    assert domain.as_csv(table) == b"year,cases,substantiated,victims\r\n2026,5,5,10\r\n"
    assert domain.as_csv(table) == domain.as_csv(domain.protected("exploitation-and-abuse", dict(exact)))


def test_a_second_release_of_a_day_has_an_id_of_its_own() -> None:
    day = date(2026, 3, 1)
    assert domain.next_id(day, []) == "2026-03-01"
    assert domain.next_id(day, ["2026-02-28", "2026-03-01"]) == "2026-03-01.2"
    assert domain.next_id(day, ["2026-03-01", "2026-03-01.2"]) == "2026-03-01.3"


def test_no_bars_where_there_is_nothing_to_compare() -> None:
    assert chart.bars([]) == chart.bars([(2026, 30)]) == chart.bars([(2025, 0), (2026, 0)]) == []
    assert [bar.label for bar in chart.bars([(2026, 5), (2025, 0)])] == ["2025", "2026"]


@given(
    st.lists(st.tuples(st.integers(2000, 2100), st.integers(0, 10_000)), unique_by=lambda point: point[0], max_size=20)
)
def test_bars_stand_on_zero_and_stay_in_the_drawing(points: list[tuple[int, int]]) -> None:
    for bar in chart.bars(points):
        assert 0 <= bar.x <= bar.x + bar.width <= chart.WIDTH + 0.5
        assert bar.y >= 0
        assert abs(bar.y + bar.height - (chart.HEIGHT - 28)) < 0.2
