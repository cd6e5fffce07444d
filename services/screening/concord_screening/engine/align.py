"""Compares one name with many, part by part, and says how well they agree.

Parts are assigned one to one whatever their order; where that leaves parts over on both sides, two
neighbours written as one word are tried as well; and the two names are compared as one word each. What
comes out are a few numbers (`FEATURES`), the same whichever name is called the first.

Many listed names share parts, so each different part is compared once with each part of the candidate's.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from concord_screening.engine.romanise import Channel
from concord_screening.engine.spread import LEAST, lay_out, ratio_above, reckon_tops, take_out

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
# Below this a part counts as having no counterpart.
MATCH = 0.5
_MATCH_RATIO = float(np.exp(MATCH))
# Names that agree less than this per letter, each written as one word, do so by chance.
JOINED_LEAST = 0.4
_JOINED_FAILS = -0.8
WHOLE_MOST = 60
# Of several spellings written together one of these tells how to compare them.
_AS_WRITTEN = (int(Channel.LATIN), int(Channel.SPELLED))
# Of parts written together the first spellings are enough: each part is compared in all of its own.
SPELLINGS_MOST = 3
# Parts written together are in no table of names: as rare as the rarest.
TOGETHER_RARE = 12.0


class Alike(NamedTuple):
    """What comparing found, by form and entry."""

    features: np.ndarray
    # Evidence each part of the form found, and the unit whose rarity in the list tells how surprising that is.
    per_part: np.ndarray
    by_unit: np.ndarray


class Assigning(NamedTuple):
    """Working space of `assign`."""

    best: np.ndarray
    choice: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    column_of: np.ndarray


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


@njit(cache=True)
def initial(tables, channel_a, a, channel_b, b):
    """Evidence where a part is a single letter: an initial, or nothing."""
    if a.shape[0] == b.shape[0]:
        return 1.5 if a[0] == b[0] and channel_a == channel_b else 0.3
    if channel_a == channel_b and a[0] == b[0]:
        return 1.2
    row = tables.row[channel_a, channel_b]
    if tables.units.one[row, b[0], a[0]] > 3.0:
        return 1.0
    return -3.0


@njit(cache=True)
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


@njit(cache=True)
def part_length(words, p):
    """Letters of a part, by its first spelling."""
    s = words.first[p]
    return np.int64(words.begin[s + 1] - words.begin[s])


@njit(cache=True)
def _spellings(words, p):
    """How many spellings a part has."""
    return np.int64(words.first[p + 1] - words.first[p])


@njit(cache=True)
def _most_spellings(words, ids):
    """In how many ways these parts are written together."""
    most = np.int64(1)
    for p in ids:
        most = max(most, _spellings(words, p))
    return min(most, SPELLINGS_MOST)


@njit(cache=True)
def _sounds_of(words, p, out):
    """How many consonants of each class a part has."""
    out[:] = 0
    s = words.first[p]
    for at in range(words.begin[s], words.begin[s + 1]):
        out[SOUND_OF[words.letters[at]]] += 1


@njit(cache=True)
def _could_be_one(left, n, right, m, partner, least):
    """Whether what is left over of two names has consonants alike enough for a closer look."""
    shared = 0
    fewer = 0
    more = 0
    for x in range(1, 10):
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
    return shared >= least * max(1, fewer, more)


@njit(cache=True)
def _measure(scores, n, m, sizes_a, sizes_b, rare_a, rare_b, partner, out):
    """The numbers that describe one assignment."""
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
        total_a += sizes_a[i]
    for j in range(m):
        total_b += sizes_b[j]
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
        rarity += min(0.5 * (rare_a[i] + rare_b[j]), scores[i, j])
    share_a = covered_a / total_a
    share_b = covered_b / total_b
    a_is_short = total_a < total_b or (total_a == total_b and share_a <= share_b)
    left = min(n, m) - matched
    out[0] = evidence / max(1.0, 0.5 * (covered_a + covered_b))
    out[1] = share_a if a_is_short else share_b
    out[2] = share_b if a_is_short else share_a
    out[3] = -1.0 if left > 0 or matched == 0 else worst
    out[5] = evidence
    out[6] = left
    out[7] = abs(n - m)
    out[8] = matched
    out[9] = best
    out[10] = rarity


@njit(cache=True)
def _assigning():
    """Working space to assign parts of names."""
    return Assigning(
        np.zeros((MAX_PARTS + 1, 1 << MAX_PARTS)),
        np.full((MAX_PARTS + 1, 1 << MAX_PARTS), -1, dtype=np.int8),
        np.zeros(MAX_PARTS, dtype=np.int64),
        np.zeros(MAX_PARTS, dtype=np.int64),
        np.zeros(MAX_PARTS, dtype=np.int64),
    )


@njit(cache=True)
def _fill(tables, own, high, letters, channel, begin, end, row, spread, out):
    """`out[unit, row[k]]`: the best evidence of the units below `high` with the spellings k of listed parts.

    Spellings are given in the order of their channels. What is too little for a counterpart is not told apart.
    """
    count = channel.shape[0]
    ratios = np.empty(out.shape[1])
    units = tables.units
    for u in range(high):
        ratios[:] = _MATCH_RATIO
        for s in range(own.words.first[u], own.words.first[u + 1]):
            a = own.words.letters[own.words.begin[s] : own.words.begin[s + 1]]
            n = a.shape[0]
            mine = own.words.channel[s]
            stop = 0
            while stop < count:
                k = stop
                theirs = channel[k]
                while stop < count and channel[stop] == theirs:
                    stop += 1
                table = tables.row[mine, theirs]
                if table < 0:
                    continue
                if n > 1:
                    lay_out(units, table, a, spread)
                    reckon_tops(units, table, n, spread)
                for t in range(k, stop):
                    m = end[t] - begin[t]
                    if n == 1 or m == 1:
                        value = np.exp(initial_of(tables, mine, a, theirs, letters[begin[t] : end[t]]))
                    elif n > 3 * m + 2 or m > 3 * n + 2:
                        continue
                    else:
                        value = ratio_above(units, table, spread, n, letters, begin[t], end[t], ratios[row[t]])
                    ratios[row[t]] = max(ratios[row[t]], value)
                if n > 1:
                    take_out(units, n, spread)
        for x in range(out.shape[1]):
            out[u, x] = np.log(ratios[x]) if ratios[x] > _MATCH_RATIO else LEAST


@njit(cache=True)
def initial_of(tables, channel_a, a, channel_b, b):
    """`initial`, whichever side has the single letter."""
    if a.shape[0] == 1:
        return initial(tables, channel_a, a, channel_b, b)
    return initial(tables, channel_b, b, channel_a, a)


@njit(cache=True)
def _in_one(words, ids, start, count, total, spelling, out, at):
    """Writes parts one behind the other, from `start` round to its front; gives the channel and the end."""
    size = 0
    channel = -1
    for k in range(count):
        p = ids[(start + k) % total]
        s = words.first[p]
        if spelling < words.first[p + 1] - s:
            s += spelling
        if channel < 0 or (channel not in _AS_WRITTEN and words.channel[s] in _AS_WRITTEN):
            channel = words.channel[s]
        for x in range(words.begin[s], words.begin[s + 1]):
            if size < WHOLE_MOST:
                out[at + size] = words.letters[x]
                size += 1
    return channel, at + size


@njit(cache=True)
def _sorted_by_channel(channel, count):
    """The order of the first `count` spellings by channel."""
    counts = np.zeros(17, dtype=np.int64)
    for k in range(count):
        counts[channel[k] + 1] += 1
    for c in range(1, 17):
        counts[c] += counts[c - 1]
    order = np.empty(count, dtype=np.int64)
    for k in range(count):
        order[counts[channel[k]]] = k
        counts[channel[k]] += 1
    return order


@njit(cache=True)
def _singles(tables, own, names, entries, row_of, spread):
    """Evidence of all units but whole names with each different part of the entries; `row_of` numbers the parts."""
    words = names.words
    parts = 0
    spellings = 0
    for e in entries:
        for at in range(names.first[e], names.first[e + 1]):
            p = names.part[at]
            if row_of[p] == 0:
                parts += 1
                row_of[p] = parts
                spellings += _spellings(words, p)
    channel = np.empty(spellings, dtype=np.int64)
    begin = np.empty(spellings, dtype=np.int64)
    end = np.empty(spellings, dtype=np.int64)
    row = np.empty(spellings, dtype=np.int64)
    count = 0
    seen = 0
    for e in entries:
        for at in range(names.first[e], names.first[e + 1]):
            p = names.part[at]
            if row_of[p] != seen + 1:
                continue
            for s in range(words.first[p], words.first[p + 1]):
                channel[count] = words.channel[s]
                begin[count] = words.begin[s]
                end[count] = words.begin[s + 1]
                row[count] = seen
                count += 1
            seen += 1
    order = _sorted_by_channel(channel, count)
    out = np.empty((own.pairs, parts), dtype=np.float32)
    _fill(tables, own, own.pairs, words.letters, channel[order], begin[order], end[order], row[order], spread, out)
    return out


@njit(cache=True)
def compare(tables, own, names, entries, row_of, spread):  # noqa: PLR0912, PLR0915 - one compiled loop
    """Compares every form of the candidate's name with every entry."""
    words = names.words
    forms = own.channel.shape[0]
    total = entries.shape[0]
    single = _singles(tables, own, names, entries, row_of, spread)
    features = np.zeros((forms, total, N_FEATURES), dtype=np.float64)
    per_part = np.zeros((forms, total, MAX_PARTS), dtype=np.float32)
    by_unit = np.zeros((forms, total, MAX_PARTS), dtype=np.int32)
    room = _assigning()
    partner = np.full(MAX_PARTS, -1, dtype=np.int8)
    scores = np.zeros((MAX_PARTS, MAX_PARTS), dtype=np.float32)
    sizes_a = np.zeros(MAX_PARTS)
    sizes_b = np.zeros(MAX_PARTS)
    rare_a = np.zeros(MAX_PARTS)
    rare_b = np.zeros(MAX_PARTS)
    # Which entries deserve a closer look with which form: parts are left over, and consonants correspond.
    closer = np.zeros((forms, total), dtype=np.bool_)
    pair_first = np.full(total, -1, dtype=np.int64)
    whole_first = np.full(total, -1, dtype=np.int64)
    own_sounds = np.zeros((own.singles, 10), dtype=np.int32)
    left = np.zeros((MAX_PARTS, 10), dtype=np.int32)
    right = np.zeros((MAX_PARTS, 10), dtype=np.int32)
    for u in range(own.singles):
        _sounds_of(own.words, u, own_sounds[u])
    pairs = 0
    wholes = 0
    spellings = 0
    for k in range(total):
        e = entries[k]
        ids_b = names.part[names.first[e] : names.first[e + 1]]
        m = ids_b.shape[0]
        for j in range(m):
            sizes_b[j] = part_length(words, ids_b[j])
            rare_b[j] = 0.1 * words.rare[ids_b[j]]
            _sounds_of(words, ids_b[j], right[j])
        most = _most_spellings(words, ids_b)
        for f in range(forms):
            units = own.unit[own.first[f] : own.first[f + 1]]
            n = units.shape[0]
            for i in range(n):
                sizes_a[i] = part_length(own.words, units[i])
                rare_a[i] = 0.1 * own.words.rare[units[i]]
                for j in range(m):
                    scores[i, j] = single[units[i], row_of[ids_b[j]] - 1]
            assign(scores, n, m, room, partner)
            _measure(scores, n, m, sizes_a, sizes_b, rare_a, rare_b, partner, features[f, k])
            for i in range(n):
                if partner[i] >= 0:
                    per_part[f, k, i] = scores[i, partner[i]]
                by_unit[f, k, i] = units[i]
            out = features[f, k]
            if n == m and out[8] == n and out[3] >= 1.0:
                out[4] = out[0]
                continue
            out[4] = -1.5
            syllabic = own.channel[f] in (3, 4) or names.channel[e] in (3, 4)
            for i in range(n):
                left[i] = own_sounds[units[i]]
            least = _SHARED_SOUNDS_SYLLABIC if syllabic else _SHARED_SOUNDS
            if (out[6] == 0 and n != m) or not _could_be_one(left, n, right, m, partner, least):
                out[4] = out[0] * out[2] if out[6] == 0 else -1.5
                continue
            closer[f, k] = True
            if whole_first[k] < 0:
                whole_first[k] = wholes
                turns = m
                wholes += turns
                spellings += turns * most
                pair_first[k] = pairs
                count = (m - 1 if m > 2 else 2) if m > 1 else 0
                pairs += count
                spellings += count * most
    if wholes == 0:
        for e in entries:
            for at in range(names.first[e], names.first[e + 1]):
                row_of[names.part[at]] = 0
        return Alike(features, per_part, by_unit)
    # Neighbours and whole names of those entries, written as one word.
    letters = np.empty(spellings * WHOLE_MOST, dtype=np.uint8)
    channel = np.empty(spellings, dtype=np.int64)
    begin = np.empty(spellings, dtype=np.int64)
    end = np.empty(spellings, dtype=np.int64)
    row = np.empty(spellings, dtype=np.int64)
    pair_length = np.zeros(pairs)
    at = 0
    count = 0
    for k in range(total):
        if pair_first[k] < 0:
            continue
        e = entries[k]
        ids_b = names.part[names.first[e] : names.first[e + 1]]
        m = ids_b.shape[0]
        for j in range((m - 1 if m > 2 else 2) if m > 1 else 0):
            most = min(max(_spellings(words, ids_b[j]), _spellings(words, ids_b[(j + 1) % m])), SPELLINGS_MOST)
            pair_length[pair_first[k] + j] = part_length(words, ids_b[j]) + part_length(words, ids_b[(j + 1) % m])
            for s in range(most):
                channel[count], stop = _in_one(words, ids_b, j, 2, m, s, letters, at)
                begin[count], end[count], row[count] = at, stop, pair_first[k] + j
                at = stop
                count += 1
    of_pairs = count
    order = _sorted_by_channel(channel, count)
    together = np.empty((own.singles, pairs), dtype=np.float32)
    _fill(tables, own, own.singles, letters, channel[order], begin[order], end[order], row[order], spread, together)
    for k in range(total):
        if whole_first[k] < 0:
            continue
        e = entries[k]
        ids_b = names.part[names.first[e] : names.first[e + 1]]
        m = ids_b.shape[0]
        most = _most_spellings(words, ids_b)
        for turn in range(m):
            for s in range(most):
                channel[count], stop = _in_one(words, ids_b, turn, m, m, s, letters, at)
                begin[count], end[count], row[count] = at, stop, whole_first[k] + turn
                at = stop
                count += 1
    _wholes(
        tables, own, names, entries, closer, whole_first, letters, channel[of_pairs:count], begin[of_pairs:count],
        end[of_pairs:count], row[of_pairs:count], spread, features,
    )  # fmt: skip
    # Two neighbours against one word, where that agrees better than what was assigned.
    trial = np.zeros((MAX_PARTS, MAX_PARTS), dtype=np.float32)
    trial_a = np.zeros(MAX_PARTS)
    trial_b = np.zeros(MAX_PARTS)
    trial_rare_a = np.zeros(MAX_PARTS)
    trial_rare_b = np.zeros(MAX_PARTS)
    trial_unit = np.zeros(MAX_PARTS, dtype=np.int64)
    for k in range(total):
        if pair_first[k] < 0:
            continue
        e = entries[k]
        ids_b = names.part[names.first[e] : names.first[e + 1]]
        m = ids_b.shape[0]
        for f in range(forms):
            out = features[f, k]
            units = own.unit[own.first[f] : own.first[f + 1]]
            n = units.shape[0]
            if not closer[f, k] or n + m < 3 or (out[6] == 0 and out[3] > 1.0) or out[4] < -0.5:
                continue
            for i in range(n):
                sizes_a[i] = part_length(own.words, units[i])
                rare_a[i] = 0.1 * own.words.rare[units[i]]
            for j in range(m):
                sizes_b[j] = part_length(words, ids_b[j])
                rare_b[j] = 0.1 * words.rare[ids_b[j]]
            target = out[5] + 1.0
            for option in range(n + max(2, m)):
                side = 0 if option < n else 1
                place = option if side == 0 else option - n
                if side == 0:
                    unit = own.pair[own.first[f] + place] if place < n - 1 else own.turned[own.first[f]]
                    if n == 1 or unit < 0:
                        continue
                elif m == 1 or (m > 2 and place > m - 2):
                    continue
                rows = n - 1 if side == 0 else n
                columns = m - 1 if side == 1 else m
                # The two that are one take the first free place of the shorter list.
                gone_a = (place + 1 if place < n - 1 else 0) if side == 0 else -1
                gone_b = (place + 1) % m if side == 1 else -1
                r = 0
                for i in range(n):
                    if i == gone_a:
                        continue
                    merged_a = side == 0 and i == min(n - 1, place)
                    c = 0
                    for j in range(m):
                        if j == gone_b:
                            continue
                        if merged_a:
                            trial[r, c] = single[unit, row_of[ids_b[j]] - 1]
                        elif side == 1 and j == place:
                            trial[r, c] = together[units[i], pair_first[k] + place]
                        else:
                            trial[r, c] = single[units[i], row_of[ids_b[j]] - 1]
                        c += 1
                    r += 1
                value = assign(trial, rows, columns, room, partner)
                if value <= target:
                    continue
                target = value
                r = 0
                for i in range(n):
                    if i == gone_a:
                        continue
                    merged_a = side == 0 and i == min(n - 1, place)
                    trial_a[r] = sizes_a[i] + (sizes_a[gone_a] if merged_a else 0.0)
                    trial_rare_a[r] = TOGETHER_RARE if merged_a else rare_a[i]
                    trial_unit[r] = unit if merged_a else units[i]
                    r += 1
                c = 0
                for j in range(m):
                    if j == gone_b:
                        continue
                    merged_b = side == 1 and j == place
                    trial_b[c] = sizes_b[j] + (sizes_b[gone_b] if merged_b else 0.0)
                    trial_rare_b[c] = TOGETHER_RARE if merged_b else rare_b[j]
                    c += 1
                joined = out[4]
                _measure(trial, rows, columns, trial_a, trial_b, trial_rare_a, trial_rare_b, partner, out)
                out[4] = joined
                per_part[f, k, :] = 0.0
                for i in range(rows):
                    by_unit[f, k, i] = trial_unit[i]
                    if partner[i] >= 0:
                        per_part[f, k, i] = trial[i, partner[i]]
    for e in entries:
        for at in range(names.first[e], names.first[e + 1]):
            row_of[names.part[at]] = 0
    return Alike(features, per_part, by_unit)


