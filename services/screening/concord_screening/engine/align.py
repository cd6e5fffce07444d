"""Compares one name with many, part by part, and says how well they agree.

Parts are assigned one to one whatever their order; where that leaves parts over on both sides, the two
names are compared as one word each, and where that agrees two neighbours written as one word are tried as well. What
comes out are a few numbers (`assignment.FEATURES`), the same whichever name is called the first.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# (compiled functions take their types from what they are called with)

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from concord_screening.engine.arrays import BESIDE
from concord_screening.engine.assignment import (
    AGREES,
    COVERED_LONG,
    EVIDENCE,
    JOINED,
    LEFT_OVER_BOTH,
    LEFT_OVER_ONE,
    MATCHED,
    MAX_PARTS,
    N_FEATURES,
    NOWHERE,
    PER_LETTER,
    WORST_PART,
    Assigning,
    Parts,
    assign,
    assigning,
    measure,
    parts_room,
    set_apart,
)
from concord_screening.engine.lean import lean
from concord_screening.engine.romanise import Channel
from concord_screening.engine.sounds import CLASSES, could_be_one, sounds_of
from concord_screening.engine.spelled import (
    best_evidence,
    part_length,
    spellings_of,
    starts,
    written_in_one,
)
from concord_screening.engine.wholes import by_wholes

_LATIN, _HAN = int(Channel.LATIN), int(Channel.HAN)
_NOT_JOINED = -1.5
# Neighbours as one word are tried where the names have so many parts together, and agree so much as one word each,
# unless each part of the shorter one already agrees.
_NEIGHBOURS_LEAST, _WHOLE_LEAST = 3, -0.5


class Alike(NamedTuple):
    """What comparing found, by form and entry."""

    features: np.ndarray
    # Evidence each part of the form found, and the unit whose rarity in the list tells how surprising that is.
    per_part: np.ndarray
    by_unit: np.ndarray


class _Matching(NamedTuple):
    """Working space of `_by_parts` and `_by_neighbours`."""

    room: Assigning
    partner: np.ndarray
    scores: np.ndarray
    a: Parts
    b: Parts
    trial_a: Parts
    trial_b: Parts
    trial_unit: np.ndarray
    own_sounds: np.ndarray
    left: np.ndarray
    right: np.ndarray


class _Closer(NamedTuple):
    """Which entries deserve a closer look with which form; evidence of units of parts, and of parts in one word.

    The neighbours of entry k written as one word are the columns of `together` from `first[k]` on (-1: none).
    """

    wanted: np.ndarray
    single: np.ndarray
    pairs: np.ndarray
    together: np.ndarray
    first: np.ndarray


@njit(cache=True)
def compare(tables, own, names, spread):
    """Compares every form of the candidate's name with every name."""
    forms = own.channel.shape[0]
    total = names.channel.shape[0]
    alike = Alike(
        np.zeros((forms, total, N_FEATURES), dtype=np.float64),
        np.zeros((forms, total, MAX_PARTS), dtype=np.float32),
        np.zeros((forms, total, MAX_PARTS), dtype=np.int32),
    )
    parts = names.words.first.shape[0] - 1
    every = spellings_of(names.words, np.ones(parts, dtype=np.bool_))
    single = best_evidence(tables, own, 0, own.singles, every, parts, spread)
    wanted = np.zeros((forms, total), dtype=np.bool_)
    work = _matching(own.singles)
    _by_parts(own, names, single, work, wanted, alike)
    some = np.zeros(total, dtype=np.bool_)
    for f in range(forms):
        some |= wanted[f]
    if some.any():
        wholes, _ = _numbered(names, some, True)
        by_wholes(tables, own, names, wanted, wholes, spread, alike.features)
        some = _worth_neighbours(own, names, wanted, alike.features)
        first, count = _numbered(names, some, False)
        neighbours = written_in_one(names, first, False)
        together = best_evidence(tables, own, 0, own.singles, neighbours, count, spread)
        chosen = spellings_of(names.words, _parts_of(names, some))
        pairs = best_evidence(tables, own, own.singles, own.pairs, chosen, parts, spread)
        _by_neighbours(own, names, _Closer(wanted, single, pairs, together, first), work, alike)
    return alike


