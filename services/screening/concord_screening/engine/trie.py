"""The prefix trees of listed parts, one per channel, in which `walk` finds those that may be a candidate's."""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from concord_screening.engine.arrays import Words
from concord_screening.engine.letters import MAX_SYMBOLS

N_CHANNELS = 11
# Places of a part in a tree: its symbols, the root, and one where the walk ends.
LONGEST_PART = MAX_SYMBOLS + 2


class Trie(NamedTuple):
    """One tree per channel. Children of a node lie together; `ends[e]` are spellings that end at a node."""

    root: np.ndarray
    letter: np.ndarray
    child: np.ndarray
    children: np.ndarray
    end: np.ndarray
    ends: np.ndarray
    part: np.ndarray


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
