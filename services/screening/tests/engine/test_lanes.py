"""What is written in LLVM's own instructions, in cases small enough to be reckoned by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numba import njit

from concord_screening.engine.lanes import LANES, most_of

BEYOND = 1e9


@njit
def _most_of(rows: Any, at: int, factors: Any, base: int) -> Any:
    return most_of(rows, at, factors, base)


def _placed(values: list[float], at: int) -> np.ndarray:
    """The eight values from place `at` on, with great numbers all around."""
    out = np.full(4 * LANES, BEYOND)
    out[at : at + LANES] = values
    return out


@pytest.mark.parametrize(
    ("row", "factors", "most"),
    [
        ([0.0] * 8, [2.0] * 8, 0.0),
        ([2.0] * 8, [0.0] * 8, 0.0),
        ([1.0] * 8, [0.25] * 8, 0.25),
        ([8.0, 4.0, 2.0, 1.0, 0.5, 0.25, 0.125, 0.0625], [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 256.0], 16.0),
        ([9.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 3.0], [0.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 0.5], 1.5),
        ([0.0, 2.0**-1000, *[0.0] * 6], [1.0, 2.0**-20, *[1.0] * 6], 2.0**-1020),
        ([2.0**700] * 8, [1.0, 2.0**-700, *[1.0] * 5, 2.0**200], 2.0**900),
    ],
)
def test_the_greatest_product_of_eight(row: list[float], factors: list[float], most: float) -> None:
    assert _most_of(_placed(row, 0), 0, _placed(factors, 0), 0) == most
    assert _most_of(_placed(row, 5), 5, _placed(factors, 16), 16) == most


@pytest.mark.parametrize("greatest", range(LANES))
def test_it_is_found_in_whatever_place(greatest: int) -> None:
    for second in {*range(LANES)} - {greatest}:
        row, factors = [1.0] * LANES, [0.5] * LANES
        row[greatest], row[second] = 7.0, 3.0
        assert _most_of(_placed(row, 11), 11, _placed(factors, 8), 8) == 3.5
        factors[greatest] = 0.125
        assert _most_of(_placed(row, 11), 11, _placed(factors, 8), 8) == 1.5
