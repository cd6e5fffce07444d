"""`make train`: from the public name data to the model files, with figures on people not trained on.

    python -m concord_screening.engine.training.train DATA

The people of the data are dealt into three parts. For each part everything is learned from the other two, and
judged on it; so every figure is of people the model never saw, and every query counts. Then the model that ships
is learned from all of them in the same way. One thread, fixed seeds: the same data gives the same bytes on the same
kind of processor.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import json
import platform
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import icu
import numpy as np
from llvmlite.binding import get_host_cpu_name

from concord_screening.engine import han, known
from concord_screening.engine.gam import Curves
from concord_screening.engine.listing import Builder
from concord_screening.engine.loaded import Segment
from concord_screening.engine.model import Model, Stored, stack
from concord_screening.engine.search import Searcher
from concord_screening.engine.training import cantonese, data, judge, known_words, settings, world
from concord_screening.engine.training.edit_tables import learn_all
from concord_screening.engine.training.population import Population
from concord_screening.engine.training.rows import (
    Rows,
    best_of,
    calibrated,
    fit_names,
    fit_people,
    joined,
    pair_rows,
    people_rows,
    scores,
)

MODELS = Path(__file__).parent.parent / "models"
LICENCES = {
    "pairs, subjects, queries (everypolitician-wikidata)": "CC0-1.0",
    "pairs, subjects, queries (us-ofac-sdn)": "public domain (work of the US government)",
    "tokens and full names (NETransliteration-COLING2018)": "CC0-1.0",
    "Cantonese readings (ToJyutping)": "BSD-2-Clause, see ToJyutping-LICENSE.txt",
}
_EMPTY = Curves(np.zeros((1, 1)), np.zeros((1, 1, 1)), np.zeros(1))
Table = tuple[np.ndarray, np.ndarray]


class _Clock:
    def __init__(self) -> None:
        self._since = time.monotonic()

    def __call__(self, text: str) -> None:
        print(f"[{time.monotonic() - self._since:6.0f} s] {text}", file=sys.stderr, flush=True)


@dataclass(slots=True)
class _Held:
    """Scores of what was held out, over all parts."""

    pairs: np.ndarray
    people: dict[int, list[tuple[Rows, np.ndarray]]] = field(default_factory=dict)


def edit_tables(folder: Path, pairs: list[data.Pair], chosen: np.ndarray) -> dict[tuple[int, int], Table]:
    """The edit tables, from the word lists and the chosen pairs."""
    same = [(p.a, p.b) for p, own in zip(pairs, chosen.tolist(), strict=True) if p.same and own]
    return learn_all(folder, same, settings.SEED)


def lists(folder: Path, population: Population, say: _Clock) -> dict[int, Segment]:
    """The lists to search, by size; each holds all people of the data."""
    out = {}
    for size in settings.LIST_SIZES:
        builder = Builder()
        for subject in world.population(folder, size, settings.SEED, population):
            builder.add(subject)
        out[size] = Segment.of(builder.listing())
        say(f"list of {out[size].listing.size:,} people")
    return out


def learned(
    folder: Path, tables: Stored, held: dict[int, Segment], part: int | None, say: _Clock
) -> tuple[Model, Rows, dict[int, Rows]]:
    """The model from everybody but one part, the rows of all pairs, and of all queries by list."""
    pairs, queries = data.pairs(folder), data.queries(folder)
    model = Model.of(tables, _EMPTY, _EMPTY)
    rows = pair_rows(pairs, model)
    names = fit_names(rows, np.array([part not in p.parts for p in pairs]))
    searcher = Searcher(model.with_curves(names, _EMPTY))
    found = {}
    for size, segment in held.items():
        found[size] = people_rows(queries, searcher, segment, np.random.default_rng(settings.SEED))
        say(f"searched {size:,}")
    trained = np.array([data.part_of(q.subject_id) != part for q in queries])
    together = joined(list(found.values()))
    people = fit_people(together, trained[together.owner], np.random.default_rng(settings.SEED))
    return model.with_curves(names, people), rows, found


def cross_fitted(folder: Path, held: dict[int, Segment], say: _Clock) -> _Held:
    """Every pair and query scored by a model that never saw its people."""
    pairs, queries = data.pairs(folder), data.queries(folder)
    out = _Held(np.full(len(pairs), np.nan), {size: [] for size in held})
    part_of = np.array([data.part_of(q.subject_id) for q in queries])
    for part in range(data.PARTS):
        say(f"without part {part + 1} of {data.PARTS}")
        tables = stack(edit_tables(folder, pairs, np.array([part not in p.parts for p in pairs])))
        model, rows, found = learned(folder, tables, held, part, say)
        values = best_of(rows, scores(model.names, rows.features, rows.groups), len(pairs))
        unseen = np.array([part in p.parts for p in pairs]) & np.isnan(out.pairs)
        out.pairs[unseen] = values[unseen]
        for size, own in found.items():
            kept = own.only(part_of[own.owner] == part, frozenset(np.flatnonzero(part_of == part).tolist()))
            out.people[size].append((kept, scores(model.people, kept.features, kept.groups)))
    return out


def figures(folder: Path, held: _Held, scale: tuple[float, float]) -> dict[str, dict[str, float]]:
    """Figures on people not trained on."""
    pairs, queries = data.pairs(folder), data.queries(folder)
    labels = np.array([p.same for p in pairs], float)
    out = {"pairs": judge.pair_figures(pairs, labels, held.pairs)}
    for size, parts in held.people.items():
        rows = joined([rows for rows, _ in parts])
        values = scale[0] + scale[1] * np.concatenate([values for _, values in parts])
        out[f"list of {max(size, world.people_in(folder))}"] = judge.query_figures(queries, rows, values)
    return out


def _versions() -> dict[str, str]:
    """What the bytes depend on besides data and seed."""
    packages = ("numpy", "scipy", "numba", "llvmlite", "pyicu-wheels", "ToJyutping")
    return {
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in packages},
        "icu": icu.ICU_VERSION,
        "processor": f"{platform.machine()}, {get_host_cpu_name()}",
    }


def main() -> None:
    """Trains, judges, writes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    options = parser.parse_args()
    folder, say = options.data, _Clock()
    pairs = data.pairs(folder)
    # What an earlier run left must not be read: the same data gives the same bytes.
    for name in ("words.tsv.gz", "common.tsv.gz", known.WESTERN):
        (MODELS / name).unlink(missing_ok=True)
    known.forget()
    files = {han.CANTONESE: cantonese.readings()}
    (MODELS / han.CANTONESE).write_bytes(files[han.CANTONESE])
    guessing = edit_tables(folder, pairs, np.ones(len(pairs), bool))
    population = world.learn(folder)
    files |= {
        "words.tsv.gz": known_words.learn(folder, guessing),
        "common.tsv.gz": known_words.frequencies(folder, population.parts()),
        "population.tsv.gz": population.to_bytes(),
        known.WESTERN: known_words.western(folder),
    }
    for name, content in files.items():
        (MODELS / name).write_bytes(content)
    known.forget()
    # Once more, now that names are read with the known words, as they will be.
    everybody = edit_tables(folder, pairs, np.ones(len(pairs), bool))
    say("edit tables learned")
    held = lists(folder, population, say)
    unseen = cross_fitted(folder, held, say)
    scale = calibrated([part for parts in unseen.people.values() for part in parts])
    judged = figures(folder, unseen, scale)
    print(json.dumps(judged, indent=1))
    say("learning from everybody")
    model, _, _ = learned(folder, stack(everybody), held, None, say)
    people = model.people
    model = model.with_curves(
        model.names, Curves(people.knots, scale[1] * people.heights, scale[0] + scale[1] * people.base)
    )
    files["engine.npz"] = model.to_bytes()
    (MODELS / "engine.npz").write_bytes(files["engine.npz"])
    card = {
        "files": {
            name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in sorted(files.items())
        },
        "seed": settings.SEED,
        "trained on": "all people of the data",
        "judged": f"{data.PARTS} models, each learned without a part of the people and judged on that part",
        "versions": _versions(),
        "licences": LICENCES,
        "data": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())},
        "figures on people not trained on": judged,
    }
    (MODELS / "engine.json").write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", "utf-8")
    say("written")


if __name__ == "__main__":
    main()
