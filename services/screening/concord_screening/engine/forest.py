"""The prefix trees of many segments side by side, so that one walk goes through all: a prefix that several of them
have is weighed once.

The trees lie one behind another in the same arrays, and keep their own nodes.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numba import njit

from concord_screening.engine.listing import Listing
from concord_screening.engine.retrieve import Near
from concord_screening.engine.trie import Trie


class Forest(NamedTuple):
    """Trees of several segments. Parts are numbered through: those of segment s are `first_part[s]` to
    `first_part[s + 1]`; `bearers` is how many names of its segment have a part.

    `roots` by channel and segment; `grown` tells channels in which anything is listed.
    """

    tree: Trie
    roots: np.ndarray
    grown: np.ndarray
    first_part: np.ndarray
    bearers: np.ndarray


def plant(listings: Sequence[Listing]) -> Forest:
    """The forest of these segments; of one alone, its own tree without a copy."""
    trees = [listing.tree for listing in listings]
    nodes = np.cumsum([0, *(len(tree.letter) for tree in trees)])
    spellings = np.cumsum([0, *(len(tree.part) for tree in trees)])
    parts = np.cumsum([0, *(len(listing.words.first) - 1 for listing in listings)])
    roots = np.stack([tree.root + nodes[n] for n, tree in enumerate(trees)], axis=1).astype(np.uint32)
    bearers = _joined([np.diff(listing.doors.post_first) for listing in listings])
    tree = trees[0]
    if len(trees) > 1:
        tree = Trie(
            root=roots[:, 0],
            letter=_joined([tree.letter for tree in trees]),
            child=_joined([tree.child for tree in trees], nodes),
            children=_joined([tree.children for tree in trees]),
            end=np.append(_joined([tree.end[:-1] for tree in trees], spellings), np.uint32(spellings[-1])),
            ends=_joined([tree.ends for tree in trees], spellings),
            part=_joined([tree.part for tree in trees], parts),
        )
    return Forest(tree, roots, np.asarray(np.any(tree.children[roots] > 0, axis=1)), parts, bearers)


def _joined(arrays: Sequence[np.ndarray], first: np.ndarray | None = None) -> np.ndarray:
    """One behind another; with `first`, array n counts on from `first[n]`."""
    out = np.concatenate(arrays)
    if first is not None:
        begin = 0
        for n, own in enumerate(arrays):
            out[begin : begin + len(own)] += out.dtype.type(first[n])
            begin += len(own)
    return out


@njit(cache=True)
def apart(near, first_part, place, count):
    """What was found, by the `count` segments that are asked: `place[s]` is segment s's among these (-1: not asked).

    Gives parts as numbered in their segment, values and bearers, segment by segment and unit by unit, the best first;
    those of unit u of segment p lie from `begin[p * units + u]` on.
    """
    units = near.first.shape[0] - 1
    begin = np.zeros(count * units + 1, dtype=np.int64)
    owner = np.empty(near.part.shape[0], dtype=np.int64)
    for u in range(units):
        for k in range(near.first[u], near.first[u + 1]):
            owner[k] = np.searchsorted(first_part, near.part[k], side="right") - 1
            p = place[owner[k]]
            if p >= 0:
                begin[p * units + u + 1] += 1
    begin = np.cumsum(begin)
    free = begin.copy()
    part = np.empty(begin[-1], dtype=np.uint32)
    value = np.empty(begin[-1], dtype=np.float32)
    bearers = np.empty(begin[-1], dtype=np.uint32)
    for u in range(units):
        for k in range(near.first[u], near.first[u + 1]):
            p = place[owner[k]]
            if p >= 0:
                at = free[p * units + u]
                free[p * units + u] += 1
                part[at] = near.part[k] - first_part[owner[k]]
                value[at] = near.value[k]
                bearers[at] = near.bearers[k]
    return begin, part, value, bearers


@njit(cache=True)
def only_asked(near, first_part, place):
    """What was found, without that of segments which are not asked."""
    first = np.zeros_like(near.first)
    kept = np.zeros(near.part.shape[0], dtype=np.bool_)
    for u in range(near.first.shape[0] - 1):
        first[u + 1] = first[u]
        for k in range(near.first[u], near.first[u + 1]):
            kept[k] = place[np.searchsorted(first_part, near.part[k], side="right") - 1] >= 0
            first[u + 1] += kept[k]
    return Near(first, near.part[kept], near.value[kept], near.bearers[kept])
