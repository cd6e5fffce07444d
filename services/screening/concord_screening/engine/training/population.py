"""A seeded list of made-up people as large as wanted: all scripts, names as common as in life, shared birthdays.

Each person belongs to a culture: the names that people of one country bear, with how often each was seen.
Names are put together from these by the patterns of the culture (given and family name, a middle name, two
family names). A name never seen before comes as often as a sample of that size promises (a Pitman–Yor
process), spelled by the culture's habits of letters; so a list of a million has as many different names as
a real one. Nobody on it is anybody.
"""

from __future__ import annotations

import gzip
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import resources

import icu
import numpy as np

from concord_screening.engine import han, known
from concord_screening.engine.domain import Name, Subject

ROLES = ("given", "middle", "family")
HAN_NATIVE = {"China": "mandarin", "Taiwan": "wade", "Hong Kong": "cantonese", "Macao": "cantonese",
              "Malaysia": "south", "Singapore": "south"}  # fmt: skip
# How many of the people of these countries have Chinese names.
HAN_SHARE = {"China": 0.9, "Taiwan": 0.9, "Hong Kong": 0.8, "Macao": 0.7, "Malaysia": 0.25, "Singapore": 0.6}
# Of Chinese names, so many are listed in Latin letters, in both ways, in characters; so many have one given character.
HAN_LISTED = (0.6, 0.25, 0.15)
SHARE_HAN_SHORT = 0.12
SHARE_RESPELLED, SHARE_SHORTENED, SHARE_TURNED = 0.7, 0.4, 0.3
_BLOCK = 50_000
_FEW = 150
_BETWEEN = {"Han": "·", "Katakana": "・"}
_ICU = {
    "Cyrillic": "Latin-Cyrillic", "Arabic": "Latin-Arabic", "Hebrew": "Latin-Hebrew",
    "Katakana": "Latin-Katakana", "Hangul": "Latin-Hangul", "Greek": "Latin-Greek",
    "Devanagari": "Latin-Devanagari", "Tamil": "Latin-Tamil", "Thai": "Latin-Thai",
    "Armenian": "Latin-Armenian", "Georgian": "Latin-Georgian",
}  # fmt: skip


