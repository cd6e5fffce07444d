"""`make bench-noise`: what noise that the engine was not trained on costs, in pairs and in a list.

    python -m benchmarks.screening.noise.run [--only KIND] ... DATA

Every kind has random numbers of its own from one seed, so that the same data and the same engine give the same
page, and a kind alone the same figures as among all. With --only the table is printed and the page stays as it is.
"""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from random import Random

import icu
import numpy as np

from benchmarks.screening.noise import lists, pairs
from benchmarks.screening.noise.kinds import KINDS
from benchmarks.screening.noise.page import page, table
from benchmarks.screening.run import ROOT, engine_state
from concord_screening.engine.commands import score_pair
from concord_screening.engine.training import data

PAGE = ROOT / "docs" / "benchmarks-noise.md"
SEED = 20261201
_ALIAS = "alias_disjoint"  # names that share nothing: nobody finds one by the other, noise or none

Figures = dict[str, tuple[pairs.PairFigures | None, lists.ListFigures | None]]


def measure(folder: Path, kinds: list[str]) -> Figures:
    """These kinds, in a list made for it that is gone afterwards."""
    all_pairs = [pair for pair in data.pairs(folder) if pair.category != _ALIAS]
    queries = [asked for asked in data.queries(folder) if asked.category != _ALIAS]
    score = cache(score_pair)
    since = time.monotonic()
    figures: Figures = {}
    with tempfile.TemporaryDirectory(prefix="concord-noise-") as place:
        index = lists.build(folder, Path(place) / "list", SEED)
        for number, kind in enumerate(kinds, 1):
            spent = time.monotonic() - since
            print(f"[{spent:4.0f} s] {number} of {len(kinds)}: {kind}", file=sys.stderr, flush=True)
            in_pairs = pairs.measured(all_pairs, KINDS[kind], Random(f"{SEED} pairs {kind}"), score)
            in_list = lists.measured(index, queries, KINDS[kind], Random(f"{SEED} queries {kind}"))
            figures[kind] = in_pairs, in_list
        index.close()
    return figures


def main() -> int:
    """Measures, and writes the page or prints the kinds asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--only", action="append", metavar="KIND", help="a kind, by its name in the page; may be repeated"
    )
    parser.add_argument("data", type=Path, metavar="DATA", help="the folder of the public name data")
    options = parser.parse_args()
    if not options.data.is_dir():
        parser.error(f"{options.data} is no folder; the public name data is not part of the repository")
    if unknown := set(options.only or ()) - set(KINDS):
        parser.error(f"no such kind: {'; '.join(sorted(unknown))}. There are: {'; '.join(KINDS)}")
    state = engine_state()
    figures = measure(options.data, options.only or list(KINDS))
    if options.only:
        print(table(figures), end="")
        return 0
    about = (
        f"Python {platform.python_version()}, numpy {np.__version__}, ICU {icu.ICU_VERSION}, state of the engine "
        f"{state}, seed {SEED}."
    )
    PAGE.write_text(page(figures, about), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
