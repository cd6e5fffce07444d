"""A seeded list of made-up people: all scripts, realistic name frequencies, shared surnames and birthdays.

Names are put together from parts: a given name and a family name of one country's people, now and then a
second given name. Parts come from a table of parts with their frequencies, so that common names are
common. Nobody on it is anybody.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from concord_screening.engine.domain import Name, Subject

SHARE_OTHER_SCRIPT = 0.12
# Most family names of a large list are seen there once or twice: these are drawn from a long table.
SHARE_RARE_FAMILY = 0.35


@dataclass(slots=True)
class Parts:
    """Given and family names by country, as often as they were seen, and spellings in other scripts."""

    given: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    family: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    rare: Counter[str] = field(default_factory=Counter)
    other: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def learn(self, country: str, name: str) -> None:
        """Takes in the parts of one name, family name last or before a comma."""
        family, comma, given = name.partition(",")
        words = (given.split() + family.split()) if comma else name.split()
        if 2 <= len(words) <= 5:
            for word in words[:-1]:
                self.given[country][word.strip(".").title()] += 1
            self.family[country][words[-1].title()] += 1

    def spelled(self, language: str, rows: Iterable[tuple[str, str]]) -> None:
        """Latin word and the same in another script."""
        own = self.other.setdefault(language, defaultdict(list))
        for latin, other in rows:
            own[latin.lower()].append(other)


# How often a language's script is used among other scripts, and what stands between words there.
LANGUAGES = {
    "russian": (" ", 0.45),
    "arabic": (" ", 0.2),
    "chinese": ("·", 0.18),
    "hebrew": (" ", 0.07),
    "korean": (" ", 0.05),
    "japanese": ("・", 0.05),
}


def _born(random_: random.Random) -> str:
    year = int(min(2004, max(1925, random_.gauss(1965, 14))))
    if random_.random() < 0.08:
        return str(year)
    if random_.random() < 0.08:
        return f"{year}-01-01"  # as registries write what they do not know
    return f"{year}-{random_.randint(1, 12):02d}-{random_.randint(1, 28):02d}"


def people(parts: Parts, count: int, seed: int) -> Iterator[Subject]:
    """`count` people, the same for the same seed."""
    random_ = random.Random(seed)  # noqa: S311 - a repeatable sample, no secret
    countries = sorted(c for c in parts.given if len(parts.given[c]) > 20 and len(parts.family[c]) > 20)
    sizes = [sum(parts.given[c].values()) for c in countries]
    given = {c: (list(parts.given[c]), list(accumulate(parts.given[c].values()))) for c in countries}
    family = {c: (list(parts.family[c]), list(accumulate(parts.family[c].values()))) for c in countries}
    where = random_.choices(countries, sizes, k=count)
    rare = (list(parts.rare), list(accumulate(n**0.7 for n in parts.rare.values())))
    languages = sorted(parts.other)
    weights = [LANGUAGES[language][1] for language in languages]
    for number, country in enumerate(where):
        first = random_.choices(given[country][0], cum_weights=given[country][1], k=2 if random_.random() < 0.2 else 1)
        last = random_.choices(family[country][0], cum_weights=family[country][1])
        if rare[0] and random_.random() < SHARE_RARE_FAMILY:
            last = [random_.choices(rare[0], cum_weights=rare[1])[0].title()]
        words = first + last
        text = " ".join(words)
        if languages and random_.random() < SHARE_OTHER_SCRIPT:
            language = random_.choices(languages, weights)[0]
            spelled = [parts.other[language].get(word.lower()) for word in words]
            if all(spelled):
                text = LANGUAGES[language][0].join(random_.choice(s)[0] for s in spelled if s)
        dob = () if random_.random() < 0.05 else (_born(random_),)
        gender = None if random_.random() < 0.15 else random_.choice(("male", "male", "female"))
        yield Subject(f"made-up:{number}", (Name(text),), dob, (country,), gender)