@njit(cache=True)
def _worth_neighbours(own, names, wanted, features):
    """With which names neighbours as one word are tried; leaves of `wanted` the forms with which they are."""
    some = np.zeros(wanted.shape[1], dtype=np.bool_)
    for f in range(wanted.shape[0]):
        n = own.first[f + 1] - own.first[f]
        for k in range(wanted.shape[1]):
            out = features[f, k]
            parts = n + names.first[k + 1] - names.first[k]
            settled = out[LEFT_OVER_BOTH] == 0 and out[WORST_PART] > AGREES
            if parts < _NEIGHBOURS_LEAST or settled or out[JOINED] < _WHOLE_LEAST:
                wanted[f, k] = False
            some[k] |= wanted[f, k]
    return some


@njit(cache=True)
def _parts_of(names, some):
    """Which parts some of the names have."""
    out = np.zeros(names.words.first.shape[0] - 1, dtype=np.bool_)
    for e in range(some.shape[0]):
        if some[e]:
            for at in range(names.first[e], names.first[e + 1]):
                out[names.part[at]] = True
    return out


@lean
def _beside(channel_a, channel_b, scores, n, m, a, b, partner):
    """Whether a Western given name stands beside a Chinese one; takes back what was assigned between them."""
    han_first = channel_a == _HAN and channel_b == _LATIN
    if not han_first and not (channel_a == _LATIN and channel_b == _HAN):
        return False
    return set_apart(scores, n, m, a, b, partner, han_first)


@lean
def _describe(words, ids, parts):
    """Writes what is known of parts each by itself."""
    for i in range(ids.shape[0]):
        parts.sizes[i] = part_length(words, ids[i])
        rare = np.int64(words.rare[ids[i]])
        parts.beside[i] = rare >= BESIDE
        parts.rare[i] = 0.1 * (rare % BESIDE)


@njit(cache=True)
def _numbered(names, some, whole):
    """Numbers what some names' parts give written as one word; gives where each name's begin, and how many."""
    first = np.full(some.shape[0], -1, dtype=np.int64)
    count = 0
    for k in range(some.shape[0]):
        if some[k]:
            first[k] = count
            count += starts(np.int64(names.first[k + 1] - names.first[k]), whole)
    return first, count


@njit(cache=True)
def _matching(singles):
    """Working space to match the parts of a candidate with so many."""
    return _Matching(
        assigning(),
        np.full(MAX_PARTS, -1, dtype=np.int8),
        np.zeros((MAX_PARTS, MAX_PARTS), dtype=np.float32),
        parts_room(),
        parts_room(),
        parts_room(),
        parts_room(),
        np.zeros(MAX_PARTS, dtype=np.int64),
        np.zeros((singles, CLASSES), dtype=np.int32),
        np.zeros((MAX_PARTS, CLASSES), dtype=np.int32),
        np.zeros((MAX_PARTS, CLASSES), dtype=np.int32),
    )


@lean
def _by_parts(own, names, single, work, wanted, alike):  # noqa: PLR0912 - one compiled loop
    """Assigns parts as they stand; writes which entries deserve a closer look with which form.

    These are those where parts are left over whose consonants could correspond.
    """
    words = names.words
    forms = own.channel.shape[0]
    room, partner, scores, a, b = work.room, work.partner, work.scores, work.a, work.b
    own_sounds, left, right = work.own_sounds, work.left, work.right
    for u in range(own.singles):
        sounds_of(own.words, u, own_sounds[u])
    for k in range(names.channel.shape[0]):
        ids = names.part[names.first[k] : names.first[k + 1]]
        m = ids.shape[0]
        _describe(words, ids, b)
        for j in range(m):
            sounds_of(words, ids[j], right[j])
        for f in range(forms):
            units = own.unit[own.first[f] : own.first[f + 1]]
            n = units.shape[0]
            _describe(own.words, units, a)
            for i in range(n):
                for j in range(m):
                    scores[i, j] = single[units[i], ids[j]]
            assign(scores, n, m, room, partner)
            out = alike.features[f, k]
            beside = _beside(own.channel[f], names.channel[k], scores, n, m, a, b, partner)
            measure(scores, n, m, a, b, partner, beside, out)
            for i in range(n):
                if partner[i] >= 0:
                    alike.per_part[f, k, i] = scores[i, partner[i]]
                alike.by_unit[f, k, i] = units[i]
            if n == m and out[MATCHED] == n and out[WORST_PART] >= AGREES:
                out[JOINED] = out[PER_LETTER]
                continue
            for i in range(n):
                for x in range(CLASSES):
                    left[i, x] = own_sounds[units[i], x]
            if out[LEFT_OVER_BOTH] == 0 and out[LEFT_OVER_ONE] > 0:
                out[JOINED] = out[PER_LETTER] * out[COVERED_LONG]
            elif could_be_one(left, n, right, m, partner, own.channel[f], names.channel[k]):
                out[JOINED] = _NOT_JOINED
                wanted[f, k] = True
            else:
                out[JOINED] = out[PER_LETTER] * out[COVERED_LONG] if out[LEFT_OVER_BOTH] == 0 else _NOT_JOINED


