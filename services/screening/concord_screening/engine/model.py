"""Loads what training learned. Nothing is read at import; a caller makes one `Model` and passes it on."""

from __future__ import annotations

import io
from dataclasses import dataclass
from importlib import resources

import numpy as np

from concord_screening.engine.align import Tables, UnitIndex
from concord_screening.engine.editmodel import SYMBOLS
from concord_screening.engine.gam import Curves
from concord_screening.engine.trie import N_CHANNELS

_FILE = "engine.npz"
# Channels that are read with Latin's tables where the data had nothing to learn from.
_LATIN_LIKE = (7, 8, 9)

_STORED = ("keys", "values", "start", "size", "table", "swapped")

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
                _indexed(*(arrays[f"tables_{field}"] for field in _STORED)),
                Curves(*(arrays[f"names_{field}"] for field in Curves._fields)),
                Curves(*(arrays[f"people_{field}"] for field in Curves._fields)),
            )

    def to_bytes(self) -> bytes:
        """The model as a file; the same model gives the same bytes."""
        arrays: dict[str, np.ndarray] = {}
        arrays |= {f"tables_{field}": getattr(self.tables, field) for field in _STORED}
        for prefix, group in (("names", self.names), ("people", self.people)):
            arrays |= {f"{prefix}_{field}": value for field, value in group._asdict().items()}
        out = io.BytesIO()
        np.savez_compressed(out, allow_pickle=False, **arrays)
        return out.getvalue()


def _indexed(
    keys: np.ndarray, values: np.ndarray, start: np.ndarray, size: np.ndarray, table: np.ndarray, swapped: np.ndarray
) -> Tables:
    """The tables with their units listed by side and own symbols, to lay out one spelling."""
    first = np.zeros((2 * len(start), SYMBOLS**2 + 1), dtype=np.int32)
    columns: list[np.ndarray] = []
    written = 0
    for number, (low, count) in enumerate(zip(start.tolist(), size.tolist(), strict=True)):
        own = keys[low : low + count].astype(np.int64)
        used = np.flatnonzero(own >= 0)
        a = own[used] // SYMBOLS**2
        b = own[used] % SYMBOLS**2
        for side, (x, y) in enumerate(((a, b), (b, a))):
            order = np.argsort(x * SYMBOLS**2 + y)
            first[2 * number + side] = written + np.searchsorted(x[order], np.arange(SYMBOLS**2 + 1))
            rows = (y // SYMBOLS, y % SYMBOLS, values[low : low + count][used])
            columns.append(np.stack([row[order].astype(np.float64) for row in rows]))
            written += len(order)
    other_first, other_second, value = np.concatenate(columns, axis=1)
    index = UnitIndex(
        first,
        other_first.astype(np.uint8),
        other_second.astype(np.uint8),
        value.astype(np.float32),
    )
    return Tables(keys, values, start, size, table, swapped, index)


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
    return _indexed(
        np.concatenate([tables[pair][0] for pair in pairs]),
        np.concatenate([tables[pair][1] for pair in pairs]),
        np.cumsum(sizes) - sizes,
        sizes,
        table,
        swapped,
    )
