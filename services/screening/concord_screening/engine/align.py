"""Compares two names part by part and says how well they agree.

Parts are assigned one to one whatever their order; where that leaves parts over on both sides, two
neighbours written as one word are tried as well; and the two names are compared as one word each. What
comes out are a few numbers (`FEATURES`), the same whichever name is called the first.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from concord_screening.engine.editmodel import log_ratio

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
)
N_FEATURES = len(FEATURES)
# Below this a part counts as having no counterpart.
_MATCH = 0.5


class UnitIndex(NamedTuple):
    """The units again, by table, side and first symbol: `first[2 * table + side, symbol]` on."""

    first: np.ndarray
    second: np.ndarray
    other_first: np.ndarray
    other_second: np.ndarray
    value: np.ndarray


class Tables(NamedTuple):
    """All edit tables in one; `table[x, y]` is the number of the table of two channels."""

    keys: np.ndarray
    values: np.ndarray
    start: np.ndarray
    size: np.ndarray
    table: np.ndarray
    swapped: np.ndarray
    units: UnitIndex


class Words(NamedTuple):
    """Parts of names, numbered. Part p has the spellings `first[p]` to `first[p + 1]`."""

    letters: np.ndarray
    first: np.ndarray
    channel: np.ndarray
    begin: np.ndarray


def _sounds() -> np.ndarray:
    """Letters in classes of sounds that scripts and ears confuse; vowels, h and the like are in none."""
    table = np.zeros(64, dtype=np.uint8)
    classes = ("pb", "fvW", "kgqcxGK", "szjSCJZXO", "tdTDF", "m", "nN", "lL", "r")
    for number, members in enumerate(classes, start=1):
        for letter in members:
            table[ord(letter) - 96 if letter.islower() else ord(letter) - 38] = number
    return table


SOUND_OF = _sounds()
# Names written as one word are compared only when this share of their consonants could correspond; where
# Chinese characters or kana spell foreign sounds, less of them can.
_SHARED_SOUNDS = 0.5
_SHARED_SOUNDS_SYLLABIC = 0.34


class Room(NamedTuple):
    """Working space, made once per thread."""

    grid: np.ndarray
    left: np.ndarray
    right: np.ndarray


def room() -> Room:
    """Working space for comparisons."""
    return Room(np.zeros((121, 121)), np.zeros(121, dtype=np.uint8), np.zeros(121, dtype=np.uint8))


@njit(cache=True)
def compare_letters(tables, channel_a, a, channel_b, b, grid):
    """Evidence that two spellings are one word, in the table of their channels."""
    n = a.shape[0]
    m = b.shape[0]
    if n == 1 or m == 1:
        if n == m:
            return 1.5 if a[0] == b[0] and channel_a == channel_b else 0.3
        if channel_a == channel_b:
            return 1.2 if a[0] == b[0] else -3.0  # an initial
    number = tables.table[channel_a, channel_b]
    low = tables.start[number]
    high = low + tables.size[number]
    keys = tables.keys[low:high]
    values = tables.values[low:high]
    if tables.swapped[channel_a, channel_b]:
        return log_ratio(keys, values, b, a, grid)
    return log_ratio(keys, values, a, b, grid)


@njit(cache=True)
def part_evidence(tables, a, p, b, q, grid):
    """Evidence that part p of one list of parts is part q of another, by their best spellings."""
    best = -12.0
    for s in range(a.first[p], a.first[p + 1]):
        for t in range(b.first[q], b.first[q + 1]):
            value = compare_letters(
                tables,
                a.channel[s],
                a.letters[a.begin[s] : a.begin[s + 1]],
                b.channel[t],
                b.letters[b.begin[t] : b.begin[t + 1]],
                grid,
            )
            best = max(best, value)
    return best


@njit(cache=True)
def part_length(words, p):
    """Letters of a part, by its first spelling."""
    s = words.first[p]
    return words.begin[s + 1] - words.begin[s]


@njit(cache=True)
def _write(words, ids, start, count, total, spelling, out):
    """Writes parts one behind the other, from `start` round to its front; gives the channel and length."""
    size = 0
    channel = -1
    for k in range(count):
        p = ids[(start + k) % total]
        s = words.first[p]
        if spelling < words.first[p + 1] - s:
            s += spelling
        channel = words.channel[s] if channel < 0 or words.channel[s] == 0 else channel
        for at in range(words.begin[s], words.begin[s + 1]):
            if size < 120:
                out[size] = words.letters[at]
                size += 1
    return channel, size


@njit(cache=True)
def run_evidence(tables, a, ids_a, start_a, count_a, b, ids_b, start_b, count_b, work):
    """Evidence that some neighbouring parts of both names, written as one word each, are the same."""
    best = -12.0
    length = 1.0
    most_a = 1
    for k in range(count_a):
        p = ids_a[(start_a + k) % ids_a.shape[0]]
        most_a = max(most_a, a.first[p + 1] - a.first[p])
    most_b = 1
    for k in range(count_b):
        p = ids_b[(start_b + k) % ids_b.shape[0]]
        most_b = max(most_b, b.first[p + 1] - b.first[p])
    for s in range(most_a):
        channel_a, n = _write(a, ids_a, start_a, count_a, ids_a.shape[0], s, work.left)
        for t in range(most_b):
            channel_b, m = _write(b, ids_b, start_b, count_b, ids_b.shape[0], t, work.right)
            value = compare_letters(tables, channel_a, work.left[:n], channel_b, work.right[:m], work.grid)
            if value > best:
                best = value
                length = 0.5 * (n + m)
    return best, length


@njit(cache=True)
def assign(scores, n, m, partner):
    """The one-to-one assignment with the most evidence; `partner[i]` is -1 for none. n is at most 6."""
    size = 1 << m
    best = np.full((n + 1, size), -1.0)
    choice = np.full((n + 1, size), -1, dtype=np.int8)
    best[0, 0] = 0.0
    for i in range(n):
        for mask in range(size):
            if best[i, mask] < 0.0:
                continue
            if best[i, mask] > best[i + 1, mask]:
                best[i + 1, mask] = best[i, mask]
                choice[i + 1, mask] = -1
            for j in range(m):
                if mask >> j & 1 or scores[i, j] < _MATCH:
                    continue
                value = best[i, mask] + scores[i, j]
                other = mask | 1 << j
                if value > best[i + 1, other]:
                    best[i + 1, other] = value
                    choice[i + 1, other] = j
    top = 0
    for mask in range(size):
        if best[n, mask] > best[n, top]:
            top = mask
    mask = top
    for i in range(n, 0, -1):
        j = choice[i, mask]
        partner[i - 1] = j
        if j >= 0:
            mask ^= 1 << j
    return best[n, top]


@njit(cache=True)
def _is_syllabic(words, ids):
    """Whether a name is written in Han or kana."""
    channel = words.channel[words.first[ids[0]]]
    return channel in (3, 4)


@njit(cache=True)
def _could_be_one(a, ids_a, b, ids_b, sound_of, least):
    """Whether the consonants of two names, in any order, are alike enough for a closer look."""
    left = np.zeros(10, dtype=np.int32)
    right = np.zeros(10, dtype=np.int32)
    for p in ids_a:
        s = a.first[p]
        for at in range(a.begin[s], a.begin[s + 1]):
            left[sound_of[a.letters[at]]] += 1
    for p in ids_b:
        s = b.first[p]
        for at in range(b.begin[s], b.begin[s + 1]):
            right[sound_of[b.letters[at]]] += 1
    shared = 0
    fewer = 0
    more = 0
    for k in range(1, 10):
        shared += min(left[k], right[k])
        fewer += left[k]
        more += right[k]
    return shared >= least * max(1, fewer, more)


@njit(cache=True)
def _features(scores, n, m, sizes_a, sizes_b, partner, joined, out):
    """The numbers that describe one assignment."""
    evidence = 0.0
    covered_a = 0.0
    covered_b = 0.0
    matched = 0
    best = 0.0
    worst = 9.0
    for i in range(n):
        j = partner[i]
        if j < 0:
            continue
        matched += 1
        evidence += scores[i, j]
        covered_a += sizes_a[i]
        covered_b += sizes_b[j]
        best = max(best, scores[i, j])
        worst = min(worst, scores[i, j] / (0.5 * (sizes_a[i] + sizes_b[j])))
    total_a = sizes_a[:n].sum()
    total_b = sizes_b[:m].sum()
    share_a = covered_a / total_a
    share_b = covered_b / total_b
    a_is_short = total_a < total_b or (total_a == total_b and share_a <= share_b)
    left = min(n, m) - matched
    out[0] = evidence / max(1.0, 0.5 * (covered_a + covered_b))
    out[1] = share_a if a_is_short else share_b
    out[2] = share_b if a_is_short else share_a
    out[3] = -1.0 if left > 0 or matched == 0 else worst
    out[4] = max(joined, -1.5)
    out[5] = evidence
    out[6] = left
    out[7] = abs(n - m)
    out[8] = matched
    out[9] = best
    return evidence


@njit(cache=True)
def compare_names(  # noqa: PLR0912, PLR0915 - one compiled loop
    tables, a, ids_a, b, ids_b, work, partner, out, per_part
):
    """Fills the features `out`, and for each part of the first name the evidence that it found."""
    n = ids_a.shape[0]
    m = ids_b.shape[0]
    scores = np.zeros((MAX_PARTS, MAX_PARTS))
    sizes_a = np.zeros(MAX_PARTS)
    sizes_b = np.zeros(MAX_PARTS)
    for i in range(n):
        sizes_a[i] = part_length(a, ids_a[i])
        for j in range(m):
            scores[i, j] = part_evidence(tables, a, ids_a[i], b, ids_b[j], work.grid)
    for j in range(m):
        sizes_b[j] = part_length(b, ids_b[j])
    evidence = assign(scores, n, m, partner)
    total = _features(scores, n, m, sizes_a, sizes_b, partner, 0.0, out)
    joined = out[0]
    agrees = n == m and out[8] == n and out[3] >= 1.0
    syllabic = _is_syllabic(a, ids_a) or _is_syllabic(b, ids_b)
    least = _SHARED_SOUNDS_SYLLABIC if syllabic else _SHARED_SOUNDS
    if not agrees and not _could_be_one(a, ids_a, b, ids_b, SOUND_OF, least):
        joined = -12.0
    elif not agrees:
        joined = -12.0
        for turn in range(n):
            # With a short name every order is tried, so that the order typed makes no difference.
            for other in range(m if turn == 0 or min(n, m) <= 2 else 1):
                value, length = run_evidence(tables, a, ids_a, turn, n, b, ids_b, other, m, work)
                joined = max(joined, value / length)
    out[4] = max(joined, -1.5)
    per_part[:] = 0.0
    for i in range(n):
        if partner[i] >= 0:
            per_part[i] = scores[i, partner[i]]
    if n + m < 3 or (out[6] == 0 and out[3] > 1.0) or joined < -0.5:
        return total
    # Neighbours that the other name writes as one word, tried on either side.
    best = evidence + 1.0
    best_scores = scores
    best_sizes_a = sizes_a
    best_sizes_b = sizes_b
    best_n = n
    best_m = m
    merged = -1
    trial_partner = np.full(MAX_PARTS, -1, dtype=np.int8)
    for side in range(2):
        for k in range((n if side == 0 else m) - 1):
            trial = np.zeros((MAX_PARTS, MAX_PARTS))
            trial_a = sizes_a.copy()
            trial_b = sizes_b.copy()
            rows = n - 1 if side == 0 else n
            columns = m - 1 if side == 1 else m
            for i in range(rows):
                for j in range(columns):
                    from_i = i + 1 if side == 0 and i > k else i
                    from_j = j + 1 if side == 1 and j > k else j
                    if side == 0 and i == k:
                        trial[i, j], _ = run_evidence(tables, a, ids_a, k, 2, b, ids_b, j, 1, work)
                    elif side == 1 and j == k:
                        trial[i, j], _ = run_evidence(tables, a, ids_a, i, 1, b, ids_b, k, 2, work)
                    else:
                        trial[i, j] = scores[from_i, from_j]
            if side == 0:
                trial_a[k] += trial_a[k + 1]
                trial_a[k + 1 : MAX_PARTS - 1] = sizes_a[k + 2 :]
            else:
                trial_b[k] += trial_b[k + 1]
                trial_b[k + 1 : MAX_PARTS - 1] = sizes_b[k + 2 :]
            value = assign(trial, rows, columns, trial_partner)
            if value > best:
                best = value
                best_scores, best_sizes_a, best_sizes_b = trial, trial_a, trial_b
                best_n, best_m = rows, columns
                merged = k if side == 0 else -1
    if best_n == n and best_m == m:
        return total
    assign(best_scores, best_n, best_m, trial_partner)
    per_part[:] = 0.0
    for i in range(best_n):
        if trial_partner[i] < 0:
            continue
        value = best_scores[i, trial_partner[i]]
        if merged >= 0 and i == merged:  # two parts found this together
            per_part[i] = value
        else:
            per_part[i + 1 if merged >= 0 and i > merged else i] = value
    return _features(best_scores, best_n, best_m, best_sizes_a, best_sizes_b, trial_partner, joined, out)
