"""Chinese names: where the family name ends, and how each part reads in Mandarin and in Cantonese.

A name written with a dot or blank is cut there; it is a foreign name, or one with a generation name set
apart. One of two to four characters without either is read as a Chinese name as well: a family name of
one character (or one of the known ones of two), then the given name.
"""

from __future__ import annotations

import gzip
from functools import lru_cache
from importlib import resources

import icu

from concord_screening.engine.han_local import HOKKIEN, KOREAN, KOREAN_FAMILIES

CANTONESE = "cantonese.tsv.gz"
_DOUBLE_FAMILIES = """
欧阳 歐陽 司马 司馬 上官 诸葛 諸葛 东方 東方 皇甫 尉迟 尉遲 公孙 公孫 慕容 司徒 夏侯 令狐 宇文 长孙 長孫 端木 南宫
南宮 独孤 獨孤 呼延 申屠 轩辕 軒轅 钟离 鍾離 张简 張簡
"""
_DOUBLE = frozenset(_DOUBLE_FAMILIES.split())
# Characters whose reading as a family name is not the usual one.
_FAMILY = {
    "曾": "zeng", "单": "shan", "單": "shan", "解": "xie", "仇": "qiu", "查": "zha", "盖": "ge",
    "朴": "piao", "任": "ren", "区": "ou", "區": "ou", "翟": "zhai", "贾": "jia", "賈": "jia",
    "尉": "wei", "覃": "qin", "乐": "yue", "樂": "yue", "缪": "miao", "繆": "miao", "冼": "xian",
    "葉": "ye", "叶": "ye", "沈": "shen", "柏": "bai", "洗": "xian", "佘": "she",
}  # fmt: skip

# Characters that stand for other sounds than Mandarin's in foreign names written in Malaysia.
_SOUTHERN_TEXT = """
末=mad 立=lid 益=id 勿=bu 峇=ba 仄=che 督=tuk 查=za 祖=zu 佐=jo 旦=tan 敦=tun 旺=wan 里=ri 迪=di 尤=yu 占=jam
法=fa 沙=sha 赛=sai 賽=sai 吉=kit 日=jit 木=muk 叻=lek 蒂=ti 冷=leng 汀=din 拿=na 益=id 逸=yat 达=dat 達=dat
密=mit 铁=tit 乐=lok 樂=lok 福=fuk 杰=kiat 傑=kiat 扎=za 甲=kap 答=tap 腊=lap 蜡=lap 列=lit 烈=lit 得=tek 德=tek
"""
_SOUTHERN = {pair[0]: pair[2:] for pair in _SOUTHERN_TEXT.split()}
_SOUTHERN_WORDS = {
    "阿都": "abdul", "阿末": "ahmad", "哈末": "hamad", "莫哈末": "mohamad", "穆罕默德": "muhammad", "依斯迈": "ismail",
    "依布拉欣": "ibrahim", "胡先": "hussein", "慕丁": "muddin", "鲁丁": "ruddin", "沙末": "samad", "卡立": "khalid",
    "端姑": "tengku", "东姑": "tunku", "東姑": "tunku", "查卡": "jaafar", "纳吉": "najib", "安华": "anwar",
    "峇鲁": "bahru", "诺丁": "nordin", "祖基": "zulki", "依沙": "isa", "哈芝": "haji",
}  # fmt: skip

# What only they write.
_SOUTHERN_SIGNS = (*_SOUTHERN_WORDS, "末", "峇", "仄", "督", "旺", "沙", "祖", "慕", "依")

# Hong Kong's usual spellings, sound by sound; the edit model learns what these leave.
_INITIALS = (
    ("gw", "kw"), ("kw", "kw"), ("ng", "ng"), ("z", "ch"), ("c", "ch"), ("j", "y"), ("g", "k"),
    ("d", "t"), ("b", "p"),
)  # fmt: skip
_FINALS = {
    "oeng": "eung", "oek": "euk", "oet": "eut", "oe": "eu", "eoi": "ui", "eon": "un", "eot": "ut",
    "yu": "yu", "yun": "uen", "yut": "uet", "aa": "a", "aai": "ai", "aau": "au", "aam": "am",
    "aan": "an", "aang": "ang", "aap": "ap", "aat": "at", "aak": "ak", "ai": "ai", "au": "au",
    "am": "am", "an": "an", "ang": "ang", "ap": "ap", "at": "at", "ak": "ak", "ou": "o", "u": "u",
    "i": "i", "ei": "ei", "iu": "iu", "im": "im", "in": "in", "ing": "ing", "oi": "oi", "on": "on",
    "ong": "ong", "ung": "ung", "ui": "ui", "un": "un", "o": "o", "e": "e", "eng": "eng",
}  # fmt: skip


@lru_cache(maxsize=1)
def _mandarin() -> icu.Transliterator:
    return icu.Transliterator.createInstance("Han-Latin; Latin-ASCII; Lower")


def _letters(text: str) -> str:
    return "".join(c for c in text.lower() if "a" <= c <= "z")


@lru_cache(maxsize=20_000)
def mandarin(character: str) -> str:
    """The character in pinyin without tone; empty when it has no reading."""
    return _letters(_mandarin().transliterate(character))


