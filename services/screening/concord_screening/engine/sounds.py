"""Whether what is left over of two names could sound alike at all: a quick look before a close one."""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

import numpy as np

from concord_screening.engine.lean import lean

CLASSES = 10
# Names written as one word are compared only when this share of their consonants could correspond; where
# Chinese characters or kana spell foreign sounds, less of them can.
_SHARED = 0.5
_SHARED_SYLLABIC = 0.34
_SYLLABIC = (3, 4)


def _sounds() -> np.ndarray:
    """Letters in classes of sounds that scripts and ears confuse; vowels, h and the like are in none."""
    table = np.zeros(64, dtype=np.uint8)
    classes = ("pb", "fvW", "kgqcxGK", "szjSCJZXO", "tdTDF", "m", "nN", "lL", "r")
    for number, members in enumerate(classes, start=1):
        for letter in members:
            table[ord(letter) - 96 if letter.islower() else ord(letter) - 38] = number
    return table


_SOUND_OF = _sounds()


@lean
def sounds_of(words, p, out):
    """How many consonants of each class a part has, by its first spelling."""
    out[:] = 0
    s = words.first[p]
    for at in range(words.begin[s], words.begin[s + 1]):
        out[_SOUND_OF[words.letters[at]]] += 1


@lean
def could_be_one(left, n, right, m, partner, channel_a, channel_b):
    """Whether what is left over of two names has consonants alike enough for a closer look."""
    shared = 0
    fewer = 0
    more = 0
    for x in range(1, CLASSES):
        mine = 0
        theirs = 0
        for j in range(m):
            theirs += right[j, x]
        for i in range(n):
            if partner[i] < 0:
                mine += left[i, x]
            else:
                theirs -= right[partner[i], x]
        shared += min(mine, theirs)
        fewer += mine
        more += theirs
    least = _SHARED_SYLLABIC if channel_a in _SYLLABIC or channel_b in _SYLLABIC else _SHARED
    return shared >= least * max(1, fewer, more)
