"""Words that stand with a name and are none: forms of address, offices, degrees.

What somebody may be called as well ("Earl", "Tun", "النقيب") is one only where two other parts are left: whoever has
two names and loses one would be taken for everybody of the other. "Don" and "Imam" are names as often, and stay.
"""

from __future__ import annotations

import re


def word_set(words_in_a_row: str) -> frozenset[str]:
    """Words as a set, from a text that can be read."""
    return frozenset(words_in_a_row.split())


TITLES = word_set(
    """
    mr mrs ms miss dr prof professor sir rev jr sr iii gen general col colonel capt captain lt mullah mawlawi maulavi
    hojjatoleslam hojat ayatollah mme mlle monsieur señor señora senor senora sra srta frau dipl brigadier brig sgt
    sergeant smt shri shrimati gospodin gospozha phd ph esq cbe cpa dds msc bsc licenciado comandante comdr cmdr
    الدكتور دكتور الدكتورة دكتورة د الاستاذ الأستاذ آقای
    господин госпожа гн гжа др доктор проф профессор генерал полковник
    דר מר גב' פרופ' ד'ר
    श्री श्रीमती डॉ κα κος δρ திருமதி டாக்டர்
    様 先生 女士 博士 教授 さん 씨 님 박사 선생님
    """
)
# Names as well: titles only where two other parts are left.
MAYBE_TITLES = word_set(
    """
    lord lady dame hon ii iv maj major haji hajji hadji hajj molla ustad sheikh shaykh sheik cheikh engineer tun datuk
    dato sri datin baron baroness viscount earl marquess madame ssa dra doctor alhaji alhaja hajiya bapak ibu jd lic adm
    admiral herr pastor dott chief dona
    пан пани инж инженер
    الشيخ شيخ الحاج حاج ملا المهندس العميد اللواء العقيد الفريق النقيب الرائد خانم جناب
    הרב திரு 氏
    """
)
# The same, but a usual second name: titles only before all others.
FIRST_TITLES = word_set("السيد السيدة الأمير الاميرة")
# What follows a name without a blank.
_ENDINGS = {
    "Hani": ("先生", "女士", "小姐", "博士", "教授", "夫人"),
    "Kana": ("さん", "ちゃん"),
    "Hang": ("씨", "님"),
}
# What a Thai name is written behind as one word, if a letter that can begin one follows; นาง alone begins names, too.
_THAI = re.compile("(?:นางสาว|นาย)(?=[ก-ฮเแโใไ].)")
_LEFT_LEAST = {"Hang": 3}


def without_address(text: str, script: str, first: bool) -> str:
    """A word without the form of address that is written with it as one word, if a name is left; `first`: no other
    word stands before it."""
    for ending in _ENDINGS.get(script, ()):
        if text.endswith(ending) and len(text) - len(ending) >= _LEFT_LEAST.get(script, 2):
            return text.removesuffix(ending)
    begun = _THAI.match(text) if first and script == "Thai" else None
    return text[begun.end() :] if begun else text
