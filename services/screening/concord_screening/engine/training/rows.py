"""What the additive models are fitted to: features of name pairs, and of retrieved people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize  # type: ignore[import-untyped]

from concord_screening.engine import places
from concord_screening.engine.analysis import forms
from concord_screening.engine.assignment import EVIDENCE, JOINED
from concord_screening.engine.choose import SAME
from concord_screening.engine.commands import PairScorer
from concord_screening.engine.dates import parse
from concord_screening.engine.evidence import COUNTRY, COUNTRY_CHANCE, N_EVIDENCE, N_GROUPS
from concord_screening.engine.gam import Curves, all_log_odds
from concord_screening.engine.loaded import Segment
from concord_screening.engine.model import Model
from concord_screening.engine.search import Asked, Searcher
from concord_screening.engine.training import data, settings
from concord_screening.engine.training.gam_training import fit


@dataclass(frozen=True, slots=True)
class Rows:
    """Features, whether it is the same person, the group of script pairs, and which query it was."""

    features: np.ndarray
    labels: np.ndarray
    groups: np.ndarray
    owner: np.ndarray
    retrieved: int = 0
    right_retrieved: tuple[int, ...] = ()

    def only(self, chosen: np.ndarray, owners: frozenset[int]) -> Rows:
        """The chosen rows, which are those of these owners."""
        return Rows(
            self.features[chosen], self.labels[chosen], self.groups[chosen], self.owner[chosen], self.retrieved,
            tuple(i for i in self.right_retrieved if i in owners),
        )  # fmt: skip


def joined(every: Sequence[Rows]) -> Rows:
    """Rows of several kinds in one."""
    return Rows(
        np.concatenate([r.features for r in every]),
        np.concatenate([r.labels for r in every]),
        np.concatenate([r.groups for r in every]),
        np.concatenate([r.owner for r in every]),
        max(r.retrieved for r in every),
        tuple(i for r in every for i in r.right_retrieved),
    )


def pair_rows(pairs: Sequence[data.Pair], model: Model) -> Rows:
    """One row per pair of names and of the forms that they may be read in."""
    scorer = PairScorer(model)
    features, groups, owner = [], [], []
    for i, pair in enumerate(pairs):
        a, b = forms(pair.a), forms(pair.b)
        if a and b:
            found, group = scorer.features(a, b)
            features.append(found)
            groups.append(group)
            owner.append(np.full(len(group), i))
    rows = np.concatenate(owner)
    labels = np.array([pair.same for pair in pairs], float)
    return Rows(np.concatenate(features), labels[rows], np.concatenate(groups), rows)


def best_of(rows: Rows, values: np.ndarray, count: int) -> np.ndarray:
    """The best value of each owner; very low for one without rows."""
    best = np.full(count, -20.0)
    np.maximum.at(best, rows.owner, values)
    return best


def fit_names(rows: Rows, chosen: np.ndarray) -> Curves:
    """Curves for two names: as many pairs of one person as of two.

    Of the forms of a pair the one counts that agrees best, so the curves are fitted twice.
    """
    kept = np.flatnonzero(chosen[rows.owner])
    values = rows.features[kept, EVIDENCE] + rows.features[kept, JOINED]
    curves = Curves(np.zeros((1, 1)), np.zeros((1, 1, 1)), np.zeros(1))
    for _ in range(2):
        order = np.lexsort((-values, rows.owner[kept]))
        first = np.concatenate([[True], np.diff(rows.owner[kept][order]) > 0])
        best = kept[order[first]]
        labels = rows.labels[best]
        weights = np.where(labels > 0, 1.0, labels.sum() / max(1.0, (1 - labels).sum()))
        curves = fit(
            rows.features[best], labels, rows.groups[best], settings.NAME_DIRECTIONS, weights, N_GROUPS, smooth=0.02,
            own=2.0,
        )  # fmt: skip
        values = scores(curves, rows.features[kept], rows.groups[kept])
    return curves


def scores(curves: Curves, features: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Log-odds of all rows."""
    return np.asarray(all_log_odds(curves, np.column_stack([features, groups])))


