"""Khmer in Latin letters, as Cambodians usually spell their names.

A consonant belongs to one of two series, and most vowel signs sound otherwise with each. Of consonants written under
one another the last stop or hiss tells the series.
"""

from __future__ import annotations

import re

# Each letter with how it reads; "-" for nothing.
_LETTERS = """
កk ខkh គk ឃkh ងng ចch ឆch ជch ឈch ញnh ដd ឋth ឌd ឍth ណn តt ថth ទt ធth នn បb ផph ពp ភph មm យy រr លl វv សs ហh ឡl អ-
"""
_SOUNDS = {pair[0]: pair[1:].replace("-", "") for pair in _LETTERS.split()}
_FINAL_LETTERS = """
កk ខk គk ឃk ងng ចch ឆch ជch ញnh ដt ឌt ណn តt ថt ទt ធt នn បp ផp ពp ភp មm យy រr លl វv សs
"""
_FINAL = {pair[0]: pair[1:] for pair in _FINAL_LETTERS.split()}
_SECOND_SERIES = frozenset("គឃងជឈញឌឍទធនពភមយរលវ")
_SONORANT = frozenset("ងញណនមយរលវ")
# Each vowel sign with its sound in the first and the second series.
_VOWELS = {
    "": ("a", "o"), "ា": ("a", "ea"), "ិ": ("e", "i"), "ី": ("ei", "i"), "ឹ": ("oe", "i"), "ឺ": ("eu", "eu"),
    "ុ": ("o", "u"), "ូ": ("o", "ou"), "ួ": ("uo", "uo"), "ើ": ("aeu", "oeu"), "ឿ": ("oeu", "oeu"), "ៀ": ("ie", "ie"),
    "េ": ("e", "e"), "ែ": ("e", "e"), "ៃ": ("ai", "ey"), "ោ": ("ao", "o"), "ៅ": ("ao", "ov"), "ុំ": ("om", "um"),
    "ំ": ("am", "um"), "ាំ": ("am", "oam"), "ះ": ("ah", "eah"), "ុះ": ("oh", "uh"), "េះ": ("eh", "eh"),
    "ោះ": ("oh", "uoh"), "ៈ": ("ak", "eak"), "័": ("a", "oa"),
}  # fmt: skip
_VOWEL_LETTERS = "ឥe ឦei ឧo ឩou ឪov ឫrith ឬreu ឯe ឱao ឲao ឳao"
_INDEPENDENT = {pair[0]: pair[1:] for pair in _VOWEL_LETTERS.split()}
_GROUP = re.compile(
    "(?P<letters>[ក-វស-អ](?:្[ក-វស-អ])*)(?P<shift>[៉៊]?)(?P<vowel>[ា-ះ័ៈ]*)(?P<shifted>[៉៊]?)(?P<short>់?)|(?P<alone>[ឣ-ឳ])"
)
_SILENT = re.compile("[ក-វស-អ](?:្[ក-វស-អ])*[ិុ]?៍|[៌៏]")


def latin(text: str) -> str:
    """A Khmer word in Latin letters."""
    groups = list(_GROUP.finditer(_SILENT.sub("", text)))
    # How many groups without a vowel stand in a row from each on, and whether the word ends with them.
    bare = [0] * (len(groups) + 1)
    for at in reversed(range(len(groups))):
        bare[at] = 0 if groups[at]["vowel"] or groups[at]["alone"] else bare[at + 1] + 1
    out: list[str] = []
    is_open = False  # whether a consonant may close the syllable
    for at, group in enumerate(groups):
        letters = (group["letters"] or "").replace("្", "")
        following = groups[at + 1] if at + 1 < len(groups) else None
        shut = following is not None and bool(following["short"] or "្" in (following["letters"] or ""))
        if not letters:
            out.append(_INDEPENDENT.get(group["alone"], ""))
            is_open = True
        elif (
            is_open and letters[0] in _FINAL and bare[at] and not shut and (at + bare[at] < len(groups) or bare[at] % 2)
        ):
            out.append(_FINAL[letters[0]])
            # What is written under a last consonant is silent at the end; elsewhere it begins a syllable.
            if len(letters) > 1 and at + 1 < len(groups):
                out.append("".join(_SOUNDS[c] for c in letters[1:]) + ("" if groups[at + 1]["vowel"] else "a"))
            is_open = False
        else:
            out.append(_syllable(letters, group, shut))
            is_open = out[-1][-1:] in ("a", "e", "i", "o", "u")
    return "".join(out)


def _syllable(letters: str, group: re.Match[str], shut: bool) -> str:
    """The consonants of a group with their vowel; `shut` when two consonants, or a marked one, follow."""
    sounds = "".join(_SOUNDS[c] for c in letters)
    shift = group["shift"] or group["shifted"]
    if letters[0] == "ប" and (shift == "៉" or len(letters) > 1):
        sounds = "p" + sounds[1:]
    stop = next((c for c in reversed(letters) if c not in _SONORANT), letters[-1])
    second = shift == "៊" if shift else stop in _SECOND_SERIES
    vowel = group["vowel"]
    if shut and not vowel:
        return sounds + "a"
    return sounds + _VOWELS.get(vowel, _VOWELS.get(vowel[:1], ("", "")))[second]
