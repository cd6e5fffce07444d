"""Noise beside a name: forms of address, degrees, and what else the person is or was called."""

from __future__ import annotations

from functools import cache
from random import Random

import icu

from benchmarks.screening.noise.parts import NICKNAMES, OTHER_FAMILY, OTHER_GIVEN, Noise, script, words

_LATIN_FORMS = ("Mr", "Mr.", "Mrs", "Ms", "Miss", "Dr", "Dr.", "Prof.", "Sir", "Mme", "Herr", "Frau", "Señor", "Sra.")
# {} is where the name stands.
_OTHER_FORMS = {
    "CYRILLIC": ("господин {}", "г-н {}", "доктор {}", "проф. {}"),
    "GREEK": ("κ. {}", "δρ {}"),
    "ARABIC": ("السيد {}", "الدكتور {}", "د. {}"),
    "HEBREW": ("מר {}", 'ד"ר {}', "פרופ' {}"),
    "CJK": ("{}先生", "{}女士", "{}博士", "{} 先生"),
    "KATAKANA": ("{}さん", "{}氏", "{}様"),
    "HANGUL": ("{}씨", "{} 씨", "{}님"),
    "DEVANAGARI": ("श्री {}", "डॉ {}"),
    "TAMIL": ("திரு {}",),
    "THAI": ("นาย{}", "นางสาว{}"),
}
_DEGREES = (", Ph.D.", ", PhD", " PhD", ", M.D.", ", MSc", " MBA", ", Esq.", ", B.Sc.")
# Of whose letters ICU's romanisation gives all sounds.
_SPELLED_OUT = ("CYRILLIC", "GREEK", "ARMENIAN", "GEORGIAN", "KATAKANA", "HANGUL")


@cache
def _romanised() -> icu.Transliterator:
    return icu.Transliterator.createInstance("Any-Latin; Latin-ASCII")


def _address_latin(name: str, random: Random) -> str | None:
    return f"{random.choice(_LATIN_FORMS)} {name}" if words(name, 2, "LATIN") else None


def _address_other(name: str, random: Random) -> str | None:
    own = script(name)
    return random.choice(_OTHER_FORMS[own]).format(name) if own in _OTHER_FORMS and "," not in name else None


def _degree(name: str, random: Random) -> str | None:
    return name + random.choice(_DEGREES) if words(name, 2, "LATIN") else None


def _maiden(name: str, random: Random) -> str | None:
    form = random.choice((" née {}", " (née {})", ", geb. {}", " z domu {}"))
    return name + form.format(random.choice(OTHER_FAMILY)) if words(name, 2, "LATIN") else None


def _brackets(name: str, random: Random) -> str | None:
    return f"{name} ({random.choice(OTHER_FAMILY)})" if words(name, 2, "LATIN") else None


def _nickname(name: str, random: Random) -> str | None:
    own = words(name, 2, "LATIN")
    return " ".join((own[0], f'"{random.choice(NICKNAMES)}"', *own[1:])) if own else None


def _alias(name: str, random: Random) -> str | None:
    between = random.choice((" a.k.a. ", " aka ", " alias ", ", also known as "))
    other = f"{random.choice(OTHER_GIVEN)} {random.choice(OTHER_FAMILY)}"
    return f"{name}{between}{other}" if words(name, 2, "LATIN") else None


def _both_scripts(name: str, random: Random) -> str | None:
    if script(name) not in _SPELLED_OUT or "," in name:
        return None
    latin = _romanised().transliterate(name).title()
    return random.choice((f"{name} ({latin})", f"{latin} ({name})", f"{name} / {latin}"))


BESIDE: dict[str, Noise] = {
    "form of address, Latin": _address_latin,
    "form of address, other scripts": _address_other,
    "degree": _degree,
    "maiden name": _maiden,
    "another name in brackets": _brackets,
    "nickname in quotation marks": _nickname,
    "a.k.a. and another name": _alias,
    "also romanised, in brackets or behind a stroke": _both_scripts,
}
