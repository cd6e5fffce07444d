"""Learns the population of made-up people from the data, and makes the lists that training and judging search."""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from concord_screening.engine.domain import Subject
from concord_screening.engine.letters import words
from concord_screening.engine.training import data
from concord_screening.engine.training.population import Culture, Maker, Population

_SCRIPTS = {"russian": "Cyrillic", "arabic": "Arabic", "chinese": "Han", "japanese": "Katakana",
            "hebrew": "Hebrew", "korean": "Hangul"}  # fmt: skip
_SCRIPT_NAMES = {"Latn": "Latin", "Cyrl": "Cyrillic", "Arab": "Arabic", "Hani": "Han", "Kana": "Katakana",
                 "Hebr": "Hebrew", "Hang": "Hangul", "Grek": "Greek", "Deva": "Devanagari", "Taml": "Tamil",
                 "Thai": "Thai", "Armn": "Armenian", "Geor": "Georgian"}  # fmt: skip
_SMALLEST = 20  # people a country needs before other names are taken to be of it
# Peoples of whom the data holds fewer than a list of the world would: added to those counted.
EXTRA = {"China": 6_000, "Taiwan": 1_500, "Hong Kong": 700, "Malaysia": 800, "Singapore": 400, "Russia": 4_000,
         "Syria": 1_500, "Iran": 1_500, "Ukraine": 1_000, "Indonesia": 1_000}  # fmt: skip
_BUCKETS = 1 << 18
_MOST_FORMS = 3
_MOST_WORDS = 5


def _script(text: str) -> str:
    found = words(text)
    return _SCRIPT_NAMES.get(found[0].script, "") if found else ""


def _latin_words(name: str) -> list[str]:
    """The words of a Latin name in lower case, the family name last."""
    family, comma, given = name.partition(",")
    typed = (given.split() + family.split()) if comma else name.split()
    return [word.strip(".,'\"()").lower() for word in typed if word.strip(".,'\"()")]


def _grams(name: list[str]) -> list[int]:
    out = [zlib.crc32(f"w{word}".encode()) % _BUCKETS for word in name]
    for word in name:
        padded = f"^{word}$"
        out += [zlib.crc32(padded[at : at + 3].encode()) % _BUCKETS for at in range(max(1, len(padded) - 2))]
    return out


class _Origin:
    """Tells of a name of which country's people it most likely is (a naive Bayes guess from letters)."""

    def __init__(self, names: Iterable[tuple[str, list[str]]]) -> None:
        grams: dict[str, list[list[int]]] = defaultdict(list)
        for country, name in names:
            grams[country].append(_grams(name))
        self.countries = sorted(c for c, own in grams.items() if len(own) >= _SMALLEST)
        sums = np.full((len(self.countries), _BUCKETS), 0.05, dtype=np.float32)
        for k, country in enumerate(self.countries):
            for seen in grams[country]:
                np.add.at(sums[k], seen, 1.0)
        self._logs = np.log(sums / sums.sum(axis=1, keepdims=True)).T.copy()
        sizes = np.array([len(grams[c]) for c in self.countries])
        self._prior = np.log(sizes / sizes.sum())

    def of(self, name: list[str]) -> str:
        """The likeliest country."""
        scores = self._prior + self._logs[_grams(name)].sum(axis=0)
        return self.countries[int(np.argmax(scores))]


def _learn(culture: Culture, name: list[str]) -> None:
    if not 2 <= len(name) <= _MOST_WORDS:
        return
    roles = ["g", *"m" * (len(name) - 2), "f"]
    culture.patterns["".join(roles)] += 1
    for word, role in zip(name, roles, strict=True):
        culture.parts["gmf".index(role)][word] += 1


def _spellings(folder: Path) -> dict[str, dict[str, list[tuple[str, int]]]]:
    """Script → Latin word → spellings with counts."""
    seen: dict[str, dict[str, Counter[str]]] = {}
    for language, script in _SCRIPTS.items():
        own: dict[str, Counter[str]] = defaultdict(Counter)
        if language in data.TOKEN_FILES:
            for part in ("train", "dev"):
                for latin, other, n in data.tokens(folder, language, part):
                    own[latin.lower()][other] += n
        else:
            for latin, other in data.full_names(folder, language):
                left, right = latin.split(), other.split()
                if len(right) == 1 and len(left) == 2 and 2 <= len(other) <= 4:
                    right = [other[1:], other[0]]  # a Korean name, family name first
                    left = left if len(left[0]) >= len(left[1]) else left[::-1]
                if len(left) == len(right):
                    for a, b in zip(left, right, strict=True):
                        own[a.lower()][b] += 1
        seen[script] = own
    return {
        script: {
            latin: [(form, n) for form, n in forms.most_common(_MOST_FORMS) if 4 * n >= forms.most_common(1)[0][1]]
            for latin, forms in own.items()
        }
        for script, own in seen.items()
    }


