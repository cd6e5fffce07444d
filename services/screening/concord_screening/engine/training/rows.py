"""What the additive models are fitted to: features of name pairs, and of retrieved people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from concord_screening.engine import places
from concord_screening.engine.align import N_FEATURES
from concord_screening.engine.analysis import analyse
from concord_screening.engine.commands import PairScorer
from concord_screening.engine.dates import parse
from concord_screening.engine.evidence import N_EVIDENCE, N_GROUPS, group_of
from concord_screening.engine.gam import Curves
from concord_screening.engine.model import Model
from concord_screening.engine.search import Asked, Searcher, Segment
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


def pair_rows(pairs: Sequence[data.Pair], model: Model) -> Rows:
    """One row per pair of names."""
    scorer = PairScorer(model)
    features = np.zeros((len(pairs), N_FEATURES))
    groups = np.zeros(len(pairs), dtype=np.int64)
    for i, pair in enumerate(pairs):
        a, b = analyse(pair.a), analyse(pair.b)
        if a is not None and b is not None:
            features[i] = scorer.features(a, b)
            groups[i] = group_of(int(a.channel), int(b.channel))
    return Rows(features, np.array([pair.same for pair in pairs], float), groups, np.arange(len(pairs)))


def fit_names(rows: Rows, chosen: np.ndarray) -> Curves:
    """Curves for two names: as many pairs of one person as of two."""
    labels = rows.labels[chosen]
    weights = np.where(labels > 0, 1.0, labels.sum() / max(1.0, (1 - labels).sum()))
    return fit(
        rows.features[chosen], labels, rows.groups[chosen], settings.NAME_DIRECTIONS, weights, N_GROUPS, smooth=0.02,
        own=2.0,
    )  # fmt: skip


def asked_of(query: data.Asked, gender: int = 0) -> Asked | None:
    """A query of the data as the searcher takes it."""
    form = analyse(query.name)
    if form is None:
        return None
    return Asked((form,), parse(query.dob, 9999), places.number(query.nationality), gender)


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
        found = searcher.search(asked, [segment])[0]
        retrieved += len(found.candidates)
        if right is not None and right in found.candidates:
            right_retrieved.append(number)
        features.append(found.evidence[:, :N_EVIDENCE])
        groups.append(found.evidence[:, 5].astype(np.int64))
        labels.append((found.subjects == (right if right is not None else -1)).astype(float))
        owner.append(np.full(len(found.subjects), number))
    return Rows(
        np.concatenate(features), np.concatenate(labels), np.concatenate(groups), np.concatenate(owner), retrieved,
        tuple(right_retrieved),
    )  # fmt: skip


def fit_people(rows: Rows, chosen: np.ndarray, random_: np.random.Generator) -> Curves:
    """Curves for a person of a list, on retrieved people as they come."""
    features = rows.features[chosen].copy()
    labels = rows.labels[chosen]
    otherwise = (random_.random(len(labels)) < settings.COUNTRY_OTHERWISE) & (labels > 0) & (features[:, 3] == 2.0)
    features[otherwise, 3] = 0.0
    return fit(
        features, labels, rows.groups[chosen], settings.PEOPLE_DIRECTIONS, np.ones(len(labels)), N_GROUPS,
        smooth=0.0002, own=4.0,
    )  # fmt: skip
