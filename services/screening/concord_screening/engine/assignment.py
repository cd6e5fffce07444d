"""Assigns the parts of two names to each other, and says in a few numbers how well they agree."""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from concord_screening.engine.lean import lean

MAX_PARTS = 6
FEATURES = (
    "per_letter",  # evidence of the assigned parts, per letter
    "covered_short",  # share of the shorter name's letters that found a counterpart
    "covered_long",  # the same of the longer name
    "worst_part",  # evidence per letter of the part that agrees worst, of the name with fewer parts
    "joined",  # evidence per letter with each name written as one word
    "evidence",  # evidence of the assigned parts, in all
    "left_over_both",  # parts without counterpart on both sides: these contradict
    "left_over_one",  # parts without counterpart on one side only: may just not be written
    "matched",  # number of parts that found a counterpart
    "best_part",  # evidence of the best part
    "rarity",  # how rare the parts that agree are among names in general
)
N_FEATURES = len(FEATURES)
(
    PER_LETTER,
    COVERED_SHORT,
    COVERED_LONG,
    WORST_PART,
    JOINED,
    EVIDENCE,
    LEFT_OVER_BOTH,
    LEFT_OVER_ONE,
    MATCHED,
    BEST_PART,
    RARITY,
) = range(N_FEATURES)
# Below this a part counts as having no counterpart.
MATCH = 0.5
# How rare parts written together are: no table of names has them.
NOWHERE = 99.0
# So much evidence per letter is more than likeness.
AGREES = 1.0
# Hardly any Chinese family name of one character has more letters, and hardly any foreign name of three fewer.
_FAMILY_MOST = 5


class Parts(NamedTuple):
    """The parts of one name: how many letters each has, how rare it is among names in general, and whether one person
    may bear it beside another (see `arrays.Words`)."""

    sizes: np.ndarray
    rare: np.ndarray
    beside: np.ndarray


class Assigning(NamedTuple):
    """Working space of `assign`."""

    best: np.ndarray
    choice: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    column_of: np.ndarray


@njit(cache=True)
def assigning():
    """Working space to assign parts of names."""
    return Assigning(
        np.zeros((MAX_PARTS + 1, 1 << MAX_PARTS)),
        np.full((MAX_PARTS + 1, 1 << MAX_PARTS), -1, dtype=np.int8),
        np.zeros(MAX_PARTS, dtype=np.int64),
        np.zeros(MAX_PARTS, dtype=np.int64),
        np.zeros(MAX_PARTS, dtype=np.int64),
    )


@njit(cache=True)
def parts_room():
    """Room for the parts of one name."""
    return Parts(np.zeros(MAX_PARTS), np.zeros(MAX_PARTS), np.zeros(MAX_PARTS, dtype=np.bool_))


@lean
def assign(scores, n, m, room, partner):
    """The one-to-one assignment with the most evidence; `partner[i]` is -1 for none. n and m are at most 6.

    Most parts have no counterpart at all, and are left out before anything is tried.
    """
    rows = 0
    columns = 0
    for j in range(m):
        room.column_of[j] = -1
    for i in range(n):
        partner[i] = -1
        some = False
        for j in range(m):
            if scores[i, j] >= MATCH:
                some = True
                if room.column_of[j] < 0:
                    room.column_of[j] = columns
                    room.columns[columns] = j
                    columns += 1
        if some:
            room.rows[rows] = i
            rows += 1
    if rows == 0:
        return 0.0
    if rows == 1:
        i = room.rows[0]
        top = room.columns[0]
        for c in range(1, columns):
            if scores[i, room.columns[c]] > scores[i, top]:
                top = room.columns[c]
        partner[i] = top
        return np.float64(scores[i, top])
    return _assign_some(scores, rows, columns, room, partner)