@lru_cache(maxsize=1)
def _jyutping() -> dict[str, str]:
    """How Cantonese reads each character."""
    file = resources.files("concord_screening.engine.models").joinpath(CANTONESE)
    lines = gzip.decompress(file.read_bytes()).decode().splitlines()
    by_sound = (line.partition("\t") for line in lines)
    return {character: sound for sound, _, characters in by_sound for character in characters}


@lru_cache(maxsize=20_000)
def cantonese(character: str) -> str:
    """The character as Hong Kong would spell it; its pinyin when Cantonese has no reading."""
    reading = _jyutping().get(character)
    if not reading:
        return mandarin(character)
    sound = _letters(reading)
    for start, spelled in _INITIALS:
        if sound.startswith(start) and len(sound) > len(start):
            rest = sound[len(start) :]
            return spelled + _FINALS.get(rest, rest)
    for cut in range(2):
        if sound[cut:] in _FINALS:
            return sound[:cut] + _FINALS[sound[cut:]]
    return sound


def sounds() -> set[str]:
    """What a character may be read in Mandarin and in Cantonese, and what two of given names may in Mandarin."""
    every = _jyutping()
    syllables = {mandarin(c) for c in HOKKIEN}
    return {mandarin(c) for c in every} | {cantonese(c) for c in every} | {a + b for a in syllables for b in syllables}


def ways(text: str, alone: bool) -> list[tuple[list[str], bool]]:
    """How one word may be cut, and whether the cut is that of a Chinese name; `alone` when the name is this word.

    A foreign name is often written without a dot, and sometimes only half of it.
    """
    if not alone or len(text) < 2:
        return [([text], False)]
    found: list[tuple[list[str], bool]] = []
    if len(text) <= 4:
        cut = 2 if len(text) >= 3 and text[:2] in _DOUBLE else 1
        found.append(([text[:cut], text[cut:]], True))
    found.append(([text], False))
    if len(text) >= 4:
        found += [([text[:cut], text[cut:]], False) for cut in range(2, len(text) - 1)]
    if 6 <= len(text) <= 8:
        found += [
            ([text[:a], text[a : a + b], text[a + b :]], False)
            for a in (2, 3)
            for b in (2, 3)
            if 2 <= len(text) - a - b <= 3
        ]
    return found


def southern(text: str) -> str:
    """The sounds of a foreign name as Chinese speakers of Malaysia write it; none where nothing tells that they did."""
    if not any(sign in text for sign in _SOUTHERN_SIGNS):
        return ""
    for written, sound in _SOUTHERN_WORDS.items():
        text = text.replace(written, sound)
    return "".join(c if c.isascii() else _SOUTHERN.get(c) or mandarin(c) for c in text)


def is_korean(family: str) -> bool:
    """Whether a family name is one that Koreans bear."""
    return family in KOREAN_FAMILIES


def local_spellings(part: str, family: bool, korean: bool) -> tuple[str, ...]:
    """How speakers of Hokkien and of Korean spell a part of a Chinese name; none where no character is known, for
    Koreans where any is not."""
    found: list[str] = []
    tables = (KOREAN_FAMILIES, KOREAN) if korean else (None, HOKKIEN)
    own = tables[0] if family else tables[1]
    if own is None:
        return ()
    # Names are often spelled partly so and partly as Cantonese has it.
    choices = [own.get(c, ()) or ((cantonese(c),) if not korean and c in _jyutping() else ()) for c in part]
    if all(choices) and any(character in own for character in part):
        most = max(map(len, choices))
        found += ["".join(choice[min(turn, len(choice) - 1)] for choice in choices) for turn in range(most)]
        if len(choices) == 2:
            found += [a + b for a in choices[0][:2] for b in choices[1][:2]]
    return tuple(dict.fromkeys(found))[:4]


def readings(part: str, family: bool) -> tuple[str, str]:
    """A part as Mandarin and as Cantonese reads it."""
    first = _FAMILY.get(part) if family else None
    return (
        first or "".join(mandarin(c) for c in part),
        "".join(cantonese(c) for c in part),
    )


_WADE_INITIALS = (
    ("zh", "ch"), ("ch", "ch"), ("sh", "sh"), ("b", "p"), ("d", "t"), ("g", "k"), ("j", "ch"), ("q", "ch"),
    ("x", "hs"), ("z", "ts"), ("c", "ts"), ("r", "j"), ("p", "p"), ("t", "t"), ("k", "k"),
)  # fmt: skip


def wade_giles(syllable: str) -> str:
    """A pinyin syllable as Wade and Giles spelled it, without its marks."""
    start, spelled = next(((a, b) for a, b in _WADE_INITIALS if syllable.startswith(a)), ("", ""))
    rest = syllable[len(start) :]
    if start in ("zh", "ch", "sh", "r") and rest == "i":
        return spelled + "ih"
    if start in ("z", "c", "s") and rest == "i":
        return "tzu" if start != "s" else "szu"
    if syllable in ("si", "yi"):
        return {"si": "szu", "yi": "i"}[syllable]
    rest = {"ian": "ien", "ie": "ieh", "iong": "iung", "ong": "ung", "ue": "ueh", "uo": "o", "e": "o"}.get(rest, rest)
    if start in ("g", "k", "h") or syllable[:1] == "h":
        rest = {"o": "uo", "ui": "uei"}.get(rest, rest)
    return spelled + rest