@njit(cache=True)
def _uses(own, u, out):
    """Writes the forms whose name as one word is unit u, and whether it begins where the form does."""
    count = 0
    for f in range(own.channel.shape[0]):
        for w in range(own.whole_first[f], own.whole_first[f + 1]):
            if own.whole[w] == u:
                out[count, 0] = f
                out[count, 1] = w == own.whole_first[f]
                count += 1
    return count


@njit(cache=True)
def _wholes(tables, own, names, entries, closer, whole_first, letters, channel, begin, end, row, spread, features):
    """Fills the feature "joined" of the entries that deserve a closer look."""
    order = _sorted_by_channel(channel, channel.shape[0])
    owner = np.zeros(row.max() + 1, dtype=np.int64)
    for k in range(entries.shape[0]):
        if whole_first[k] >= 0:
            m = np.int64(names.first[entries[k] + 1] - names.first[entries[k]])
            owner[whole_first[k] : whole_first[k] + m] = k
    uses = np.zeros((own.whole.shape[0], 2), dtype=np.int64)
    units = tables.units
    for u in range(own.pairs, own.words.first.shape[0] - 1):
        used = _uses(own, u, uses)
        for s in range(own.words.first[u], own.words.first[u + 1]):
            a = own.words.letters[own.words.begin[s] : own.words.begin[s + 1]]
            size = a.shape[0]
            laid = -1
            table = np.int64(-1)
            for x in order:
                k = owner[row[x]]
                m = np.int64(names.first[entries[k] + 1] - names.first[entries[k]])
                worst = 9.0
                for use in range(used):
                    f = uses[use, 0]
                    if closer[f, k] and _compared(own.first[f + 1] - own.first[f], m, uses[use, 1]):
                        worst = min(worst, features[f, k, 4])
                if worst == 9.0:
                    continue
                if channel[x] != laid:
                    if table >= 0:
                        take_out(units, size, spread)
                    laid = channel[x]
                    table = tables.row[own.words.channel[s], laid]
                    if table >= 0:
                        lay_out(units, table, a, spread)
                        reckon_tops(units, table, size, spread)
                length = end[x] - begin[x]
                if table < 0 or size == 1 or length == 1 or size > 3 * length + 2 or length > 3 * size + 2:
                    continue
                half = 0.5 * (size + length)
                least = np.exp(half * max(JOINED_LEAST, worst))
                ratio = ratio_above(units, table, spread, size, letters, begin[x], end[x], least)
                value = np.log(ratio) / half if ratio > 0.0 else _JOINED_FAILS
                for use in range(used):
                    f = uses[use, 0]
                    if closer[f, k] and _compared(own.first[f + 1] - own.first[f], m, uses[use, 1]):
                        features[f, k, 4] = max(features[f, k, 4], value)
            if table >= 0:
                take_out(units, size, spread)


@njit(cache=True)
def _compared(n, m, from_start):
    """Whether one name begun here is compared with the other begun anywhere.

    With a short name every order is tried, so that the order typed makes no difference.
    """
    return from_start or (n != m and min(n, m) <= 2)
