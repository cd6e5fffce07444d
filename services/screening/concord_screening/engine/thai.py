"""Thai as Thailand's general system (RTGS) writes it in Latin letters, but จ as j, as most people write it.

Thai leaves short vowels unwritten and writes some vowels before their consonant, so a reading goes syllable by
syllable. Where the script does not tell a syllable's vowel, the parity of the bare consonants decides, as it does for
most names: two are one closed syllable (สม is som), of three the first is open (กมล is ka-mon).
"""

from __future__ import annotations

import re

_INITIAL = {
    letter: sound
    for letters, sound in (
        ("ก", "k"), ("ขฃคฅฆ", "kh"), ("ง", "ng"), ("จ", "j"), ("ฉชฌ", "ch"), ("ซศษส", "s"), ("ญย", "y"), ("ฎด", "d"),
        ("ฏต", "t"), ("ฐฑฒถทธ", "th"), ("ณน", "n"), ("บ", "b"), ("ป", "p"), ("ผพภ", "ph"), ("ฝฟ", "f"), ("ม", "m"),
        ("ร", "r"), ("ลฬ", "l"), ("ว", "w"), ("หฮ", "h"), ("อ", ""),
    )
    for letter in letters
}  # fmt: skip
_FINAL = {
    letter: sound
    for letters, sound in (
        ("กขคฆ", "k"), ("ง", "ng"), ("จชซฌฎฏฐฑฒดตถทธศษส", "t"), ("ญณนรลฬ", "n"), ("บปพฟภ", "p"), ("ม", "m"), ("ย", "i"),
        ("ว", "o"),
    )
    for letter in letters
}  # fmt: skip
_CONSONANTS = frozenset(_INITIAL)
_CLUSTERS = frozenset({
    "กร", "กล", "กว", "ขร", "ขล", "ขว", "คร", "คล", "คว", "ตร", "ทร", "ปร", "ปล", "พร", "พล", "ผล", "ศร", "บร",
    "บล", "ดร", "ฟร", "ฟล",
})  # fmt: skip
_SONORANT = frozenset("งญนมยรลว")
# Vowels that stand after their consonant; ɔ is the letter อ where it is one.
_AFTER = frozenset("ะัาำิีึืุู็ɔ")
# Bare pairs whose second consonant is a syllable of its own before another: ธนกร is tha-na-kon.
_OPEN_PAIRS = {"ธน": "thana", "วร": "wora", "สร": "sora", "อร": "ora", "นร": "nora"}

_REWRITES = tuple(
    (re.compile(pattern), written)
    for pattern, written in (
        ("[่-๋ๆฯ]", ""),
        ("[ก-ฮ][ิุ]?์", "|"),  # a letter with this mark is silent, and ends a syllable
        ("ํา", "ำ"),
        ("็อ", "อ"),
        ("ฤๅ?", "ริ"),
        ("เกียรติ", "เกียต"),
        ("พรหม", "โพรม"),
        ("เกษม", "กะเสม"),
        ("เพชร(?=ร)", "เพชชะ"),
        ("เศรษฐ", "เสตฐ"),
        ("เสร(?=ิ)", "เส"),
        ("ณัฐ(?=[ก-ฮ])", "ณัฐฐ"),
        ("ทร(?=ง|ัพ|าย|วง)", "ซ"),
        ("รร(?=[ก-ฮ](?![ะาำิีึืุู]))", "ั"),
        ("รร(?![ะัาำิีึืุู])", "ัน"),
        ("(?<=[าัู])([ตม])[ิุ]$", r"\1"),  # ชาติ is chat
        ("(?<=ุ)ฒิ$", "ฒ"),
        ("(?<=โ[ก-ฮ])ติ$", "ต"),
        ("ั([ตฒชล])(?=[นรย][ะัาำิีึืุู])", r"ั\1\1"),  # a consonant that closes one syllable and opens the next
        ("(?<=[ก-ฮ])อ(?![ะัาำิีึืุู็])", "ɔ"),
    )
)


