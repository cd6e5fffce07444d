"""Words that stand with a name and are none: forms of address, offices, degrees.

Only what is hardly ever a name itself: "Don" and "Imam" are names as often as not, and stay.
"""

from __future__ import annotations


def _set(words_in_a_row: str) -> frozenset[str]:
    return frozenset(words_in_a_row.split())


TITLES = _set(
    """
    mr mrs ms miss dr prof professor sir lord lady dame hon rev jr sr ii iii iv gen general col colonel maj
    major capt captain lt haji hajji hadji hajj mullah mawlawi maulavi molla ustad sheikh shaykh sheik cheikh
    ayatollah hojjatoleslam engineer tun datuk dato sri datin baron baroness viscount earl marquess
    mme mlle monsieur madame senor senora señor señora sra srta frau dipl ssa dra doctor
    brigadier brig sgt sergeant alhaji alhaja hajiya shri smt shrimati bapak ibu gospodin gospozha phd ph esq
    cbe cpa dds jd msc bsc lic licenciado comandante comdr cmdr adm admiral hojat
    الشيخ شيخ الدكتور دكتور الدكتورة دكتورة الحاج حاج د ملا الاستاذ الأستاذ المهندس العميد اللواء العقيد
    الفريق النقيب الرائد آقای خانم جناب
    господин госпожа гн гжа др доктор проф профессор инж инженер генерал полковник
    דר מר גב' פרופ' הרב ד'ר
    श्री श्रीमती डॉ κα κος δρ திரு திருமதி டாக்டர்
    様 氏 先生 女士 博士 教授 さん 씨 님 박사 선생님
    """
)
# Names as well: titles only where two other parts are left.
MAYBE_TITLES = _set("herr pastor dott chief dona пан пани السيد السيدة الأمير الاميرة")
# What follows a name without a blank.
_ENDINGS = {
    "Hani": ("先生", "女士", "小姐", "博士", "教授", "夫人"),
    "Kana": ("さん", "ちゃん"),
    "Hang": ("씨", "님"),
}
_BEGINNINGS = {"Thai": ("นางสาว", "นาง", "นาย")}
_LEFT_LEAST = {"Hang": 3}


def without_address(text: str, script: str) -> str:
    """A word without the form of address that is written with it as one word, if a name is left."""
    for ending in _ENDINGS.get(script, ()):
        if text.endswith(ending) and len(text) - len(ending) >= _LEFT_LEAST.get(script, 2):
            return text.removesuffix(ending)
    for beginning in _BEGINNINGS.get(script, ()):
        if text.startswith(beginning) and len(text) - len(beginning) > 2:
            return text.removeprefix(beginning)
    return text
