"""Loads what training learned. Nothing is read at import; a caller makes one `Model` and passes it on."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass, replace
from importlib import resources
from importlib.resources.abc import Traversable
from typing import NamedTuple

import numpy as np

from concord_screening.engine.arrays import Tables, Units
from concord_screening.engine.domain import ModelError
from concord_screening.engine.editmodel import SYMBOLS, UNSEEN_GAP, UNSEEN_PAIR
from concord_screening.engine.gam import Curves
from concord_screening.engine.romanise import Channel
from concord_screening.engine.spread import LETTERS
from concord_screening.engine.trie import N_CHANNELS

_FILE, _CARD = "engine.npz", "engine.json"
# Channels that are read with Latin's tables where the data had nothing to learn from …
_LATIN_LIKE = (Channel.OTHER, Channel.CANTONESE, Channel.MANDARIN, Channel.SPELLED)
# … and readings of Chinese characters, which are compared with other scripts; characters compare as characters.
_READINGS = (Channel.CANTONESE, Channel.MANDARIN, Channel.SPELLED)

# What a letter that training never saw twice may tell at most when it stands on both sides.
_SAME_MOST = 20.0
EditTable = tuple[np.ndarray, np.ndarray]


class Stored(NamedTuple):
    """The edit tables as they are learned and kept; `table[x, y]` is the number of the table of two channels."""

    keys: np.ndarray
    values: np.ndarray
    start: np.ndarray
    size: np.ndarray
    table: np.ndarray
    swapped: np.ndarray


@dataclass(frozen=True, slots=True)
class Model:
    """The edit tables, as stored and as compared with, the curves for two names and those for a person of a list."""

    stored: Stored
    tables: Tables
    names: Curves
    people: Curves

    @classmethod
    def of(cls, stored: Stored, names: Curves, people: Curves) -> Model:
        """A model of these parts."""
        return cls(stored, _tables(stored), names, people)

    def with_curves(self, names: Curves, people: Curves) -> Model:
        """The same tables with other curves."""
        return replace(self, names=names, people=people)

    @classmethod
    def load(cls) -> Model:
        """The model that comes with the package. `ModelError` where it is not whole; see `unaltered`."""
        raw = unaltered(resources.files("concord_screening.engine.models"))
        with np.load(io.BytesIO(raw), allow_pickle=False) as arrays:
            return cls.of(
                Stored(*(arrays[f"tables_{field}"] for field in Stored._fields)),
                Curves(*(arrays[f"names_{field}"] for field in Curves._fields)),
                Curves(*(arrays[f"people_{field}"] for field in Curves._fields)),
            )

    def to_bytes(self) -> bytes:
        """The model as a file; the same model gives the same bytes."""
        arrays: dict[str, np.ndarray] = {}
        for prefix, group in (("tables", self.stored), ("names", self.names), ("people", self.people)):
            arrays |= {f"{prefix}_{field}": value for field, value in group._asdict().items()}
        out = io.BytesIO()
        np.savez_compressed(out, allow_pickle=False, **arrays)
        return out.getvalue()


def unaltered(folder: Traversable) -> bytes:
    """The model of a folder, where it and all tables beside it are what the card says: `ModelError` names the file that
    is missing or altered. Readers take a table that is not there for an empty one, as training does."""
    try:
        card = json.loads(folder.joinpath(_CARD).read_text("utf-8"))
        hashes = {name: file["sha256"] for name, file in card["files"].items()}
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        raise ModelError(_CARD) from None
    for name in {_FILE: ""} | hashes:
        file = folder.joinpath(name)
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != hashes.get(name):
            raise ModelError(name)
    return folder.joinpath(_FILE).read_bytes()


def _both_sides(keys: np.ndarray, values: np.ndarray, other_way: bool) -> tuple[np.ndarray, ...]:
    """The units of one table: two letters of the one side, two of the other, and the ratio."""
    used = keys >= 0
    a, b = keys[used].astype(np.int64) // SYMBOLS**2, keys[used].astype(np.int64) % SYMBOLS**2
    if other_way:
        a, b = b, a
    return a // SYMBOLS, a % SYMBOLS, b // SYMBOLS, b % SYMBOLS, values[used].astype(np.float32)


def _units(stored: Stored) -> Units:
    """The units laid out for comparing; see `arrays.Units`."""
    count = 2 * len(stored.start)
    one = np.full((count, LETTERS, LETTERS), UNSEEN_PAIR, dtype=np.float32)
    one[:, 0, :] = one[:, :, 0] = UNSEEN_GAP
    pair = np.zeros((count, SYMBOLS**2), dtype=np.int16)
    base = np.zeros(count, dtype=np.int64)
    sides = [
        _both_sides(stored.keys[low : low + size], stored.values[low : low + size], other_way)
        for low, size in zip(stored.start.tolist(), stored.size.tolist(), strict=True)
        for other_way in (False, True)
    ]
    sizes = []
    for row, (a1, a2, _, _, _) in enumerate(sides):
        together = np.unique((a1 * SYMBOLS + a2)[a2 > 0])
        pair[row, together] = np.arange(1, len(together) + 1)
        sizes.append(len(together) + 1)
    base[1:] = np.cumsum(sizes)[:-1]
    two_one = np.zeros((sum(sizes), LETTERS), dtype=np.float32)
    reach = np.zeros((count, LETTERS), dtype=np.float32)
    pair_reach = np.zeros(sum(sizes), dtype=np.float32)
    owner, other, ratio = [], [], []
    for row, (a1, a2, b1, b2, value) in enumerate(sides):
        alone, alone_b = a2 == 0, b2 == 0
        each = alone & alone_b
        one[row, b1[each], a1[each]] = value[each]
        np.maximum.at(reach[row], a1[alone], value[alone])
        own = base[row] + pair[row, a1 * SYMBOLS + a2]
        np.maximum.at(pair_reach, own[~alone], value[~alone])
        each = ~alone & alone_b
        two_one[own[each], b1[each]] = value[each]
        each = ~alone & ~alone_b
        owner.append(own[each])
        other.append(pair[row ^ 1, b1 * SYMBOLS + b2][each])
        ratio.append(value[each])
    by_letter = [two_one[low : low + size].T.ravel() for low, size in zip(base.tolist(), sizes, strict=True)]
    owners = np.concatenate(owner)
    order = np.argsort(owners, kind="stable")
    return Units(
        one, pair, base, np.array(sizes, dtype=np.int64), two_one, np.concatenate(by_letter),
        np.searchsorted(owners[order], np.arange(sum(sizes) + 1)).astype(np.int32),
        np.concatenate(other)[order], np.concatenate(ratio)[order],
        np.maximum(reach, UNSEEN_PAIR), pair_reach,
    )  # fmt: skip


def _same_letters(rows: np.ndarray, units: Units) -> None:
    """Gives letters that training never saw written twice in one channel what the others' sameness tells in the middle:
    without it a name of such letters would not even be its own. `rows`: the table of each channel with itself."""
    letters = np.arange(1, LETTERS)
    for row in np.unique(rows[rows >= 0] // 2 * 2 + np.array([[0], [1]])):
        own = units.one[row, letters, letters]
        if (seen := own[own >= 1]).size:
            unseen, same = letters[own == np.float32(UNSEEN_PAIR)], min(float(np.median(seen)), _SAME_MOST)
            units.one[row, unseen, unseen] = same
            units.reach[row, unseen] = np.maximum(units.reach[row, unseen], same)


def _tables(stored: Stored) -> Tables:
    """The tables, with what to use for channels that have none of their own."""
    learned = len(stored.table)
    row = np.full((N_CHANNELS, N_CHANNELS), -1, dtype=np.int64)
    row[:learned, :learned] = np.where(stored.table >= 0, 2 * stored.table.astype(np.int64) + stored.swapped, -1)
    for x in _LATIN_LIKE:
        for c in range(N_CHANNELS):
            if row[x, c] < 0:
                row[x, c], row[c, x] = row[Channel.LATIN, c], row[c, Channel.LATIN]
    for x in _READINGS:
        row[x, [Channel.HAN, *_READINGS]] = row[[Channel.HAN, *_READINGS], x] = -1
    units = _units(stored)
    _same_letters(np.diag(row), units)
    return Tables(row, units)


def stack(tables: dict[tuple[int, int], EditTable]) -> Stored:
    """All edit tables in one."""
    pairs = sorted(tables)
    table = np.full((N_CHANNELS, N_CHANNELS), -1, dtype=np.int8)
    swapped = np.zeros((N_CHANNELS, N_CHANNELS), dtype=np.bool_)
    for number, (a, b) in enumerate(pairs):
        table[a, b] = table[b, a] = number
        swapped[b, a] = a != b
    sizes = np.array([len(tables[pair][0]) for pair in pairs], dtype=np.int64)
    return Stored(
        np.concatenate([tables[pair][0] for pair in pairs]),
        np.concatenate([tables[pair][1] for pair in pairs]),
        np.cumsum(sizes) - sizes,
        sizes,
        table,
        swapped,
    )
