"""Which words of other scripts have a Latin form that the edit model would not guess."""

from __future__ import annotations

import gzip
import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from concord_screening.engine import han, known
from concord_screening.engine.editmodel import encode, grid, log_ratio
from concord_screening.engine.letters import words
from concord_screening.engine.romanise import Channel, symbols
from concord_screening.engine.titles import FIRST_TITLES, MAYBE_TITLES, TITLES
from concord_screening.engine.training import data
from concord_screening.engine.training.edit_tables import spelling_of

# A pair is worth remembering when it was seen this often …
_SEEN = 2
# … makes up this share of the word's forms, and has less evidence per letter than this.
_SHARE = 0.2
_GUESSED = 1.9
# A pair below this evidence per letter is taken for a wrong row unless it was seen often.
_DOUBTFUL = 0.15
_OFTEN = 6
_MOST = 2


def _seen(folder: Path) -> dict[tuple[int, str], dict[str, int]]:
    found: dict[tuple[int, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for language, channel in data.TOKEN_FILES.items():
        for part in ("train", "dev"):
            for latin, other, count in data.tokens(folder, language, part):
                x, y = spelling_of(latin, 0), spelling_of(other, channel)
                if len(x) > 1 and len(y) > 1:
                    found[channel, y][x] += count
    for language, own in (("hebrew", Channel.HEBREW), ("korean", Channel.HANGUL)):
        for latin, other in data.full_names(folder, language):
            left, right = latin.split(), other.split()
            if len(left) == len(right):
                for a, b in zip(left, right, strict=True):
                    x, y = spelling_of(a, 0), spelling_of(b, own)
                    if len(x) > 1 and len(y) > 1:
                        found[int(own), y][x] += 1
    return found


Table = tuple[np.ndarray, np.ndarray]


def learn(folder: Path, tables: dict[tuple[int, int], Table]) -> bytes:
    """The file of known words: channel, word, Latin forms."""
    room = grid()
    lines = []
    for (channel, word), forms in sorted(_seen(folder).items()):
        total = sum(forms.values())
        kept = []
        for latin, count in sorted(forms.items(), key=lambda item: (-item[1], item[0])):
            if count < _SEEN or count < _SHARE * total:
                break
            evidence = log_ratio(*tables[0, channel], encode(latin), encode(word), room)
            per_letter = evidence / (0.5 * (len(word) + len(latin)))
            guessed = per_letter >= _GUESSED and not known.is_short(latin)
            if not guessed and (per_letter > _DOUBTFUL or count >= _OFTEN):
                kept.append(latin)
        if kept:
            lines.append("\t".join([str(channel), word, *kept[:_MOST]]))
    return gzip.compress("\n".join(lines).encode("ascii"), mtime=0)


# Words seen less often than this are left out of the table of frequencies.
_COMMON_LEAST = 3
# The shares are of people, who bear a little more than two parts each.
_PARTS_EACH = 2.2


def frequencies(folder: Path, latin: Iterable[tuple[str, int]]) -> bytes:
    """The file of how common parts of names are, by channel; `latin` are Latin parts with how often they were seen."""
    counts: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for word, n in latin:
        for found in words(word):
            if found.script == "Latn":
                counts[0][symbols(found)] += n
    for (channel, word), forms in _seen(folder).items():
        counts[channel][word] += sum(forms.values())
    lines = []
    for channel, own in sorted(counts.items()):
        total = sum(own.values()) / _PARTS_EACH
        by_rarity: dict[int, list[str]] = defaultdict(list)
        for word, n in own.items():
            if n >= _COMMON_LEAST and word:
                rarity = round(-10 * math.log((n + 0.7) / total))
                by_rarity[min(rarity, known.UNKNOWN_RARE)].append(word)
        lines += [f"{channel}\t{rarity}\t{' '.join(sorted(by_rarity[rarity]))}" for rarity in sorted(by_rarity)]
    return gzip.compress("\n".join(lines).encode("ascii"), mtime=0)


# Given names that Chinese bear beside their own come from here; one of fewer letters may as well be a syllable.
_WEST = frozenset(
    (
        "Australia", "Canada", "France", "Germany", "Ireland", "New Zealand", "Northern Ireland", "Portugal",
        "Scotland", "UK", "United States of America", "Wales",
    )
)  # fmt: skip
_WESTERN_SHORTEST, _WESTERN_LEAST = 4, 2


def western(folder: Path) -> bytes:
    """The file of given names of the West: what several of its people are called first, and no characters are read."""
    first, last = Counter[str](), Counter[str]()
    for subject in data.subjects(folder):
        every = map(words, (name.text for name in subject.names))
        latin = next((own for own in every if own and own[0].script == "Latn"), ())
        if len(latin) > 1 and subject.countries and subject.countries[0] in _WEST:
            first[latin[0].text] += 1
            last[latin[-1].text] += 1
    kept = {
        word
        for word, n in first.items()
        if n >= _WESTERN_LEAST and n > last[word] and len(word) >= _WESTERN_SHORTEST
        if word.isascii() and word.isalpha() and word not in FIRST_TITLES | MAYBE_TITLES | TITLES
    }
    return "\n".join(sorted(kept - han.sounds())).encode() + b"\n"
