"""The parts of training on little data: what they learn, and that a second run learns the very same."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from concord_screening.engine.editmodel import ratio_of
from concord_screening.engine.gam import Curves, all_log_odds
from concord_screening.engine.training import judge
from concord_screening.engine.training.edit_training import learn
from concord_screening.engine.training.gam_training import fit
from concord_screening.engine.training.population import Maker, Population, shipped


def _pairs(seed: int) -> list[tuple[np.ndarray, np.ndarray, float]]:
    """Words in a made-up alphabet: each letter of the one has its own in the other, ten places on, but for noise."""
    random_ = np.random.default_rng(seed)
    out = []
    for _ in range(400):
        word = random_.integers(1, 9, random_.integers(3, 8)).astype(np.uint8)
        other = np.where(random_.random(len(word)) < 0.05, random_.integers(11, 19, len(word)), word + 10)
        out.append((word, other.astype(np.uint8), 1.0))
    return out


def test_edit_tables_learn_which_letters_belong_together_and_learn_it_again() -> None:
    keys, values = learn(_pairs(1))
    again = learn(_pairs(1))
    assert (keys.tobytes(), values.tobytes()) == (again[0].tobytes(), again[1].tobytes())
    for letter in range(1, 9):
        ratios = {other: float(ratio_of(keys, values, letter, 0, other, 0)) for other in range(11, 19)}
        assert max(ratios, key=lambda other: ratios[other]) == letter + 10
        assert ratios[letter + 10] > 4


def _rows(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    random_ = np.random.default_rng(seed)
    features = random_.random((3_000, 3))
    odds = 6 * features[:, 0] - 4 * features[:, 1]
    labels = (random_.random(3_000) < 1 / (1 + np.exp(-odds))).astype(float)
    return features, labels, random_.integers(0, 2, 3_000), np.ones(3_000)


def _fitted(seed: int) -> Curves:
    features, labels, groups, weights = _rows(seed)
    return fit(features, labels, groups, (1, -1, 1), weights, 2)


def test_curves_follow_the_evidence_never_turn_and_come_out_the_same_again() -> None:
    curves, again = _fitted(3), _fitted(3)
    assert all(a.tobytes() == b.tobytes() for a, b in zip(curves, again, strict=True))
    steps = np.diff(curves.heights, axis=2)
    assert (steps[:, 0] >= -1e-9).all()
    assert (steps[:, 1] <= 1e-9).all()
    assert (steps[:, 2] >= -1e-9).all()
    features, labels, groups, weights = _rows(4)
    values = np.asarray(all_log_odds(curves, np.column_stack([features, groups])))
    assert judge.average_precision(labels, values, weights) > judge.average_precision(labels, -values, weights) + 0.3
    assert judge.calibration_error(values, labels) < 0.05


def test_the_figures_of_the_judge_are_those_reckoned_by_hand() -> None:
    labels, values = np.array([1.0, 0.0, 1.0, 0.0]), np.array([4.0, 3.0, 2.0, 1.0])
    assert judge.average_precision(labels, values, np.ones(4)) == pytest.approx((1 + 2 / 3) / 2)
    sure = np.full(10, 20.0)
    assert judge.calibration_error(sure, np.array([1.0] * 5 + [0.0] * 5)) == pytest.approx(0.5, abs=1e-6)


@pytest.fixture(scope="module")
def population() -> Population:
    return shipped()


def test_made_up_people_are_the_same_again_and_others_with_another_seed(population: Population) -> None:
    made = [list(Maker(population, 300, seed).people()) for seed in (5, 5, 6)]
    assert made[0] == made[1] != made[2]


def test_made_up_people_may_have_words_that_no_script_spells_otherwise(population: Population) -> None:
    numbers = {word: [(word, 1)] for words in population.spelled.values() for word in words}
    same = replace(population, spelled={"Arabic": numbers, "Hebrew": numbers})
    assert len(list(Maker(same, 2_000, 7).people())) == 2_000


def test_made_up_people_share_names_birthdays_and_scripts_as_people_do(population: Population) -> None:
    people = list(Maker(population, 20_000, 7).people())
    assert len({subject.subject_id for subject in people}) == len(people)
    words = Counter(word for subject in people for word in set(subject.names[0].text.split()))
    assert 50 < words.most_common(1)[0][1] < 2_000
    assert sum(count > 5 for count in words.values()) > 500
    assert sum(count == 1 for count in words.values()) > 2_000
    days = Counter(dob for subject in people for dob in subject.dobs if len(dob) == 10)
    assert max(days.values()) > 1
    assert sum(count for day, count in days.items() if day.endswith("-01-01")) > sum(days.values()) / 50
    scripts = Counter(unicodedata.name(name.text[0]).split()[0] for subject in people for name in subject.names)
    assert {"LATIN", "CYRILLIC", "ARABIC", "CJK", "HEBREW", "GREEK", "HANGUL", "DEVANAGARI"} <= set(scripts)
    assert any(len(subject.names) > 1 for subject in people)
