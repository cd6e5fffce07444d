"""Finds the listed parts that may be a part of the candidate's name, by walking a prefix tree.

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

from concord_screening.engine.arrays import Words
from concord_screening.engine.spread import first_row, reckon_reach, step

N_CHANNELS = 11
LONGEST_PART = 42
# A prefix is given up when even so many times what it may still come to is too little: the next letter may make one
# unit with the last, and all ways to cut a spelling together come to more than the best.
_HOPE = 30.0


class Trie(NamedTuple):
    """One tree per channel. Children of a node lie together; `ends[e]` are spellings that end at a node."""

    root: np.ndarray
    letter: np.ndarray
    child: np.ndarray
    children: np.ndarray
    end: np.ndarray
    ends: np.ndarray
    part: np.ndarray


class Beam(NamedTuple):
    """Working space of one walk."""

    rows: np.ndarray
    nodes: np.ndarray
    parents: np.ndarray
    value: np.ndarray


def beam(width: int) -> Beam:
    """Working space for walks that keep `width` prefixes; made once per thread."""
    room = width * 30
    return Beam(
        np.zeros((3, room * LONGEST_PART), dtype=np.float64),
        np.zeros((3, room), dtype=np.uint32),
        np.zeros((3, room), dtype=np.uint32),
        np.zeros(room, dtype=np.float64),
    )


@njit(cache=True, nogil=True)
def _grow(letters, begin, order, low, high, root, channels):
    """Builds the trees breadth first from spellings in order; gives letter, child, children, end."""
    room = 16
    for k in range(order.shape[0]):
        room += begin[order[k] + 1] - begin[order[k]] + 1
    letter = np.zeros(room, dtype=np.uint8)
    child = np.zeros(room, dtype=np.uint32)
    children = np.zeros(room, dtype=np.uint8)
    end = np.zeros(room + 1, dtype=np.uint32)
    ends = np.zeros(order.shape[0], dtype=np.uint32)
    from_ = np.zeros(room, dtype=np.int64)
    to = np.zeros(room, dtype=np.int64)
    depth = np.zeros(room, dtype=np.uint8)
    count = 0
    for c in range(channels):
        root[c] = count
        from_[count] = low[c]
        to[count] = high[c]
        count += 1
    ended = 0
    node = 0
    while node < count:
        end[node] = ended
        at = from_[node]
        d = depth[node]
        while at < to[node] and begin[order[at] + 1] - begin[order[at]] == d:
            ends[ended] = order[at]
            ended += 1
            at += 1
        child[node] = count
        while at < to[node]:
            own = letters[begin[order[at]] + d]
            start = at
            while at < to[node] and letters[begin[order[at]] + d] == own:
                at += 1
            letter[count] = own
            from_[count] = start
            to[count] = at
            depth[count] = d + 1
            children[node] += 1
            count += 1
        node += 1
    end[count] = ended
    return letter[:count].copy(), child[:count].copy(), children[:count].copy(), end[: count + 1].copy(), ends


def build(words: Words) -> Trie:
    """The trees of all spellings of the parts."""
    count = len(words.channel)
    spellings: np.ndarray = words.first[1:] - words.first[:-1]
    part = np.repeat(np.arange(len(words.first) - 1, dtype=np.uint32), spellings)
    raw = words.letters.tobytes()
    begin = words.begin.tolist()
    spelled = [raw[begin[s] : begin[s + 1]] for s in range(count)]
    channel = words.channel.tolist()
    order = np.array(sorted(range(count), key=lambda s: (channel[s], spelled[s])), dtype=np.int64)
    sorted_channels = words.channel[order]
    low = np.searchsorted(sorted_channels, np.arange(N_CHANNELS), side="left")
    high = np.searchsorted(sorted_channels, np.arange(N_CHANNELS), side="right")
    root = np.zeros(N_CHANNELS, dtype=np.uint32)
    letter, child, children, end, ends = _grow(words.letters, words.begin, order, low, high, root, N_CHANNELS)
    return Trie(root, letter, child, children, end, ends, part)


@njit(cache=True)
def _cut(value, made, width):
    """The value of the best `width` of the first `made`, the last of them."""
    return np.partition(value[:made], made - width)[made - width]


@njit(cache=True)
def walk(  # noqa: PLR0912, PLR0915 - one compiled loop
    units, row, trie, root, n, width, fall, least, spread, work, found, evidence, size
):
    """Adds spellings of one listed channel that may be the spelling laid out, with their evidence.

    `least` is the smallest ratio that counts; a prefix is given up that has less than the share `fall` of the best of
    its length, or that the rest of the spelling cannot bring up to `least`. Gives the new number of found spellings.
    """
    reckon_reach(units, row, n, spread)
    # Rows lie one behind the other, each as long as this spelling needs: they stay in the cache. A prefix knows
    # its parent's place among those before, whose rows units of two letters start from.
    wide = n + 1
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
            last = trie.letter[node] if depth > 0 else np.uint8(0)
            mine = work.rows[now, k * wide : (k + 1) * wide]
            above = work.parents[now, k]
            parents = work.rows[before, above * wide : (above + 1) * wide]
            for c in range(trie.child[node], trie.child[node] + trie.children[node]):
                if made == room:
                    break
                out = work.rows[later, made * wide : (made + 1) * wide]
                best = step(units, row, spread, n, trie.letter[c], last, mine, parents, out)
                if out[n] >= least:
                    for e in range(trie.end[c], trie.end[c + 1]):
                        if size < found.shape[0]:
                            found[size] = trie.ends[e]
                            evidence[size] = np.log(out[n])
                            size += 1
                if trie.children[c] == 0 or best < top * fall:
                    continue
                hope = 0.0
                for i in range(wide):
                    hope = max(hope, out[i] * spread.reach[i])
                if hope * _HOPE < least:
                    continue
                work.nodes[later, made] = c
                work.parents[later, made] = k
                work.value[made] = best
                top = max(top, best)
                made += 1
        cut = top * fall
        if made > width:
            cut = max(cut, _cut(work.value, made, width))
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
