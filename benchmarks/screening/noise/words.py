"""Noise of whole words: run together, cut, in another order, shortened to initials, left out."""

from __future__ import annotations

import re
from random import Random
from string import ascii_uppercase

from benchmarks.screening.noise.parts import CASED, OTHER_FAMILY, Noise, script, words

_PARTICLE = re.compile(r"(?i)(?<!\S)(von|van|de|del|della|di|da|dos|du|la|le|el|al|bin|ibn|ben|фон|де|ван) (?=\w)")
_LONG = re.compile(r"[^\W\d_]{6,}")


def _capitalised(name: str, least: int) -> list[str]:
    own = words(name, least, *CASED)
    return own if all(word[0].isupper() and len(word) > 1 and word[-1] != "." for word in own) else []


def _one_word(name: str, _: Random) -> str | None:
    return "".join(_capitalised(name, 2)) or None


def _one_word_turned(name: str, _: Random) -> str | None:
    own = _capitalised(name, 2)
    return "".join((*own[-1:], *own[:-1])) or None


def _two_run_together(name: str, random: Random) -> str | None:
    if not (own := _capitalised(name, 3)):
        return None
    at = random.randrange(len(own) - 1)
    return " ".join((*own[:at], own[at] + own[at + 1], *own[at + 2 :]))


def _lower(noise: Noise) -> Noise:
    def lowered(name: str, random: Random) -> str | None:
        return made.lower() if (made := noise(name, random)) else None

    return lowered


def _without_hyphen(name: str, _: Random) -> str | None:
    return name.replace("-", "") if "-" in name and script(name) in CASED else None


def _particle_joined(name: str, _: Random) -> str | None:
    found = _PARTICLE.sub(r"\1", name) if script(name) in CASED else name
    return found if found != name else None


def _first_initial(name: str, _: Random) -> str | None:
    own = words(name, 2, *CASED)
    return f"{own[0][0]}. {own[-1]}" if len(own) == 2 and len(own[0]) > 2 else None


def _initial(word: str) -> str:
    """Its initial, if it is not a particle."""
    return f"{word[0]}." if word[0].isupper() else word


def _all_initials(name: str, _: Random) -> str | None:
    own = words(name, 3, *CASED)
    made = " ".join([*map(_initial, own[:-1]), *own[-1:]])
    return made if made != name and len(own) == 3 else None


def _middle_initials(name: str, _: Random) -> str | None:
    own = words(name, 3, *CASED)
    made = " ".join([*own[:1], *map(_initial, own[1:-1]), *own[-1:]])
    return made if own and made != name else None


def _initial_added(name: str, random: Random) -> str | None:
    own = words(name, 2, "LATIN")
    return f"{own[0]} {random.choice(ascii_uppercase)}. {own[1]}" if len(own) == 2 else None


def _middle_left_out(name: str, random: Random) -> str | None:
    if not (own := words(name, 3, *CASED)):
        return None
    del own[random.randrange(1, len(own) - 1)]
    return " ".join(own)


def _last_left_out(name: str, _: Random) -> str | None:
    return " ".join(words(name, 3, *CASED)[:-1]) or None


def _another_last(name: str, random: Random) -> str | None:
    own = words(name, 3, "LATIN")
    return " ".join((*own[:-1], random.choice([other for other in OTHER_FAMILY if other != own[-1]]))) if own else None


def _cut(name: str, random: Random) -> str | None:
    if script(name) not in CASED or not (long := list(_LONG.finditer(name))):
        return None
    word = random.choice(long)
    at = random.randrange(word.start() + 3, word.end() - 2)
    return f"{name[:at]} {name[at:]}"


def _turned(name: str, _: Random) -> str | None:
    own = words(name, 2, *CASED)
    return " ".join((*own[-1:], *own[:-1])) or None


def _comma(name: str, _: Random) -> str | None:
    own = words(name, 2, *CASED)
    return f"{own[-1]}, {' '.join(own[:-1])}" if own else None


def _capitals(name: str, _: Random) -> str | None:
    return name.upper() if script(name) in CASED and name.upper() != name else None


def _underscores(name: str, _: Random) -> str | None:
    return name.replace(" ", "_") if " " in name and script(name) in CASED else None


WORDS: dict[str, Noise] = {
    "one word with its capitals": _one_word,
    "one word with its capitals, in the other order": _one_word_turned,
    "two of three words run together, with their capitals": _two_run_together,
    "one word in lower case": _lower(_one_word),
    "two of three words run together, in lower case": _lower(_two_run_together),
    "hyphen dropped": _without_hyphen,
    "particle joined": _particle_joined,
    "'J. R. Smith' for three names": _all_initials,
    "'J. Smith' for two names": _first_initial,
    "initials for middle names": _middle_initials,
    "an initial added": _initial_added,
    "a middle name left out": _middle_left_out,
    "the last of three names left out": _last_left_out,
    "another last name after two": _another_last,
    "a word cut in two": _cut,
    "the last name first": _turned,
    "the last name first, with a comma": _comma,
    "capitals": _capitals,
    "underscores for blanks": _underscores,
}
