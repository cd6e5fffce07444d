"""Learns one edit table for each pair of channels that the data can tell something about."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import numpy as np

from concord_screening.engine import han
from concord_screening.engine.analysis import forms
from concord_screening.engine.editmodel import encode, grid, log_ratio
from concord_screening.engine.letters import words
from concord_screening.engine.romanise import Channel, symbols
from concord_screening.engine.training import data
from concord_screening.engine.training.edit_training import learn

Row = tuple[str, str, float]
Table = tuple[np.ndarray, np.ndarray]
MOST_ROWS = 40_000
MOST_BRIDGED = 20_000


def spelling_of(text: str, channel: int) -> str:
    """One word in the symbols of a channel; empty when it is not one word of that script."""
    found = words(text)
    if len(found) != 1:
        return ""
    if channel == Channel.HAN:
        return han.readings(found[0].text, False)[0] if found[0].script == "Hani" else ""
    return symbols(found[0])


def word_rows(folder: Path) -> dict[int, list[Row]]:
    """Latin word, the same in the channel's symbols, weight: from the word lists and the full names."""
    rows: dict[int, list[Row]] = {}
    for language, channel in data.TOKEN_FILES.items():
        rows[channel] = [
            (a, b, min(1 + math.log(n), 4.0))
            for latin, other, n in data.tokens(folder, language, "train")
            if (a := spelling_of(latin, 0)) and (b := spelling_of(other, channel))
        ]
    for language, channel in (("hebrew", Channel.HEBREW), ("korean", Channel.HANGUL)):
        seen: dict[tuple[str, str], int] = defaultdict(int)
        for latin, other in data.full_names(folder, language):
            left, right = latin.split(), other.split()
            if len(left) == len(right):
                for a, b in zip(left, right, strict=True):
                    x, y = spelling_of(a, 0), spelling_of(b, channel)
                    if x and y:
                        seen[x, y] += 1
        rows[int(channel)] = [(a, b, min(1 + math.log(n), 4.0)) for (a, b), n in seen.items()]
    return rows


def _believed(rows: Iterable[Row], table: Table) -> list[Row]:
    """Only the pairs that the table finds likely: wrong rows would join unrelated words below."""
    room = grid()
    return [
        row
        for row in rows
        if log_ratio(*table, encode(row[0]), encode(row[1]), room) > 0.9 * min(len(row[0]), len(row[1]))
    ]


def _sample(rows: list[Row], random_: random.Random, most: int = MOST_ROWS) -> list[Row]:
    return rows if len(rows) <= most else random_.sample(rows, most)


def _bridge(left: list[Row], right: list[Row]) -> list[Row]:
    """Words of two channels that stand for the same Latin word."""
    by_latin: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for latin, other, weight in right:
        by_latin[latin].append((other, weight))
    return [(a, b, min(w, v)) for latin, a, w in left for b, v in sorted(by_latin[latin], key=lambda x: -x[1])[:3]]


def _variants(rows: Iterable[Row], key: int) -> list[Row]:
    """Different spellings of what is one word in the other script (`key` 1), or in Latin (`key` 0)."""
    groups: dict[str, dict[str, float]] = defaultdict(dict)
    for latin, other, weight in rows:
        word, spelled = (other, latin) if key else (latin, other)
        groups[word][spelled] = weight
    out: list[Row] = []
    for group in groups.values():
        best = sorted(group, key=lambda s: (-group[s], s))[:6]
        pairs = [(a, b, min(group[a], group[b])) for a, b in combinations(best, 2)]
        out += pairs
        # As often as a word is spelled otherwise it is spelled the same.
        out += [(a, a, group[a] * (1.0 + 0.5 * len(pairs) / len(best))) for a in best]
    return out


def _name_rows(names: Iterable[tuple[str, str]], left: int, right: int) -> list[Row]:
    """Each part of one name with each of the other: the learning decides which belong together."""
    out: list[Row] = []
    for a, b in names:
        x, y = next(iter(forms(a)), None), next(iter(forms(b)), None)
        if x is None or y is None or abs(len(x.parts) - len(y.parts)) > 1:
            continue
        for p in x.parts:
            for q in y.parts:
                s = next((t for c, t in p.spellings if c == left), "")
                t = next((t for c, t in q.spellings if c == right), "")
                if s and t:
                    out.append((s, t, 1.0))
    return out


def _chinese_rows(real: list[Row], reading: int, random_: random.Random) -> list[Row]:
    """Chinese syllables as pinyin and Wade-Giles write them, and what real people's names add."""
    syllables = sorted({han.mandarin(chr(c)) for c in range(0x4E00, 0x9FA5, 7)} - {""})
    rows: list[Row] = []
    for _ in range(6000):
        own = [random_.choice(syllables) for _ in range(random_.choice((1, 2, 2)))]
        written = "".join(own)
        rows.append((written, written, 1.0))
        if reading == Channel.MANDARIN:
            rows.append(("".join(map(han.wade_giles, own)), written, 0.6))
    return rows + [(a, b, 20.0) for a, b, _ in real]


def _learn(rows: list[Row], symmetric: bool = False) -> Table:
    return learn([(encode(a), encode(b), w) for a, b, w in rows], symmetric=symmetric)


def learn_all(folder: Path, same_people: list[tuple[str, str]], seed: int) -> dict[tuple[int, int], Table]:
    """All tables. `same_people` are two names of one person each, of people who may be trained on."""
    random_ = random.Random(seed)  # noqa: S311 - a repeatable sample, no secret
    rows = word_rows(folder)
    both = same_people + [(b, a) for a, b in same_people]
    tables: dict[tuple[int, int], Table] = {}
    for channel in sorted(rows):
        rows[channel] += [(a, b, 2.0) for a, b, _ in _name_rows(both, 0, channel)]
        tables[0, channel] = _learn(_sample(rows[channel], random_))
        rows[channel] = _believed(rows[channel], tables[0, channel])
    latin = [row for channel in (1, 2, 6) for row in _variants(rows[channel], 1)]
    same_latin = [(a, b, 3.0) for a, b, _ in _name_rows(same_people, 0, 0)]
    tables[0, 0] = _learn(_sample(latin, random_) + same_latin, symmetric=True)
    others = [(a, b, 3.0) for a, b, _ in _name_rows(both, 0, Channel.OTHER)]
    tables[0, Channel.OTHER] = _learn(_sample(latin, random_)[: 4 * len(others)] + others)
    for reading in (Channel.CANTONESE, Channel.MANDARIN):
        tables[0, reading] = _learn(_chinese_rows(_name_rows(both, 0, reading), reading, random_))
    for channel in sorted(rows):
        own = _sample(_variants(rows[channel], 0), random_)
        tables[channel, channel] = _learn(own, symmetric=True)
    for left, right in combinations(sorted(rows), 2):
        found = _sample(_bridge(rows[left], rows[right]), random_, MOST_BRIDGED)
        tables[left, right] = _learn(found)
    return tables