def learn(folder: Path) -> Population:
    """The population: names by country, their spellings, birth years, Chinese characters."""
    subjects = data.subjects(folder)
    real: list[tuple[str, list[str]]] = []
    scripts: dict[str, Counter[str]] = defaultdict(Counter)
    made = Population()
    kinds = Counter[str]()
    for subject in subjects:
        country = subject.countries[0] if subject.countries else ""
        own = [_script(name.text) for name in subject.names]
        scripts[country]["+".join(sorted(filter(None, own))[:6])] += 1
        latin = next((n.text for n, s in zip(subject.names, own, strict=True) if s == "Latin"), "")
        if country and latin:
            real.append((country, _latin_words(latin)))
        dob = subject.dobs[0] if subject.dobs else ""
        kinds["none" if not dob else "year" if len(dob) < 10 else "first" if dob[4:] == "-01-01" else "full"] += 1
        if dob and "1910" <= dob[:4] <= "2010":
            made.years[int(dob[:4])] += 1
        for name, script in zip(subject.names, own, strict=True):
            if script == "Han" and 2 <= len(name.text) <= 3 and name.text.isalpha():
                made.han_family[name.text[0]] += 1
                for character in name.text[1:]:
                    made.han_given[character] += 1
    size = len(subjects)
    made.dates = (kinds["none"] / size, kinds["year"] / size, kinds["first"] / size)
    origin = _Origin(real)
    cultures = {country: Culture(country, 0.0) for country in sorted({c for c, _ in real})}
    cultures["South Korea"] = Culture("South Korea", 0.0)
    counts = Counter[str]()
    for country, words_of in real:
        _learn(cultures[country], words_of)
        counts[country] += 1
    for language in ("hebrew", "korean"):
        for latin, other in data.full_names(folder, language):
            words_of = _latin_words(latin)
            if not 2 <= len(words_of) <= _MOST_WORDS:
                continue
            korean = language == "korean" and " " not in other and 2 <= len(other) <= 4
            country = "South Korea" if korean else origin.of(words_of)
            _learn(cultures[country], words_of)
            counts[country] += 1
    made.spelled.update(_spellings(folder))
    _rare(made, folder, cultures, origin)
    everywhere = sum(scripts.values(), Counter[str]())
    for country, culture in cultures.items():
        culture.share = counts[country] + EXTRA.get(country, 0)
        own_scripts = scripts[country] if sum(scripts[country].values()) >= 40 else everywhere
        culture.scripts = Counter({key or "Latin": n for key, n in own_scripts.items()})
        if culture.patterns:
            made.cultures.append(culture)
    return made


def _rare(made: Population, folder: Path, cultures: dict[str, Culture], origin: _Origin) -> None:
    """Words of the token lists that no full name held: nearly all are family names seen once or twice."""
    held = {word for culture in cultures.values() for parts in culture.parts for word in parts}
    seen: Counter[str] = Counter()
    for language in data.TOKEN_FILES:
        for part in ("train", "dev"):
            for latin, _, n in data.tokens(folder, language, part):
                word = latin.lower()
                if word not in held and 2 < len(word) < 20 and word.isalpha():
                    seen[word] = max(seen[word], n)
    for word, n in sorted(seen.items()):
        cultures[origin.of([word])].parts[2][word] += min(n, 5)


def people_in(folder: Path) -> int:
    """How many people the data holds."""
    return len(data.subjects(folder))


def population(folder: Path, count: int, seed: int, made: Population | None = None) -> Iterator[Subject]:
    """All people of the data, then made-up ones until there are `count`."""
    real = data.subjects(folder)
    yield from real
    yield from Maker(made or learn(folder), max(0, count - len(real)), seed).people()