def asked_of(query: data.Asked, gender: int = 0) -> Asked | None:
    """A query of the data as the searcher takes it."""
    found = forms(query.name)
    return Asked.of(found, parse(query.dob, 99991231), places.number(query.nationality), gender) if found else None


def people_rows(
    queries: Sequence[data.Asked], searcher: Searcher, segment: Segment, random_: np.random.Generator
) -> Rows:
    """One row per retrieved person. The sex is given now and then, and now and then wrongly."""
    features, labels, groups, owner = [], [], [], []
    retrieved, right_retrieved = 0, []
    for number, query in enumerate(queries):
        right = segment.listing.find(query.subject_id)
        gender = int(segment.listing.people.gender[right]) if right is not None else 0
        gender = gender if random_.random() < settings.GENDER_GIVEN else 0
        if gender and random_.random() < settings.GENDER_OTHERWISE:
            gender = 3 - gender
        asked = asked_of(query, gender)
        if asked is None:
            continue
        found = searcher.search(asked, [segment])
        if found is None:
            continue
        retrieved += len(found.subject)
        if right is not None and right in found.subject:
            right_retrieved.append(number)
        features.append(found.weighed.evidence[:, :N_EVIDENCE])
        groups.append(found.weighed.evidence[:, N_EVIDENCE].astype(np.int64))
        compared = found.subject[: len(found.weighed.odds)]
        labels.append((compared == (right if right is not None else -1)).astype(float))
        owner.append(np.full(len(compared), number))
    return Rows(
        np.concatenate(features), np.concatenate(labels), np.concatenate(groups), np.concatenate(owner), retrieved,
        tuple(right_retrieved),
    )  # fmt: skip


def fit_people(rows: Rows, chosen: np.ndarray, random_: np.random.Generator) -> Curves:
    """Curves for a person of a list, on retrieved people as they come."""
    features = rows.features[chosen].copy()
    labels = rows.labels[chosen]
    otherwise = random_.random(len(labels)) < settings.COUNTRY_OTHERWISE
    otherwise &= (labels > 0) & (features[:, COUNTRY] == SAME)
    features[otherwise, COUNTRY] = features[otherwise, COUNTRY_CHANCE] = 0.0
    # As many candidates are listed as are not: those who are not bring the same people, and no right one.
    weights = np.where(labels > 0, 1.0, 2.0)
    return fit(
        features, labels, rows.groups[chosen], settings.PEOPLE_DIRECTIONS, weights, N_GROUPS, smooth=0.00005, own=4.0
    )


def calibrated(parts: Sequence[tuple[Rows, np.ndarray]]) -> tuple[float, float]:
    """What to add to the log-odds, and by what to multiply them, so that the best hit is right as often as said.

    Half of the candidates are listed.
    """
    said, true = [], []
    for rows, values in parts:
        owners = np.unique(rows.owner)
        right, other = best_values(rows, values, int(owners.max()) + 1)
        right, other = right[owners], other[owners]
        said += [np.maximum(right, other), other]
        true += [right >= other, np.zeros(len(other), bool)]
    x, y = np.concatenate(said), np.concatenate(true).astype(float)
    x = np.clip(x, -30.0, 30.0)

    def loss(scale: np.ndarray) -> float:
        z = scale[0] + scale[1] * x
        return float(np.mean(np.logaddexp(0, z) - y * z))

    found = minimize(loss, np.array([0.0, 1.0]), method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-10}).x
    return float(found[0]), float(max(found[1], 0.1))


def best_values(rows: Rows, values: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """For each query the score of the right person, and the best of anybody else; very low for none."""
    right = np.full(count, -99.0)
    other = np.full(count, -99.0)
    is_right = rows.labels > 0
    np.maximum.at(right, rows.owner[is_right], values[is_right])
    np.maximum.at(other, rows.owner[~is_right], values[~is_right])
    return right, other
