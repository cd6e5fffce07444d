"""What kinds of noise are made with: scripts, words, and letters put in the place of others.

A noise takes a name and gives it as another source would, or None where it does not apply or would change nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from random import Random

Noise = Callable[[str, Random], str | None]

CASED = ("LATIN", "CYRILLIC", "GREEK")
# Made up, for what stands beside a name or in its place.
OTHER_GIVEN = ("Amina", "Boris", "Carla", "Dieter", "Farid", "Greta", "Irina", "Jonas", "Lucia", "Petra")
OTHER_FAMILY = (
    "Bergstrom", "Castellano", "Eriksen", "Fontaine", "Grabowski", "Haddad", "Kowalczyk", "Lindqvist", "Moreau",
    "Nakamura", "Okonkwo", "Petrescu", "Quintero", "Rasmussen", "Takahashi", "Valente",
)  # fmt: skip
NICKNAMES = ("Ace", "Bibi", "Coco", "Kiko", "Lulu", "Mimi", "Pepe", "Sparrow", "Tiger", "Zaza")
_BESIDE = re.compile(r"[,;()\[\]\"«»“”„]")
_WORD = re.compile(r"[^\W\d_]{4,}")


def script(name: str) -> str:
    """The script of all its letters, by its name in Unicode; empty if there are none, or several."""
    found = {
        re.split("[ -]", unicodedata.name(sign, ""))[0]
        for sign in name
        if unicodedata.category(sign) in ("Lu", "Ll", "Lo")
    }
    return found.pop() if len(found) == 1 else ""


def words(name: str, least: int, *scripts: str) -> list[str]:
    """Its words, if they are of one of the scripts, at least so many and with nothing but blanks between; else none."""
    found = name.split()
    return found if len(found) >= least and script(name) in scripts and not _BESIDE.search(name) else []


def inside(name: str) -> list[int]:
    """The places of all letters that have a letter of the same word behind them, in words of four letters or more."""
    return [at for word in _WORD.finditer(name) for at in range(word.start(), word.end() - 1)]


def swapped(table: Mapping[str, str], *scripts: str, every: bool = False) -> Noise:
    """A noise: one of what the table has, or all of it, is replaced in names of these scripts."""
    pattern = re.compile("|".join(map(re.escape, sorted(table, key=len, reverse=True))))

    def noise(name: str, random: Random) -> str | None:
        found = list(pattern.finditer(name)) if script(name) in scripts else []
        if not found:
            return None
        if every:
            return pattern.sub(lambda match: table[match.group()], name)
        one = random.choice(found)
        return name[: one.start()] + table[one.group()] + name[one.end() :]

    return noise
