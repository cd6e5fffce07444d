"""`make train`: from the public name data to the model files, with figures on people not trained on.

    python -m concord_screening.engine.training.train DATA

First everything is learned from seven tenths of the people and judged on the other three; then the model
that ships is learned from all of them. One thread, fixed seeds: the same data gives the same bytes on the
same kind of processor.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import sys
import time
from pathlib import Path

import numpy as np

from concord_screening.engine.align import Tables
from concord_screening.engine.gam import Curves
from concord_screening.engine.listing import Builder
from concord_screening.engine.model import Model, stack
from concord_screening.engine.search import Searcher, Segment
from concord_screening.engine.training import data, judge, known_words, settings, world
from concord_screening.engine.training.edit_tables import learn_all
from concord_screening.engine.training.rows import Rows, fit_names, fit_people, pair_rows, people_rows

TRAINED = frozenset(range(7))
MODELS = Path(__file__).parent.parent / "models"
LICENCES = {
    "pairs, subjects, queries (everypolitician-wikidata)": "CC0-1.0",
    "pairs, subjects, queries (us-ofac-sdn)": "public domain (work of the US government)",
    "tokens and full names (NETransliteration-COLING2018)": "CC0-1.0",
}


def _say(text: str, since: float) -> None:
    print(f"[{time.monotonic() - since:6.0f} s] {text}", file=sys.stderr, flush=True)


def edit_tables(folder: Path, folds: frozenset[int]) -> Tables:
    """The edit tables, from the word lists and the people of these parts of the data."""
    same = [(p.a, p.b) for p in data.pairs(folder) if p.same and p.folds <= folds]
    return stack(learn_all(folder, same, settings.SEED))


def names_model(folder: Path, tables: Tables, folds: frozenset[int]) -> tuple[Model, Rows, list[data.Pair]]:
    """The curves for two names, from people of these parts of the data."""
    pairs = data.pairs(folder)
    empty = Curves(np.zeros((1, 1)), np.zeros((1, 1, 1)), np.zeros(1))
    rows = pair_rows(pairs, Model(tables, empty, empty))
    chosen = np.array([p.folds <= folds for p in pairs])
    return Model(tables, fit_names(rows, chosen), empty), rows, pairs


def segments(folder: Path, since: float) -> dict[int, Segment]:
    """The lists to search, by size; each holds all people of the data."""
    out = {}
    for size in settings.LIST_SIZES:
        builder = Builder()
        for subject in world.population(folder, size, settings.SEED):
            builder.add(subject)
        out[size] = Segment.of(builder.listing())
        _say(f"list of {out[size].listing.size:,} people", since)
    return out


def people_model(
    folder: Path, model: Model, lists: dict[int, Segment], folds: frozenset[int], since: float
) -> tuple[Model, dict[int, Rows], list[data.Asked]]:
    """The curves for a person of a list, from what queries of these parts of the data retrieve."""
    random_ = np.random.default_rng(settings.SEED)
    queries = data.queries(folder)
    searcher = Searcher(model)
    rows = {}
    for size, segment in lists.items():
        rows[size] = people_rows(queries, searcher, segment, random_)
        _say(f"searched {size:,}", since)
    trained = np.array([data.fold_of(q.subject_id) in folds for q in queries])
    every = list(rows.values())
    together = Rows(
        np.concatenate([r.features for r in every]),
        np.concatenate([r.labels for r in every]),
        np.concatenate([r.groups for r in every]),
        np.concatenate([r.owner for r in every]),
    )
    curves = fit_people(together, trained[together.owner], random_)
    return Model(model.tables, model.names, curves), rows, queries


def judged(folder: Path, lists: dict[int, Segment], since: float) -> dict[str, dict[str, float]]:
    """Figures on people not trained on."""
    model, rows, pairs = names_model(folder, edit_tables(folder, TRAINED), TRAINED)
    _say("names learned", since)
    unseen = np.array([not (p.folds & TRAINED) for p in pairs])
    own = [p for p, u in zip(pairs, unseen, strict=True) if u]
    figures = {"pairs": judge.pair_figures(own, rows.labels[unseen], judge.scores(model.names, rows)[unseen])}
    model, people, queries = people_model(folder, model, lists, TRAINED, since)
    left = [i for i, q in enumerate(queries) if data.fold_of(q.subject_id) not in TRAINED]
    place = {number: k for k, number in enumerate(left)}
    for size, all_rows in people.items():
        keep = np.isin(all_rows.owner, left)
        kept = Rows(
            all_rows.features[keep], all_rows.labels[keep], all_rows.groups[keep],
            np.array([place[o] for o in all_rows.owner[keep].tolist()]),
        )  # fmt: skip
        values = judge.scores(model.people, kept)
        retrieved = frozenset(place[i] for i in all_rows.right_retrieved if i in place)
        figures[f"list of {size}"] = judge.query_figures(
            [queries[i] for i in left], kept, values, retrieved, all_rows.retrieved / len(queries)
        )
    return figures


def main() -> None:
    """Trains, judges, writes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    options = parser.parse_args()
    since = time.monotonic()
    everybody = frozenset(range(10))
    tables = edit_tables(options.data, everybody)
    _say("edit tables learned", since)
    # Names are read with the known words, so these are written before the first name is.
    words = known_words.learn(options.data, tables)
    (MODELS / "words.tsv.gz").write_bytes(words)
    lists = segments(options.data, since)
    figures = judged(options.data, lists, since)
    print(json.dumps(figures, indent=1))
    model, _, _ = names_model(options.data, tables, everybody)
    model, _, _ = people_model(options.data, model, lists, everybody, since)
    raw = model.to_bytes()
    (MODELS / "engine.npz").write_bytes(raw)
    card = {
        "files": {
            name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in (("engine.npz", raw), ("words.tsv.gz", words))
        },
        "seed": settings.SEED,
        "trained on": "all people of the data; the figures are of a model trained on seven tenths of them",
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
        "licences": LICENCES,
        "data": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(options.data.iterdir())},
        "figures on people not trained on": figures,
    }
    (MODELS / "engine.json").write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", "utf-8")
    _say("written", since)


if __name__ == "__main__":
    main()
