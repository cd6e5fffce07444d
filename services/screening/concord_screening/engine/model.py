"""Loads what training learned. Nothing is read at import; a caller makes one `Model` and passes it on."""

from __future__ import annotations

import io
from dataclasses import dataclass
from importlib import resources

import numpy as np

from concord_screening.engine.align import Tables
from concord_screening.engine.gam import Curves
from concord_screening.engine.trie import N_CHANNELS

_FILE = "engine.npz"
# Channels that are read with Latin's tables where the data had nothing to learn from.
_LATIN_LIKE = (7, 8, 9)

EditTable = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, slots=True)
class Model:
    """The edit tables, the curves for two names, and the curves for a person of a list."""

    tables: Tables
    names: Curves
    people: Curves

    @classmethod
    def load(cls) -> Model:
        """The model that comes with the package."""
        raw = resources.files("concord_screening.engine.models").joinpath(_FILE).read_bytes()
        with np.load(io.BytesIO(raw), allow_pickle=False) as arrays:
            return cls(
                Tables(*(arrays[f"tables_{field}"] for field in Tables._fields)),
                Curves(*(arrays[f"names_{field}"] for field in Curves._fields)),
                Curves(*(arrays[f"people_{field}"] for field in Curves._fields)),
            )

    def to_bytes(self) -> bytes:
        """The model as a file; the same model gives the same bytes."""
        arrays: dict[str, np.ndarray] = {}
        for prefix, group in (("tables", self.tables), ("names", self.names), ("people", self.people)):
            arrays |= {f"{prefix}_{field}": value for field, value in group._asdict().items()}
        out = io.BytesIO()
        np.savez_compressed(out, allow_pickle=False, **arrays)
        return out.getvalue()


def stack(tables: dict[tuple[int, int], EditTable]) -> Tables:
    """All edit tables in one, with what to use for channels that have none of their own."""
    pairs = sorted(tables)
    table = np.full((N_CHANNELS, N_CHANNELS), -1, dtype=np.int8)
    swapped = np.zeros((N_CHANNELS, N_CHANNELS), dtype=np.bool_)
    for number, (a, b) in enumerate(pairs):
        table[a, b] = table[b, a] = number
        swapped[b, a] = a != b
    for x in _LATIN_LIKE:
        for c in range(N_CHANNELS):
            if table[x, c] < 0:
                table[x, c], swapped[x, c] = table[0, c], swapped[0, c]
                table[c, x], swapped[c, x] = table[c, 0], swapped[c, 0]
    sizes = np.array([len(tables[pair][0]) for pair in pairs], dtype=np.int64)
    return Tables(
        np.concatenate([tables[pair][0] for pair in pairs]),
        np.concatenate([tables[pair][1] for pair in pairs]),
        np.cumsum(sizes) - sizes,
        sizes,
        table,
        swapped,
    )