@dataclass(slots=True)
class Culture:
    """The names of one country's people. `scripts` are the sets of scripts in which one of them is listed."""

    country: str
    share: float
    patterns: Counter[str] = field(default_factory=Counter)
    parts: tuple[Counter[str], Counter[str], Counter[str]] = field(
        default_factory=lambda: (Counter(), Counter(), Counter())
    )
    scripts: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Population:
    """Everything the generator draws from."""

    cultures: list[Culture] = field(default_factory=list)
    # Script → Latin part → its spellings there, with how often each was seen.
    spelled: dict[str, dict[str, list[tuple[str, int]]]] = field(default_factory=lambda: defaultdict(dict))
    # Birth years, and the shares of unknown dates, years alone and first of January.
    years: Counter[int] = field(default_factory=Counter)
    dates: tuple[float, float, float] = (0.15, 0.02, 0.06)
    # Characters of Chinese family and given names.
    han_family: Counter[str] = field(default_factory=Counter)
    han_given: Counter[str] = field(default_factory=Counter)

    def parts(self) -> Iterator[tuple[str, int]]:
        """All Latin parts with how often they were seen."""
        for culture in self.cultures:
            for parts in culture.parts:
                yield from parts.items()

    # -- as a file --------------------------------------------------------------------------------

    def to_bytes(self) -> bytes:
        """The population as a compressed table; the same population gives the same bytes."""
        lines = [f"dates\t{self.dates[0]:.4f}\t{self.dates[1]:.4f}\t{self.dates[2]:.4f}"]
        lines += [f"year\t{year}\t{n}" for year, n in sorted(self.years.items())]
        lines += [f"hf\t{c}\t{n}" for c, n in sorted(self.han_family.items())]
        lines += [f"hg\t{c}\t{n}" for c, n in sorted(self.han_given.items())]
        for own in self.cultures:
            lines.append(f"culture\t{own.country}\t{own.share:.6f}")
            lines += [f"pattern\t{pattern}\t{n}" for pattern, n in sorted(own.patterns.items())]
            lines += [f"scripts\t{scripts}\t{n}" for scripts, n in sorted(own.scripts.items())]
            for role, parts in enumerate(own.parts):
                lines += [f"part\t{role}\t{part}\t{n}" for part, n in sorted(parts.items())]
        for script, words in sorted(self.spelled.items()):
            for word, forms in sorted(words.items()):
                flat = "\t".join(f"{form}\t{n}" for form, n in forms)
                lines.append(f"spelled\t{script}\t{word}\t{flat}")
        return gzip.compress(("\n".join(lines) + "\n").encode(), mtime=0)

    @classmethod
    def from_bytes(cls, raw: bytes) -> Population:
        """The population from such a table."""
        made = cls()
        for line in gzip.decompress(raw).decode().splitlines():
            kind, *rest = line.split("\t")
            match kind:
                case "dates":
                    made.dates = (float(rest[0]), float(rest[1]), float(rest[2]))
                case "year":
                    made.years[int(rest[0])] = int(rest[1])
                case "hf":
                    made.han_family[rest[0]] = int(rest[1])
                case "hg":
                    made.han_given[rest[0]] = int(rest[1])
                case "culture":
                    made.cultures.append(Culture(rest[0], float(rest[1])))
                case "pattern":
                    made.cultures[-1].patterns[rest[0]] = int(rest[1])
                case "scripts":
                    made.cultures[-1].scripts[rest[0]] = int(rest[1])
                case "part":
                    made.cultures[-1].parts[int(rest[0])][rest[1]] = int(rest[2])
                case _:
                    script, word, *forms = rest
                    made.spelled[script][word] = [(forms[k], int(forms[k + 1])) for k in range(0, len(forms), 2)]
        return made


class _Letters:
    """A culture's habits of letters: which letter follows which three."""

    def __init__(self, parts: Counter[str]) -> None:
        follows: dict[str, Counter[str]] = defaultdict(Counter)
        for part in parts:
            padded = f"^^^{part}$"
            for at in range(3, len(padded)):
                follows[padded[at - 3 : at]][padded[at]] += 1
        self._follows = {context: (list(c), list(c.values())) for context, c in sorted(follows.items())}

    def word(self, random_: random.Random) -> str:
        """A new word."""
        while True:
            letters = "^^^"
            while len(letters) < 18:
                choices, weights = self._follows[letters[-3:]]
                letter = random_.choices(choices, weights)[0]
                if letter == "$":
                    break
                letters += letter
            if len(letters) > 5:
                return letters[3:]


class _Pool:
    """Parts of one role in one culture, and those that a list of this size will see for the first time."""

    def __init__(self, parts: Counter[str], habits: Counter[str], draws: float, random_: random.Random) -> None:
        total = sum(parts.values())
        once = sum(n == 1 for n in parts.values())
        twice = sum(n == 2 for n in parts.values())
        # How quickly new names keep coming, read from how many were seen once and twice.
        rate = min(0.9, once / max(1, once + 2 * twice))
        if habits is not parts:
            rate = 0.95  # a small people's few known names say little about the rest of it
        new_mass = rate * len(parts)
        words = list(parts)
        weights = [n - rate * 0.999 for n in parts.values()]
        fresh = int(min(draws * new_mass / max(1.0, total), 2_000_000))
        if fresh > 1 and parts:
            letters = _Letters(habits)
            # They are rarer than those seen once: their frequencies go on where those of the seen ones end.
            by_rank = (np.arange(1, fresh + 1, dtype=float) + once) ** (-1.0 / max(rate, 0.25))
            weights += (new_mass * by_rank / by_rank.sum()).tolist()
            words += [letters.word(random_) for _ in range(fresh)]
        self.words = words
        self._steps = np.cumsum(weights) if words else np.zeros(0)

    def draw(self, count: int, generator: np.random.Generator) -> list[str]:
        """Some parts, as often as they are borne."""
        if not self.words:
            return [""] * count
        at = np.searchsorted(self._steps, generator.random(count) * self._steps[-1], side="right")
        words = self.words
        last = len(words) - 1
        return [words[min(k, last)] for k in at.tolist()]


