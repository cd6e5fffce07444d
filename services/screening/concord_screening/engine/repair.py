"""Undoes what keyboards, scanners and other programs did to the letters of a name.

Promise: a text that nothing of the kind happened to comes back as it was, but for Unicode's compatibility forms; what
cannot be undone surely stays. Letters are repaired by their looks only where a word mixes scripts, which no name does.
"""

from __future__ import annotations

import re
import unicodedata

# Letters of UTF-8, two bytes each, that a program read one byte a letter: "Ã©" was é. What begins such a letter in
# Latin, Cyrillic and Arabic, and all that may follow. Ð to Ó and Ø to Û are letters themselves: there two must stand in
# a row, as they do in any word; and Å before a blank that does not break is no Š.
_BYTES = {chr(b): b for b in range(0x80, 0x100)} | {
    bytes([b]).decode("cp1252"): b for b in range(0x80, 0xA0) if bytes([b]).decode("cp1252", "ignore")
}
_FOLLOWING = "".join(re.escape(sign) for sign, byte in _BYTES.items() if byte < 0xC0)
_TORN = re.compile(
    f"[ÂÃ][{_FOLLOWING}]|[ÄÅ](?!\u00a0)[{_FOLLOWING}]|(?:[ÐÑÒÓ][{_FOLLOWING}]){{2,}}|(?:(?:[ØÙÚÛ]|â€)[{_FOLLOWING}]){{2,}}"
)
# A letter that a program could not write.
_LOST = re.compile("(?<=[^\\W\\d_])[?\ufffd]+(?=[^\\W\\d_])")
_LOWER, _UPPER = "a-zß-öø-ÿа-яѐ-џα-ωά-ώ", "A-ZÀ-ÖØ-ÞА-ЯЀ-ЏΑ-ΩΆ-Ώ"
# Where two words run together that each began with a capital: MariaLopez, LOPEZMaria; not DeLuca or FitzGerald.
_BEFORE = r"(?<!\b(?i:fitz))(?<!\b(?i:ibn|bin|abd|von|van|del|der|den))"
_RUN_TOGETHER = re.compile(
    f"(?<=[{_LOWER}]{{3}}){_BEFORE}(?=[{_UPPER}][{_LOWER}]{{2}})"
    f"|\\b[{_UPPER}]{{3,}}{_BEFORE}(?=[{_UPPER}][{_LOWER}]{{2}})"
)
_WITH_DIGITS = re.compile("[a-z0-9]*[0-9][a-z0-9]*")
_DIGITS = str.maketrans({"0": "o", "1": "l", "5": "s", "8": "b"} | dict.fromkeys("234679"))
_BETWEEN_CONSONANTS = re.compile("(?<![aeiouy])1(?![aeiouy])")
_LATIN, _OTHERS = re.compile("[A-Za-zÀ-ɏ]"), re.compile("[Ͱ-ӿԚ-ԝ]")
_WORD = re.compile("[^\\W\\d_]+")
# Letters that look like Latin ones.
_CYRILLIC_LIKE = dict(zip("аеорсухіјѕһԁԛԝӏкАВЕКМНОРСТХУІЈЅҮӀԚԜ", "aeopcyxijshdqwlkABEKMHOPCTXYIJSYIQW", strict=True))
_GREEK_LIKE = dict(zip("οανριυκΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "oavpiukABEZHIKMNOPTYX", strict=True))
_LIKE = {("CYRILLIC", "LATIN"): _CYRILLIC_LIKE, ("GREEK", "LATIN"): _GREEK_LIKE} | {
    ("LATIN", script): {latin: own for own, latin in reversed(table.items())}
    for script, table in (("CYRILLIC", _CYRILLIC_LIKE), ("GREEK", _GREEK_LIKE))
}


def _mended(torn: re.Match[str]) -> str:
    letters = bytes(_BYTES[sign] for sign in torn.group()).decode("utf-8", "ignore")
    kinds = [unicodedata.category(one) for one in letters]
    # Persian has marks on letters, and a sign that is not seen between them.
    fit = kinds and kinds[0][0] == "L" and all(kind[0] in "LM" or kind == "Cf" for kind in kinds)
    return letters if fit else torn.group()


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def _scripts(word: str) -> dict[str, str]:
    """The letters of a word by script."""
    found: dict[str, str] = {}
    for letter in word:
        script = _script(letter)
        found[script] = found.get(script, "") + letter
    return found


def _one_script(word: str, most: str) -> tuple[str, str]:
    """A word of two scripts in the one whose looks all its letters have, and which that is; else as it was.

    Where either would do, that of more letters, or else that of more of the name.
    """
    found = _scripts(word)
    if len(found) != 2:
        return word, ""
    for own in sorted(found, key=lambda script: (-len(found[script]), script != most, script)):
        other = next(script for script in found if script != own)
        table = _LIKE.get((other, own), {})
        if all(letter in table for letter in found[other]):
            return "".join(table.get(letter, letter) if letter in found[other] else letter for letter in word), own
    return word, ""


def _looks(text: str) -> str:
    """The text with the letters that only look right replaced by the right ones."""
    if not (_LATIN.search(text) and _OTHERS.search(text)):
        return text
    letters = {script: len(own) for script, own in _scripts("".join(_WORD.findall(text))).items()}
    most = max(letters, key=lambda script: (letters[script], script))
    mended: set[str] = set()
    words = _WORD.split(text)  # what stands between the words
    for at, typed in enumerate(_WORD.findall(text)):
        whole, script = _one_script(typed, most)
        mended |= {script} - {""}
        words.insert(2 * at + 1, whole)
    # In such a name a word that looks like the others' script throughout is of it as well.
    for script in sorted(mended):
        words = [_as(script, word) if at % 2 else word for at, word in enumerate(words)]
    return "".join(words)


def _as(script: str, word: str) -> str:
    table = _LIKE.get((_script(word[0]), script), {})
    return "".join(table[letter] for letter in word) if all(letter in table for letter in word) else word


def repaired(text: str) -> str:
    """The text, in upper and lower case as typed, before it is folded."""
    if not text.isascii():
        text = _looks(unicodedata.normalize("NFKC", _TORN.sub(_mended, text)))
    return _RUN_TOGETHER.sub(r"\g<0>-", _LOST.sub("", text))


def _letters_for(match: re.Match[str]) -> str:
    word = match.group()
    digits = sum(sign.isdigit() for sign in word)
    if len(word) < 3 * digits or word[0] in "23456789":
        return word
    return _BETWEEN_CONSONANTS.sub("i", word).translate(_DIGITS)


def without_digits(folded: str) -> str:
    """Folded text with the letters that digits were read or typed for; numbers and codes stay as they are."""
    return _WITH_DIGITS.sub(_letters_for, folded)
