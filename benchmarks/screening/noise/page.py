"""The figures as a page."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.screening.noise import lists, pairs
from benchmarks.screening.noise.lists import ListFigures
from benchmarks.screening.noise.pairs import PairFigures

_HEAD = (
    "noise", "pairs", "AP, clean", "AP, noise", "queries", "clean: first", "among ten", "noise: first", "among ten",
)  # fmt: skip
_NONE = "–"


def _row(kind: str, pair: PairFigures | None, listed: ListFigures | None) -> list[str]:
    own = [f"{pair.count}", f"{pair.clean:.3f}", f"{pair.noise:.3f}"] if pair else [_NONE] * 3
    found = (listed.clean, listed.noise) if listed else ()
    shares = [f"{share:.2f}" for one in found for share in (one.first, one.shown)] or [_NONE] * 4
    return [kind, *own, f"{listed.count}" if listed else _NONE, *shares]


def table(figures: Mapping[str, tuple[PairFigures | None, ListFigures | None]]) -> str:
    """One line for each kind of noise."""
    rows = [_row(kind, *own) for kind, own in figures.items()]
    return "\n".join(f"| {' | '.join(row)} |" for row in (_HEAD, ["---"] * len(_HEAD), *rows)) + "\n"


def page(figures: Mapping[str, tuple[PairFigures | None, ListFigures | None]], about: str) -> str:
    """What was measured, with what, and what the figures are."""
    return f"""# Noise not trained on

Written by `make bench-noise`. {about}

Names of the public data, changed as names of other sources are; training saw nothing of the kind. Pairs: average precision of up to {pairs.MOST} pairs of one person and as many of two that the noise applies to, one side of each changed, beside the same pairs as they are. Lists: {lists.LISTED:,} people, the data's and made-up ones; up to {lists.MOST} queries of the data with the nationality and without the date; the share whose person is the first, and among the {lists.SHOWN} shown, beside the same queries as they are. Aliases that share nothing with the name are left out of both: no spelling finds them. The shipped model has seen these people: read the fall, not the height. {_NONE}: the noise applies to fewer than {pairs.FEWEST} pairs of either sort, or {lists.FEWEST} queries. With 200 queries, a difference of .03 may be chance.

{table(figures)}"""  # noqa: E501 - a paragraph of the page is one line
