"""Finds the listed parts that may be a part of the candidate's name, by walking a tree.

The walk is led by the same learned evidence that scores the names: at each depth it keeps the prefixes
that the part's letters explain best. Nothing is romanised into one fixed spelling on the way, which is
why names written in another script are found.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from concord_screening.engine.lean import lean
from concord_screening.engine.spread import PAD, first_row, reckon_reach, step
from concord_screening.engine.trie import LONGEST_PART

# A prefix is given up when even so many times what it may still come to is too little: the next letter may make one
# unit with the last, and all ways to cut a spelling together come to more than the best.
_HOPE = 30.0


class Beam(NamedTuple):
    """Working space of one walk, three rows of prefixes in turn; `ordered` is for finding the best."""

    rows: np.ndarray
    nodes: np.ndarray
    parents: np.ndarray
    value: np.ndarray
    ordered: np.ndarray


def beam(width: int) -> Beam:
    """Working space for walks that keep `width` prefixes; made once per thread."""
    room = width * 30
    return Beam(
        np.zeros((3, room * (LONGEST_PART + 1 + PAD)), dtype=np.float64),
        np.zeros((3, room), dtype=np.uint32),
        np.zeros((3, room), dtype=np.uint32),
        np.zeros(room, dtype=np.float64),
        np.zeros(room, dtype=np.float64),
    )


@lean
def _cut(value, made, width, work):
    """The last of the best `width` of the first `made` values."""
    for k in range(made):
        work[k] = value[k]
    low = 0
    high = made - 1
    while low < high:
        middle = work[(low + high) // 2]
        i = low
        j = high
        while i <= j:
            while work[i] > middle:
                i += 1
            while work[j] < middle:
                j -= 1
            if i <= j:
                work[i], work[j] = work[j], work[i]
                i += 1
                j -= 1
        if width - 1 <= j:
            high = j
        elif width - 1 >= i:
            low = i
        else:
            break
    return work[width - 1]


@lean
def walk(  # noqa: PLR0912, PLR0915 - one compiled loop
    units, row, tree, root, n, width, fall, least, spread, work, found, evidence, size
):
    """Adds spellings of one listed channel that may be the spelling laid out, with their evidence.

    `root` is that channel's. `least` is the smallest ratio that counts; a prefix is given up that has less than the
    share `fall` of the best of its length, or that the rest of the spelling cannot bring up to `least`. Gives the new
    number of found spellings.
    """
    reckon_reach(units, row, n, spread)
    # Rows lie one behind the other, each as long as this spelling needs: they stay in the cache. A prefix knows
    # its parent's place among those before, whose rows units of two letters start from.
    wide = n + 1 + PAD
    room = work.value.shape[0]
    now, before, later = 0, 1, 2
    held = 1
    work.nodes[now, 0] = root
    work.parents[now, 0] = 0
    first_row(spread, n, work.rows[now, :wide])
    depth = 0
    while held > 0 and depth < LONGEST_PART - 1:
        made = 0
        top = 0.0
        for k in range(held):
            node = work.nodes[now, k]
            last = tree.letter[node] if depth > 0 else np.uint8(0)
            mine = work.rows[now, k * wide : (k + 1) * wide]
            above = work.parents[now, k]
            parents = work.rows[before, above * wide : (above + 1) * wide]
            for c in range(tree.child[node], tree.child[node] + tree.children[node]):
                if made == room:
                    break
                out = work.rows[later, made * wide : (made + 1) * wide]
                out[0] = 0.0
                out[1] = 0.0
                best = step(units, row, spread, n, tree.letter[c], last, mine, parents, out)
                if out[n + PAD] >= least and tree.end[c + 1] > tree.end[c]:
                    value = np.log(out[n + PAD])
                    for e in range(tree.end[c], tree.end[c + 1]):
                        if size < found.shape[0]:
                            found[size] = tree.ends[e]
                            evidence[size] = value
                            size += 1
                if tree.children[c] == 0 or best < top * fall:
                    continue
                hope = 0.0
                for i in range(n + 1):
                    hope = max(hope, out[i + PAD] * spread.reach[i])
                if hope * _HOPE < least:
                    continue
                work.nodes[later, made] = c
                work.parents[later, made] = k
                work.value[made] = best
                top = max(top, best)
                made += 1
        cut = top * fall
        if made > width:
            cut = max(cut, _cut(work.value, made, width, work.ordered))
        kept = 0
        for m in range(made):
            if work.value[m] >= cut and kept < width:
                if m > kept:
                    work.nodes[later, kept] = work.nodes[later, m]
                    work.parents[later, kept] = work.parents[later, m]
                    for i in range(wide):
                        work.rows[later, kept * wide + i] = work.rows[later, m * wide + i]
                kept += 1
        now, before, later = later, now, before
        held = kept
        depth += 1
    return size