@lean
def _by_neighbours(  # noqa: PLR0912, PLR0915 - one compiled loop
    own, names, closer, work, alike
):
    """Assigns two neighbours of either side as one word, where that agrees better than what was assigned."""
    room, partner, trial, a, b = work.room, work.partner, work.scores, work.a, work.b
    trial_a, trial_b, trial_unit = work.trial_a, work.trial_b, work.trial_unit
    for k in range(closer.first.shape[0]):
        if closer.first[k] < 0:
            continue
        ids = names.part[names.first[k] : names.first[k + 1]]
        m = ids.shape[0]
        _describe(names.words, ids, b)
        for f in range(own.channel.shape[0]):
            out = alike.features[f, k]
            units = own.unit[own.first[f] : own.first[f + 1]]
            n = units.shape[0]
            if not closer.wanted[f, k]:
                continue
            _describe(own.words, units, a)
            target = out[EVIDENCE] + 1.0
            for option in range(n + max(2, m)):
                of_own = option < n
                place = option if of_own else option - n
                unit = np.int64(-1)
                if of_own:
                    unit = own.pair[own.first[f] + place] if place < n - 1 else own.turned[own.first[f]]
                    if n == 1 or unit < 0:
                        continue
                elif m == 1 or place >= starts(m, False):
                    continue
                # The two that are one take the first free place of the shorter list.
                merged_a = min(n - 1, place) if of_own else -1
                gone_a = (place + 1 if place < n - 1 else 0) if of_own else -1
                merged_b = -1 if of_own else place
                gone_b = -1 if of_own else (place + 1) % m
                rows = _without(a, n, merged_a, gone_a, trial_a)
                columns = _without(b, m, merged_b, gone_b, trial_b)
                r = 0
                for i in range(n):
                    if i == gone_a:
                        continue
                    trial_unit[r] = unit if i == merged_a else units[i]
                    c = 0
                    for j in range(m):
                        if j == gone_b:
                            continue
                        at = ids[j]
                        if j == merged_b:
                            trial[r, c] = closer.together[units[i], closer.first[k] + place]
                        elif trial_unit[r] < own.singles:
                            trial[r, c] = closer.single[trial_unit[r], at]
                        else:
                            trial[r, c] = closer.pairs[trial_unit[r] - own.singles, at]
                        c += 1
                    r += 1
                value = assign(trial, rows, columns, room, partner)
                if value <= target:
                    continue
                target = value
                beside = _beside(own.channel[f], names.channel[k], trial, rows, columns, trial_a, trial_b, partner)
                measure(trial, rows, columns, trial_a, trial_b, partner, beside, out)
                alike.per_part[f, k, :] = 0.0
                for i in range(rows):
                    alike.by_unit[f, k, i] = trial_unit[i]
                    if partner[i] >= 0:
                        alike.per_part[f, k, i] = trial[i, partner[i]]


@lean
def _without(parts, count, merged, gone, out):
    """Writes parts of which two are one; gives how many are left."""
    left = 0
    for i in range(count):
        if i == gone:
            continue
        out.sizes[left] = parts.sizes[i] + (parts.sizes[gone] if i == merged else 0.0)
        out.rare[left] = NOWHERE if i == merged else parts.rare[i]
        out.beside[left] = i != merged and parts.beside[i]
        left += 1
    return left
