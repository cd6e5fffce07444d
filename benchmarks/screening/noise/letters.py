"""Noise of single letters: what keyboards, scanners and other programs leave in the place of the right ones."""

from __future__ import annotations

from random import Random
from string import ascii_lowercase

from benchmarks.screening.noise.parts import Noise, inside, script, swapped

_CYRILLIC = dict(zip("aeopcyxijsABEKMHOPCTXYIJS", "аеорсухіјѕАВЕКМНОРСТХУІЈЅ", strict=True))
_GREEK = dict(zip("oavpiukABEZHIKMNOPTYX", "οανριυκΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", strict=True))
_LATIN = {own: latin for latin, own in _CYRILLIC.items()}
_DIGITS = {"o": "0", "O": "0", "l": "1", "i": "1", "I": "1", "s": "5", "S": "5"}
_SCANNED = {"m": "rn", "rn": "m", "w": "vv", "vv": "w", "d": "cl", "cl": "d"}


def _misread(*scripts: str) -> Noise:
    def noise(name: str, _: Random) -> str | None:
        if name.isascii() or script(name) not in scripts:
            return None
        read = (bytes([byte]) for byte in name.encode())
        # Five bytes are no sign of Windows-1252; programs let them through as control characters.
        return "".join(byte.decode("cp1252", "ignore") or byte.decode("latin-1") for byte in read)

    return noise


def _lost(name: str, _: Random) -> str | None:
    return None if name.isascii() or script(name) != "LATIN" else name.encode("ascii", "replace").decode()


def _places(name: str) -> list[int]:
    return inside(name) if script(name) == "LATIN" else []


def _typed(beside: str, random: Random) -> str:
    """Another letter than this, small or capital as this is."""
    letter = random.choice([own for own in ascii_lowercase if own != beside.lower()])
    return letter.upper() if beside.isupper() else letter


def _added(name: str, random: Random) -> str | None:
    if not (places := _places(name)):
        return None
    at = random.choice(places) + 1
    return name[:at] + _typed(name[at], random) + name[at:]


def _left_out(name: str, random: Random) -> str | None:
    if not (places := _places(name)):
        return None
    at = random.choice(places) + 1
    return name[:at] + name[at + 1 :]


def _other(name: str, random: Random) -> str | None:
    if not (places := _places(name)):
        return None
    at = random.choice(places) + 1
    return name[:at] + _typed(name[at], random) + name[at + 1 :]


def _exchanged(name: str, random: Random) -> str | None:
    if not (places := [at for at in _places(name) if name[at].lower() != name[at + 1].lower()]):
        return None
    at = random.choice(places)
    first, second = name[at], name[at + 1]
    if first.isupper() and second.islower():
        first, second = first.lower(), second.upper()
    return name[:at] + second + first + name[at + 2 :]


def _two_slips(name: str, random: Random) -> str | None:
    slips = random.choices((_added, _left_out, _other, _exchanged), k=2)
    once = slips[0](name, random)
    twice = slips[1](once, random) if once else None
    return None if twice == name else twice


LETTERS: dict[str, Noise] = {
    "one letter is a Cyrillic look-alike": swapped(_CYRILLIC, "LATIN"),
    "one letter is a Greek look-alike": swapped(_GREEK, "LATIN"),
    "one letter of a Cyrillic name is Latin": swapped(_LATIN, "CYRILLIC"),
    "all letters that have one are Cyrillic look-alikes": swapped(_CYRILLIC, "LATIN", every=True),
    "a digit for a letter": swapped(_DIGITS, "LATIN"),
    "UTF-8 read as Windows-1252, Latin": _misread("LATIN"),
    "UTF-8 read as Windows-1252, Cyrillic and Arabic": _misread("CYRILLIC", "ARABIC"),
    "letters lost to question marks": _lost,
    "a letter added": _added,
    "a letter left out": _left_out,
    "another letter": _other,
    "two letters exchanged": _exchanged,
    "two slips": _two_slips,
    "rn for m and the like": swapped(_SCANNED, "LATIN"),
}
