"""Every kind of noise by a plain name, in the order in which it is shown.

A kind is a pure function: the same name and the same state of the random numbers give the same noise.
"""

from __future__ import annotations

from benchmarks.screening.noise.beside import BESIDE
from benchmarks.screening.noise.letters import LETTERS
from benchmarks.screening.noise.parts import Noise
from benchmarks.screening.noise.scripts import SCRIPTS
from benchmarks.screening.noise.words import WORDS

KINDS: dict[str, Noise] = LETTERS | WORDS | BESIDE | SCRIPTS
