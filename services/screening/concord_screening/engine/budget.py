"""How much one query may spend."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a query may spend: prefixes kept in a walk, postings read, names touched, people chosen.

    `enough` people are always chosen (`enough_undated` where no full date helps), more while they fall no more than
    `fall` below the best, and `of_day` more of those born on the very day. The first `compared` of them are compared
    (twice as many where no date helps), and all of those born on the day.
    """

    prefixes: int = 80
    prefix_fall: float = 2e-3
    postings: int = 100_000
    touched: int = 25_000
    people: int = 260
    enough: int = 100
    enough_undated: int = 500
    of_day: int = 120
    compared: int = 60
    fall: float = 12.0
    per_letter: float = 0.55