class _Reader:
    """One word, and how far it has been read."""

    def __init__(self, text: str) -> None:
        for pattern, written in _REWRITES:
            text = pattern.sub(written, text)
        self.text = text
        self.at = 0
        self.closed = False
        self.out: list[str] = []

    def read(self) -> str:
        while self.at < len(self.text):
            character = self.text[self.at]
            if character in "เแโใไ":
                self.at += 1
                self._led(character)
            elif character in _INITIAL:
                self._syllable()
            else:
                self.at += 1
        return "".join(self.out)

    def _is(self, at: int, letters: frozenset[str] | str) -> bool:
        return at < len(self.text) and self.text[at] in letters

    def _take(self, written: str) -> bool:
        """Whether this vowel stands here; a letter of it that has a vowel of its own is none."""
        end = self.at + len(written)
        if not self.text.startswith(written, self.at) or (written[-1] in _INITIAL and self._is(end, _AFTER)):
            return False
        self.at = end
        return True

    def _onset(self, size: int) -> str:
        letters = self.text[self.at : self.at + size]
        self.at += size
        if size == 2 and letters[0] == "ห":
            return _INITIAL.get(letters[1], "")
        return "".join(_INITIAL.get(letter, "") for letter in letters)

    def _size(self, at: int) -> int:
        """How many consonants open the syllable here, when a vowel is written with it."""
        two = self.text[at : at + 2]
        return 2 if two in _CLUSTERS or (two[:1] == "ห" and two[1:] in _SONORANT and len(two) > 1) else 1

    def _led(self, vowel: str) -> None:
        """A syllable whose vowel begins before it."""
        size = self._size(self.at)
        if self._is(self.at + 1, "ว") or self._is(self.at + 2, "ัุู" if vowel == "เ" else "ัุูิีึืาำ"):
            size = 1  # the second consonant closes the syllable, or has a vowel of its own: แก้ว, ไพลิน
        broken = vowel == "เ" and size == 1 and self._is(self.at + 1, "รล") and self._is(self.at + 2, "ิ")
        onset = self._onset(size)
        if broken:
            onset += "a" + self._onset(1)
        self.out.append(onset)
        self.closed = False
        if vowel in "ใไ":
            followed = self._take("ย") and self.at < len(self.text)
            self.out.append("aiya" if followed else "ai")
        elif vowel != "เ":
            self.out.append("o" if vowel == "โ" else "ae")
            if not self._take("ะ"):
                self._take("็")
                self._final()
        else:
            self._led_by_e()

    def _led_by_e(self) -> None:
        for written, sound, ends in (
            ("ียะ", "ia", True), ("ีย", "ia", False), ("ือ", "uea", False), ("ืɔ", "uea", False), ("าะ", "o", True),
            ("า", "ao", True), ("ɔะ", "oe", True), ("ɔ", "oe", False), ("ิ", "oe", False), ("ย", "oei", True),
            ("ะ", "e", True), ("็", "e", False), ("", "e", False),
        ):  # fmt: skip
            if not written or self._take(written):
                self.out.append(sound)
                if not ends:
                    self._final()
                return

    def _syllable(self) -> None:
        size = self._size(self.at)
        if not self._is(self.at + size, _AFTER):
            size = 1
        if not self._is(self.at + size, _AFTER):
            self._bare()
            return
        self.out.append(self._onset(size))
        self.closed = False
        for written, sound in (("ัวะ", "ua"), ("ัว", "ua"), ("ะ", "a"), ("ำ", "am"), ("ือ", "ue"), ("ืɔ", "ue")):
            if self._take(written):
                self.out.append(sound)
                if sound[0] == "u":
                    self._final()
                return
        sign = self.text[self.at]
        self.at += 1
        self.out.append({"ั": "a", "า": "a", "ิ": "i", "ี": "i", "ึ": "ue", "ื": "ue", "็": "e", "ɔ": "o"}.get(sign, "u"))
        self._final(short=sign in "ิีุ", forced=sign == "ั")

    def _run(self, at: int) -> str:
        """The consonants from here on that have no written vowel."""
        end = at
        while self._is(end, _CONSONANTS):
            end += 1
        if self._is(end, _AFTER):
            end -= 1
            if end > at and self._size(end - 1) == 2:
                end -= 1
        return self.text[at : max(end, at)]

    def _final(self, short: bool = False, forced: bool = False) -> None:
        """Takes the consonant that closes the syllable, if one does."""
        run = self._run(self.at)
        if forced and not run and self._is(self.at, _CONSONANTS):
            run = self.text[self.at]
        if not run or run[0] == "อ" or not (forced or self._closes(run, self._ends(run), short)):
            return
        self.out.append(_FINAL.get(run[0], ""))
        self.at += 1
        self.closed = True
        if len(run) == 2 and not forced and (run[1] == "ร" or (self._ends(run[1]) and _FINAL.get(run[1]) == "t")):
            self.at += 1  # a second consonant at a syllable's end is silent: เพชร, พุทธ

    def _ends(self, run: str) -> bool:
        """Whether the word, or a part of it that a silent letter marks off, ends with these letters."""
        return self.at + len(run) == len(self.text) or self._is(self.at + len(run), "|")

    @staticmethod
    def _closes(run: str, last: bool, short: bool) -> bool:
        if short and run[0] == "ร" and not (last and len(run) == 1):
            return False  # สุรชัย is su-ra-chai
        if len(run) == 2:
            dental = _FINAL.get(run[1]) == "t"
            if _FINAL.get(run[0]) == "t":
                return dental or run[1] == "ร"
            return (run[0] in "ญณนง" and dental) or (run[0] in "ญณนงยวล" and not last)
        return len(run) % 2 == 1

    def _bare(self) -> None:
        """Consonants without a written vowel."""
        run = self._run(self.at) or self.text[self.at]
        last = self._ends(run)
        closed, self.closed = self.closed, False
        if len(run) == 1:
            if not (last and closed):
                self.out.append(_INITIAL[run] + "a")
            self.at += 1
        elif run[:2] in _OPEN_PAIRS and (len(run) > 3 or (len(run) == 2 and not last)):
            self.out.append(_OPEN_PAIRS[run[:2]])
            self.at += 2
        elif len(run) % 2 == 0:
            self._closed_by(self._onset(1) + "o")
        elif run[1] == "ว":
            self._closed_by(self._onset(1) + "ua", skip=1)
        elif run[:2] in _CLUSTERS and len(run) == 3:
            self._closed_by(self._onset(2) + "o")
        else:
            self.out.append(self._onset(1) + "a")

    def _closed_by(self, begun: str, skip: int = 0) -> None:
        self.at += skip
        self.out.append(begun + _FINAL.get(self.text[self.at], ""))
        self.at += 1
        self.closed = True


def latin(text: str) -> str:
    """A Thai word in Latin letters."""
    return _Reader(text).read()
