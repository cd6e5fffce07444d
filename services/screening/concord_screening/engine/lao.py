"""Lao in Latin letters, as Lao people usually spell their names.

Every vowel is written, but some before their consonant, so a word is cut into syllables first.
"""

from __future__ import annotations

import re

# Each letter with how it reads; "-" for nothing.
_INITIAL_LETTERS = """
ກk ຂkh ຄkh ງng ຈch ສs ຊx ຍnh ຢy ດd ຕt ຖth ທth ນn ບb ປp ຜph ຝf ພph ຟf ມm ຣr ລl ວv ຫh ຮh ໜn ໝm ອ-
"""
_INITIAL = {pair[0]: pair[1:].replace("-", "") for pair in _INITIAL_LETTERS.split()}
_FINAL_LETTERS = """
ກk ງng ຍy ດt ນn ບp ມm ວo ລn ຣn ສt
"""
_FINAL = {pair[0]: pair[1:] for pair in _FINAL_LETTERS.split()}
_VOWELS = {
    "ເ-ົາ": "ao", "ເ-ືອ": "eua", "ເ-ຶອ": "eua", "ເ-ັຍ": "ia", "ເ-ຍ": "ia", "ເ-ິ": "oe", "ເ-ີ": "oe", "ເ-າະ": "o",
    "ເ-ະ": "e", "ເ-ັ": "e", "ເ-": "e", "ແ-ະ": "e", "ແ-ັ": "e", "ແ-": "e", "ໂ-ະ": "o", "ໂ-": "o", "ໃ-": "ay", "ໄ-": "ay",
    "-ົວະ": "oua", "-ົວ": "oua", "-ັວ": "oua", "-ັຽ": "ia", "-ຽ": "ia", "-ໍາ": "am", "-ຳ": "am", "-ໍ": "o", "-ອ": "o",
    "-ວ": "oua", "-ະ": "a", "-ັ": "a", "-າ": "a", "-ິ": "i", "-ີ": "i", "-ຶ": "eu", "-ື": "eu", "-ຸ": "ou", "-ູ": "ou",
    "-ົ": "o", "-": "a",
}  # fmt: skip
_TONES = re.compile("[່-໋ໆ໌]")
_SIGNS = "ະັາຳິີຶືຸູົໍຽ"
_LETTERS = "".join(_INITIAL)
_SOFT = "ງຍນມລວຣ"  # before these ຫ only marks the tone
# A consonant is a syllable's last when no vowel follows that it would begin.
_SYLLABLE = re.compile(
    f"(?P<lead>[ເແໂໃໄ]?)(?:ຫ(?=[{_SOFT}][{_SIGNS}ອ])|(?<=[ເແໂໃໄ])ຫ(?=[{_SOFT}][ກ-ຮ]))?(?P<letter>[{_LETTERS}])"
    f"(?P<second>ຼ|[ຣລ](?=[{_SIGNS}])|)"
    f"(?P<vowel>ົາ|ືອ|ຶອ|ັຍ|ົວະ|ົວ|ັວ|ັຽ|ໍາ|າະ|[{_SIGNS}]|[ອວ](?=[{_LETTERS}](?![{_SIGNS}]))|ອ(?![{_SIGNS}])|)"
    f"(?P<final>(?:[ກງຍດນບມວລຣສ](?![{_SIGNS}ອ]|ວ[ກງຍດນບມ](?![{_SIGNS}])))?)"
)


def latin(text: str) -> str:
    """A Lao word in Latin letters."""
    out: list[str] = []
    for found in _SYLLABLE.finditer(_TONES.sub("", text).replace("ຫຼ", "ລ")):
        lead, letter, second, vowel, final = found.group("lead", "letter", "second", "vowel", "final")
        if lead == "ເ" and not vowel and final == "ຍ":
            vowel, final = "ຍ", ""
        sound = _VOWELS.get(f"{lead}-{vowel}") or _VOWELS[f"{lead}-"] + _VOWELS.get(f"-{vowel}", "")
        if sound == "ay" and final == "ຍ":
            final = ""
        out.append(_INITIAL[letter] + {"": "", "ຣ": "r"}.get(second, "l") + sound + _FINAL.get(final, ""))
    return "".join(out)
