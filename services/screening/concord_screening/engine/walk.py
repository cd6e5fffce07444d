"""Finds the listed parts that may be a part of the candidate's name, by walking the trees of all segments at once.

The walk is led by the same learned evidence that scores the names: at each depth it keeps the prefixes
that the part's letters explain best. Nothing is romanised into one fixed spelling on the way, which is
why names written in another script are found.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from concord_screening.engine.lean import lean
from concord_screening.engine.spread import LETTERS, PAD, first_row, reckon_reach, step
from concord_screening.engine.trie import LONGEST_PART

# A prefix is given up when even so many times what it may still come to is too little: the next letter may make one
# unit with the last, and all ways to cut a spelling together come to more than the best.
_HOPE = 30.0


class Beam(NamedTuple):
    """Working space of one walk, three rows of prefixes in turn. A prefix has one node in each tree that has it:
    `nodes[row, begin[row, k]]` to `nodes[row, until[row, k]]`.

    `ordered` is for finding the best; `letters`, `head`, `child` and `following` are for putting the children of many
    nodes together by their letter.
    """

    rows: np.ndarray
    begin: np.ndarray
    until: np.ndarray
    nodes: np.ndarray
    parents: np.ndarray
    value: np.ndarray
    ordered: np.ndarray
    letters: np.ndarray
    head: np.ndarray
    child: np.ndarray
    following: np.ndarray


def beam(width: int, trees: int) -> Beam:
    """Working space for walks through so many trees that keep `width` prefixes; made once per thread."""
    room = width * 30
    return Beam(
        np.zeros((3, room * (LONGEST_PART + 1 + PAD)), dtype=np.float64),
        np.zeros((3, room), dtype=np.uint32),
        np.zeros((3, room), dtype=np.uint32),
        np.zeros((3, room * trees), dtype=np.uint32),
        np.zeros((3, room), dtype=np.uint32),
        np.zeros(room, dtype=np.float64),
        np.zeros(room, dtype=np.float64),
        np.zeros(LETTERS, dtype=np.uint8),
        np.full(LETTERS, -1, dtype=np.int32),
        np.zeros(LETTERS * trees, dtype=np.uint32),
        np.zeros(LETTERS * trees, dtype=np.int32),
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


@njit(cache=True, inline="always")
def _by_letter(tree, nodes, begin, until, work):
    """Puts the children of these nodes together by letter, in lists from `head` on; gives how many letters."""
    seen = 0
    item = 0
    for x in range(begin, until):
        node = nodes[x]
        for c in range(tree.child[node], tree.child[node] + tree.children[node]):
            own = tree.letter[c]
            if work.head[own] < 0:
                work.letters[seen] = own
                seen += 1
            work.child[item] = c
            work.following[item] = work.head[own]
            work.head[own] = item
            item += 1
    return seen


@lean
def walk(  # noqa: PLR0912, PLR0915 - one compiled loop
    units, row, tree, roots, n, width, fall, least, spread, work, found, evidence, size
):
    """Adds spellings of one listed channel that may be the spelling laid out, with their evidence.

    `roots` are that channel's, of all trees. `least` is the smallest ratio that counts; a prefix is given up that has
    less than the share `fall` of the best of its length, or that the rest of the spelling cannot bring up to `least`.
    Gives the new number of found spellings.
    """
    reckon_reach(units, row, n, spread)
    # Rows lie one behind the other, each as long as this spelling needs: they stay in the cache. A prefix knows
    # its parent's place among those before, whose rows units of two letters start from.
    wide = n + 1 + PAD
    room = work.value.shape[0]
    now, before, later = 0, 1, 2
    held = 1
    fill = 0
    for root in roots:
        if tree.children[root] > 0:
            work.nodes[now, fill] = root
            fill += 1
    work.begin[now, 0] = 0
    work.until[now, 0] = fill
    work.parents[now, 0] = 0
    if fill == 0:
        return size
    first_row(spread, n, work.rows[now, :wide])
    depth = 0
    while held > 0 and depth < LONGEST_PART - 1:
        made = 0
        top = 0.0
        fill = 0
        for k in range(held):
            start = work.begin[now, k]
            node = work.nodes[now, start]
            last = tree.letter[node] if depth > 0 else np.uint8(0)
            mine = work.rows[now, k * wide : (k + 1) * wide]
            above = work.parents[now, k]
            parents = work.rows[before, above * wide : (above + 1) * wide]
            alone = work.until[now, k] - start == 1
            if alone:
                letters = np.int64(tree.children[node])
            else:
                letters = _by_letter(tree, work.nodes[now], start, work.until[now, k], work)
            for x in range(letters):
                if alone:
                    item = np.int32(-1)
                    c = tree.child[node] + x
                    own = tree.letter[c]
                else:
                    own = work.letters[x]
                    item = work.head[own]
                    work.head[own] = -1
                    c = work.child[item]
                if made == room:
                    continue
                out = work.rows[later, made * wide : (made + 1) * wide]
                out[0] = 0.0
                out[1] = 0.0
                best = step(units, row, spread, n, own, last, mine, parents, out)
                begin = fill
                while True:
                    if out[n + PAD] >= least:
                        for e in range(tree.end[c], tree.end[c + 1]):
                            if size < found.shape[0]:
                                found[size] = tree.ends[e]
                                evidence[size] = np.log(out[n + PAD])
                                size += 1
                    if tree.children[c] > 0:
                        work.nodes[later, fill] = c
                        fill += 1
                    if alone or work.following[item] < 0:
                        break
                    item = work.following[item]
                    c = work.child[item]
                if fill == begin or best < top * fall:
                    fill = begin
                    continue
                hope = 0.0
                for i in range(n + 1):
                    hope = max(hope, out[i + PAD] * spread.reach[i])
                if hope * _HOPE < least:
                    fill = begin
                    continue
                work.begin[later, made] = begin
                work.until[later, made] = fill
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
                    work.begin[later, kept] = work.begin[later, m]
                    work.until[later, kept] = work.until[later, m]
                    work.parents[later, kept] = work.parents[later, m]
                    for i in range(wide):
                        work.rows[later, kept * wide + i] = work.rows[later, m * wide + i]
                kept += 1
        now, before, later = later, now, before
        held = kept
        depth += 1
    return size