class Maker:
    """Makes people of a population."""

    def __init__(self, population: Population, count: int, seed: int) -> None:
        self._population = population
        self._count = count
        self._generator = np.random.default_rng(seed)
        self._random = random.Random(seed)  # noqa: S311 - a repeatable sample, no secret
        total = sum(culture.share for culture in population.cultures)
        self._shares = np.array([culture.share / total for culture in population.cultures])
        # Where few names are known, new ones follow the habits of all small peoples.
        everybody: Counter[str] = Counter()
        for culture in population.cultures:
            if len(culture.parts[0]) <= _FEW:
                for parts in culture.parts:
                    everybody.update(parts)
        self._pools = [
            tuple(
                _Pool(parts, parts if len(parts) > _FEW else everybody, count * share, self._random)
                for parts in culture.parts
            )
            for culture, share in zip(population.cultures, self._shares.tolist(), strict=True)
        ]
        years = sorted(population.years)
        self._years = np.array(years)
        self._year_steps = np.cumsum([population.years[y] for y in years])
        self._family = (list(population.han_family), np.cumsum(list(population.han_family.values())))
        self._given = (list(population.han_given), np.cumsum(list(population.han_given.values())))
        self._other_latin = self._same_elsewhere()
        self._icu = {
            script: icu.Transliterator.createInstance(name)
            for script, name in _ICU.items()
            if name in set(icu.Transliterator.getAvailableIDs())
        }

    def _same_elsewhere(self) -> dict[str, list[str]]:
        """Latin words that are one word in another script: other spellings of one another."""
        groups: dict[str, list[str]] = defaultdict(list)
        for script in ("Cyrillic", "Arabic", "Hebrew"):
            for word, forms in self._population.spelled.get(script, {}).items():
                if forms:
                    groups[forms[0][0]].append(word)
        out: dict[str, list[str]] = {}
        for words in groups.values():
            if 1 < len(words) <= 12:
                for word in words:
                    # A number is the same word in all of them, and has no other spelling.
                    out.setdefault(word, [w for w in words if w != word] or [word])
        return out

    def people(self) -> Iterator[Subject]:
        """The people, the same for the same population, count and seed."""
        made = 0
        while made < self._count:
            size = min(_BLOCK, self._count - made)
            block: list[tuple[Culture, tuple[str, ...]]] = []
            for culture, pools, n in zip(
                self._population.cultures,
                self._pools,
                self._generator.multinomial(size, self._shares).tolist(),
                strict=True,
            ):
                block += self._named(culture, pools, n)
            dobs = self._dobs(size)
            for at in self._generator.permutation(size).tolist():
                culture, names = block[at]
                dob = dobs[at]
                gender = ("male", "male", "female", None)[self._random.randrange(4)]
                yield Subject(
                    f"made-up:{made}", tuple(map(Name, names)), (dob,) if dob else (), (culture.country,), gender
                )
                made += 1

    def _dobs(self, count: int) -> list[str]:
        generator = self._generator
        none, only_year, first = self._population.dates
        kind = generator.random(count)
        years = self._years[
            np.searchsorted(self._year_steps, generator.random(count) * self._year_steps[-1], side="right").clip(
                0, len(self._years) - 1
            )
        ]
        months = generator.integers(1, 13, count)
        days = generator.integers(1, 29, count)
        out = []
        for k, year, month, day in zip(kind.tolist(), years.tolist(), months.tolist(), days.tolist(), strict=True):
            if k < none:
                out.append("")
            elif k < none + only_year:
                out.append(str(year))
            elif k < none + only_year + first:
                out.append(f"{year}-01-01")
            else:
                out.append(f"{year}-{month:02d}-{day:02d}")
        return out

    def _named(self, culture: Culture, pools: tuple[_Pool, ...], count: int) -> list[tuple[Culture, tuple[str, ...]]]:
        chinese = round(count * HAN_SHARE.get(culture.country, 0.0)) if self._family[0] else 0
        out = [(culture, self._chinese(HAN_NATIVE[culture.country])) for _ in range(chinese)]
        count -= chinese
        patterns = list(culture.patterns)
        chosen = self._random.choices(patterns, list(culture.patterns.values()), k=count)
        needs = Counter("".join(chosen))
        stock = {letter: iter(pools["gmf".index(letter)].draw(n, self._generator)) for letter, n in needs.items()}
        sets = list(culture.scripts)
        listed = self._random.choices(sets, list(culture.scripts.values()), k=count)
        for pattern, scripts in zip(chosen, listed, strict=True):
            words = [word for letter in pattern if (word := next(stock[letter]))]
            out.append((culture, self._written(words, scripts.split("+"))))
        return out

    def _written(self, words: list[str], scripts: list[str]) -> tuple[str, ...]:
        """The name in each of the scripts that it is listed in; a second Latin one is spelled otherwise."""
        names: dict[str, None] = {}
        latin = " ".join(word.title() for word in words)
        for script in scripts:
            if script != "Latin":
                other = self._other(words, script)
                if other:
                    names[other] = None
            elif latin not in names:
                names[latin] = None
            else:
                names[self._otherwise(words)] = None
        return tuple(names) or (latin,)

    def _otherwise(self, words: list[str]) -> str:
        """A name as another office would spell it: other letters, a middle name less, the family name first."""
        spelled = [
            self._random.choice(self._other_latin[word])
            if word in self._other_latin and self._random.random() < SHARE_RESPELLED
            else word
            for word in words
        ]
        if len(spelled) > 2 and self._random.random() < SHARE_SHORTENED:
            del spelled[self._random.randrange(1, len(spelled) - 1)]
        if self._random.random() < SHARE_TURNED:
            spelled = [*spelled[-1:], *spelled[:-1]]
        return " ".join(word.title() for word in spelled)

    def _other(self, words: list[str], script: str) -> str:
        known_words = self._population.spelled.get(script, {})
        out = []
        for word in words:
            forms = known_words.get(word)
            if forms:
                out.append(self._random.choices([f for f, _ in forms], [n for _, n in forms])[0])
            elif script in self._icu:
                out.append(self._icu[script].transliterate(word))
            else:
                return ""
        return _BETWEEN.get(script, " ").join(out)

    def _pick(self, table: tuple[list[str], np.ndarray]) -> str:
        return table[0][int(np.searchsorted(table[1], self._random.random() * table[1][-1], side="right"))]

    def _chinese(self, manner: str) -> tuple[str, ...]:
        family = self._pick(self._family)
        given = [self._pick(self._given) for _ in range(1 if self._random.random() < SHARE_HAN_SHORT else 2)]
        written = family + "".join(given)
        if manner == "mandarin":
            first, rest = han.readings(family, True)[0], ["".join(han.mandarin(c) for c in given)]
        elif manner == "wade":
            first = han.wade_giles(han.readings(family, True)[0])
            rest = ["-".join(han.wade_giles(han.mandarin(c)) for c in given)]
        else:
            south = known.family_spellings(family) if manner == "south" else ()
            first = self._random.choice(south) if south else han.cantonese(family)
            rest = ["-".join(map(han.cantonese, given))] if manner != "south" else [han.cantonese(c) for c in given]
        latin = " ".join(word.title() for word in (first, *rest))
        return self._random.choices(((latin,), (written, latin), (written,)), HAN_LISTED)[0]


def shipped() -> Population:
    """The population that comes with the package, for tests and benchmarks."""
    return Population.from_bytes(
        resources.files("concord_screening.engine.models").joinpath("population.tsv.gz").read_bytes()
    )
