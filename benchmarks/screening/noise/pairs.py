"""How well the engine tells pairs of one person from pairs of two when one name of each has a noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from benchmarks.screening.judging import average_precision
from benchmarks.screening.noise.parts import Noise
from concord_screening.engine.training.data import Pair

MOST = 250
FEWEST = 20
Score = Callable[[str, str], float]


@dataclass(frozen=True, slots=True)
class PairFigures:
    """How many pairs, half of them of one person, and their average precision without and with the noise."""

    count: int
    clean: float
    noise: float


def changed(pair: Pair, noise: Noise, random: Random) -> tuple[str, str] | None:
    """The pair with the noise on one side, whichever it applies to; None if on neither."""
    sides = [0, 1]
    random.shuffle(sides)
    for side in sides:
        names = [pair.a, pair.b]
        if made := noise(names[side], random):
            names[side] = made
            return names[0], names[1]
    return None


def measured(pairs: Sequence[Pair], noise: Noise, random: Random, score: Score) -> PairFigures | None:
    """Of pairs that the noise applies to as many of one person as of two; None if these are too few to tell."""
    made: dict[bool, list[tuple[Pair, tuple[str, str]]]] = {True: [], False: []}
    for pair in random.sample(pairs, len(pairs)):
        own = made[pair.same]
        if len(own) < MOST and (names := changed(pair, noise, random)):
            own.append((pair, names))
    either = min(len(made[True]), len(made[False]))
    if either < FEWEST:
        return None
    chosen = made[True][:either] + made[False][:either]
    labels = np.array([float(pair.same) for pair, _ in chosen])
    clean = np.array([score(pair.a, pair.b) for pair, _ in chosen])
    noisy = np.array([score(*names) for _, names in chosen])
    return PairFigures(2 * either, average_precision(labels, clean), average_precision(labels, noisy))
