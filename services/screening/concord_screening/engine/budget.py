"""How much one query may spend."""

from __future__ import annotations

from dataclasses import dataclass

_UNLIMITED = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a query may spend: prefixes kept in a walk, postings read, names touched, people chosen.

    `enough` people are always chosen (`enough_undated` where no full date helps), more while they fall no more than
    `fall` below the best, and `of_day` more of those born on the very day. The first `compared` of them are compared
    (twice as many where no date helps), and all of those born on the day. In a short list fewer are worth it:
    `fewest` and one of each `of_list` listed, compared `fewest_compared` and one of each `compared_of_list`.

    A part that so many bear as that it surprises less than `alone_least` finds nobody by itself; one that surprises
    less than `least_gain` counts for nothing.
    """

    prefixes: int = 80
    prefix_fall: float = 5e-4
    postings: int = 100_000
    touched: int = 25_000
    people: int = 260
    enough: int = 100
    enough_undated: int = 500
    of_day: int = 120
    compared: int = 60
    fall: float = 12.0
    per_letter: float = 0.55
    fewest: int = 40
    of_list: int = 100
    fewest_compared: int = 20
    compared_of_list: int = 250
    alone_least: float = 3.5
    least_gain: float = 0.3

    @classmethod
    def unlimited(cls, listed: int) -> Budget:
        """Everybody of so many listed whom any part of the name or a date leads to is compared: slow, for trials."""
        return cls(
            prefixes=2_000,
            prefix_fall=0.0,
            postings=_UNLIMITED,
            touched=8 * listed,
            people=listed,
            enough=listed,
            enough_undated=listed,
            of_day=listed,
            compared=listed,
            per_letter=0.0,
            fewest=listed,
            fewest_compared=listed,
            alone_least=-_UNLIMITED,
            least_gain=0.0,
        )