@lean
def _assign_some(scores, rows, columns, room, partner):
    """Tries every assignment of `room.rows` to `room.columns`, by sets of columns taken."""
    best = room.best
    choice = room.choice
    size = 1 << columns
    best[: rows + 1, :size] = -1.0
    best[0, 0] = 0.0
    for r in range(rows):
        i = room.rows[r]
        for mask in range(size):
            if best[r, mask] < 0.0:
                continue
            if best[r, mask] > best[r + 1, mask]:
                best[r + 1, mask] = best[r, mask]
                choice[r + 1, mask] = -1
            for c in range(columns):
                if mask >> c & 1 or scores[i, room.columns[c]] < MATCH:
                    continue
                value = best[r, mask] + scores[i, room.columns[c]]
                other = mask | 1 << c
                if value > best[r + 1, other]:
                    best[r + 1, other] = value
                    choice[r + 1, other] = c
    top = 0
    for mask in range(size):
        if best[rows, mask] > best[rows, top]:
            top = mask
    mask = top
    for r in range(rows, 0, -1):
        c = choice[r, mask]
        if c >= 0:
            partner[room.rows[r - 1]] = room.columns[c]
            mask ^= 1 << c
    return best[rows, top]


@lean
def set_apart(scores, n, m, a, b, partner, han_first):
    """Takes back what was assigned by chance between a Chinese given name and a Western one, where the family names
    agree; gives whether the one then stands beside the other: Claudia Ho is 何思敏, Claudia Ho Kit-ling is not.

    `han_first` tells that `a` is the name in Chinese characters; the other is in Latin letters.
    """
    given = -1
    family = -1
    han, latin = (a, b) if han_first else (b, a)
    if (n if han_first else m) != 2:
        return False
    for i in range(n):
        j = partner[i]
        if j >= 0:
            agrees = scores[i, j] / (0.5 * (a.sizes[i] + b.sizes[j])) > AGREES
            own = i if han_first else j
            if agrees and not han.beside[own] and han.sizes[own] <= _FAMILY_MOST:
                family = i
            elif not agrees and a.beside[i] and b.beside[j]:
                given = i
            else:
                return False
    if family < 0 or not han.beside[1 - (family if han_first else partner[family])]:
        return False
    # Nothing of the Latin name but the family name may be anything else than a Western given name.
    for k in range(m if han_first else n):
        if k != (partner[family] if han_first else family) and not latin.beside[k]:
            return False
    if given >= 0:
        partner[given] = -1
    return n > 1 and m > 1


@lean
def measure(scores, n, m, a, b, partner, beside, out):
    """Writes the numbers that describe one assignment; all of `FEATURES` but "joined".

    `beside` tells that given names stand beside each other, see `set_apart`.
    """
    evidence = 0.0
    covered_a = 0.0
    covered_b = 0.0
    matched = 0
    best = 0.0
    worst = 9.0
    rarity = 0.0
    total_a = 0.0
    total_b = 0.0
    for i in range(n):
        total_a += a.sizes[i]
    for j in range(m):
        total_b += b.sizes[j]
    for i in range(n):
        j = partner[i]
        if j < 0:
            continue
        matched += 1
        evidence += scores[i, j]
        covered_a += a.sizes[i]
        covered_b += b.sizes[j]
        best = max(best, scores[i, j])
        worst = min(worst, scores[i, j] / (0.5 * (a.sizes[i] + b.sizes[j])))
        rare = 0.5 * (a.rare[i] + b.rare[j])
        if max(a.rare[i], b.rare[j]) >= NOWHERE:
            rare = min(a.rare[i], b.rare[j])
        rarity += min(rare, scores[i, j])
    share_a = covered_a / total_a
    share_b = covered_b / total_b
    a_is_short = total_a < total_b or (total_a == total_b and share_a <= share_b)
    left = 0 if beside else min(n, m) - matched
    out[PER_LETTER] = evidence / max(1.0, 0.5 * (covered_a + covered_b))
    out[COVERED_SHORT] = share_a if a_is_short else share_b
    out[COVERED_LONG] = share_b if a_is_short else share_a
    out[WORST_PART] = -1.0 if left > 0 or matched == 0 else worst
    out[EVIDENCE] = evidence
    out[LEFT_OVER_BOTH] = left
    out[LEFT_OVER_ONE] = n + m - 2 * matched if beside else abs(n - m)
    out[MATCHED] = matched
    out[BEST_PART] = best
    out[RARITY] = rarity
