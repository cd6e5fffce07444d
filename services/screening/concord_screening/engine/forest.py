"""The prefix trees of many segments grown into one, so that one walk goes through all: a prefix that several of them
have stands there once.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numba import njit

from concord_screening.engine.editmodel import SYMBOLS
from concord_screening.engine.files import let_go
from concord_screening.engine.listing import Listing
from concord_screening.engine.retrieve import Dealt, Near
from concord_screening.engine.trie import Trie


class Forest(NamedTuple):
    """One tree for several segments. Parts are numbered through: those of segment s are `first_part[s]` to
    `first_part[s + 1]`; `bearers` is how many names of its segment have a part.
    """

    tree: Trie
    first_part: np.ndarray
    bearers: np.ndarray


def plant(listings: Sequence[Listing]) -> Forest:
    """The forest of these segments; of one alone, its own tree without a copy."""
    trees = [listing.tree for listing in listings]
    parts = np.cumsum([0, *(len(listing.words.first) - 1 for listing in listings)])
    bearers = np.concatenate([np.diff(listing.doors.post_first) for listing in listings])
    tree = trees[0]
    if len(trees) > 1:
        nodes = np.cumsum([0, *(len(tree.letter) for tree in trees)])
        spellings = np.cumsum([0, *(len(tree.part) for tree in trees)])
        letter, child, children, end, ends = _grafted(
            np.stack([tree.root + nodes[n] for n, tree in enumerate(trees)], axis=1),
            np.concatenate([tree.letter for tree in trees]),
            _joined([tree.child for tree in trees], nodes),
            np.concatenate([tree.children for tree in trees]),
            np.append(_joined([tree.end[:-1] for tree in trees], spellings), np.uint32(spellings[-1])),
            _joined([tree.ends for tree in trees], spellings),
        )
        part = _joined([tree.part for tree in trees], parts)
        tree = Trie(np.arange(len(tree.root), dtype=np.uint32), letter, child, children, end, ends, part)
        for own in trees:
            let_go(own)  # nobody walks it while it is grown into this one
    return Forest(tree, parts, bearers)


def _joined(arrays: Sequence[np.ndarray], first: np.ndarray) -> np.ndarray:
    """One behind another; array n counts on from `first[n]`."""
    out = np.concatenate(arrays)
    begin = 0
    for n, own in enumerate(arrays):
        out[begin : begin + len(own)] += out.dtype.type(first[n])
        begin += len(own)
    return out


@njit(cache=True, nogil=True)
def _grafted(roots, letter, child, children, end, ends):
    """Trees that lie one behind another as one tree per channel, breadth first: letter, child, children, end, ends.

    `roots` by channel and tree. Nodes that are reached by the same letters become one; each stays in the order of its
    tree, so that a spelling is found in the order of the trees.
    """
    room = letter.shape[0]
    # The nodes that each new node is made of lie together, in the order of the new ones.
    made_of = np.empty(room, dtype=np.uint32)
    until = np.empty(room, dtype=np.uint32)
    new_letter = np.zeros(room, dtype=np.uint8)
    new_child = np.zeros(room, dtype=np.uint32)
    new_children = np.zeros(room, dtype=np.uint8)
    new_end = np.zeros(room + 1, dtype=np.uint32)
    new_ends = np.empty(ends.shape[0], dtype=np.uint32)
    by_letter = np.zeros(SYMBOLS + 1, dtype=np.int64)
    count = 0
    placed = 0
    for c in range(roots.shape[0]):
        for t in range(roots.shape[1]):
            made_of[placed] = roots[c, t]
            placed += 1
        until[count] = placed
        count += 1
    ended = 0
    node = 0
    begin = 0
    while node < count:
        new_end[node] = ended
        new_child[node] = count
        by_letter[:] = 0
        for x in range(begin, until[node]):
            own = made_of[x]
            for e in range(end[own], end[own + 1]):
                new_ends[ended] = ends[e]
                ended += 1
            for k in range(child[own], child[own] + children[own]):
                by_letter[letter[k] + 1] += 1
        # First how many come of each letter, then where the next of that letter goes.
        for symbol in range(SYMBOLS):
            if by_letter[symbol + 1] > 0:
                new_letter[count] = symbol
                new_children[node] += 1
                until[count] = placed + by_letter[symbol + 1]
                by_letter[symbol + 1] = placed
                placed = until[count]
                count += 1
        for x in range(begin, until[node]):
            own = made_of[x]
            for k in range(child[own], child[own] + children[own]):
                made_of[by_letter[letter[k] + 1]] = k
                by_letter[letter[k] + 1] += 1
        begin = until[node]
        node += 1
    new_end[count] = ended
    return (
        new_letter[:count].copy(), new_child[:count].copy(), new_children[:count].copy(), new_end[: count + 1].copy(),
        new_ends,
    )  # fmt: skip


@njit(cache=True)
def apart(near, first_part, place, count):
    """What was found, by the `count` segments that are asked: `place[s]` is segment s's among these (-1: not asked).

    Parts are numbered as in their segment.
    """
    units = near.first.shape[0] - 1
    low = np.zeros((count, units), dtype=np.int64)
    high = np.zeros((count, units), dtype=np.int64)
    owner = np.empty(near.part.shape[0], dtype=np.int64)
    for u in range(units):
        for k in range(near.first[u], near.first[u + 1]):
            owner[k] = np.searchsorted(first_part, near.part[k], side="right") - 1
            p = place[owner[k]]
            if p >= 0:
                high[p, u] += 1
    total = 0
    for p in range(count):
        for u in range(units):
            low[p, u] = total
            total += high[p, u]
            high[p, u] = low[p, u]
    part = np.empty(total, dtype=np.uint32)
    value = np.empty(total, dtype=np.float32)
    for u in range(units):
        for k in range(near.first[u], near.first[u + 1]):
            p = place[owner[k]]
            if p >= 0:
                at = high[p, u]
                high[p, u] += 1
                part[at] = near.part[k] - first_part[owner[k]]
                value[at] = near.value[k]
    return Dealt(low, high, part, value)


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
