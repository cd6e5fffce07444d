"""The arrays that the compiled loops share: edit tables, parts of names, the candidate, listed names."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Units(NamedTuple):
    """The units of all edit tables, each table seen from either side: row 2 t + 1 is row 2 t with sides exchanged.

    `one[row, b, a]` is the ratio of one candidate's letter with one listed letter (0: none). Two letters that
    stand together in any unit have a number, `pair[row, first * SYMBOLS + second]` (0: none) below `pairs[row]`; number
    p of a row has `two_one[base[row] + p, b]`, by letter `one_two[base[row] * letters + b * pairs[row] + p]`, and with
    two listed letters the entries from `both_first[base[row] + p]` on.
    `reach` and `pair_reach` are the most that any unit of a letter, or of two, can bring.
    """

    one: np.ndarray
    pair: np.ndarray
    base: np.ndarray
    pairs: np.ndarray
    two_one: np.ndarray
    one_two: np.ndarray
    both_first: np.ndarray
    both_other: np.ndarray
    both_value: np.ndarray
    reach: np.ndarray
    pair_reach: np.ndarray


class Tables(NamedTuple):
    """All edit tables in one; `row[x, y]` is the row of `units` for two channels, the candidate's first (-1: none)."""

    row: np.ndarray
    units: Units


BESIDE = 128


class Words(NamedTuple):
    """Parts of names, numbered. Part p has the spellings `first[p]` to `first[p + 1]`.

    `rare` is in tenths of a nat, and `BESIDE` more for a given name that one person may bear beside another: a Western
    one, or characters read as a Chinese one.
    """

    letters: np.ndarray
    first: np.ndarray
    channel: np.ndarray
    begin: np.ndarray
    rare: np.ndarray


class Own(NamedTuple):
    """The candidate's name in all its forms. Units are single parts, then neighbours in one word (up to `pairs`), then
    halves of a name typed as one word (up to `halves`), then whole names in one word.

    Of the units of one `group` no more than one counts for a listed name.
    """

    words: Words
    singles: int
    pairs: int
    halves: int
    group: np.ndarray
    first: np.ndarray
    unit: np.ndarray
    # By place: the unit of this part and the next in one word, and of the two the other way round (-1: none).
    pair: np.ndarray
    turned: np.ndarray
    whole_first: np.ndarray
    whole: np.ndarray
    channel: np.ndarray


class Names(NamedTuple):
    """Names to compare: name e has the parts `part[first[e]]` to `part[first[e + 1]]`."""

    words: Words
    first: np.ndarray
    part: np.ndarray
    channel: np.ndarray
