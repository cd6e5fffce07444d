"""Every letter that can be read: a name of it is its own, and no number of it is more than the engine has room for."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from collections import defaultdict

import pytest

from concord_screening.engine.analysis import forms
from concord_screening.engine.commands import score_pair
from concord_screening.engine.letters import MAX_SYMBOLS, MAX_WORD_LETTERS, Word, script_of
from concord_screening.engine.romanise import symbols

WORD = 6


def _letters() -> dict[str, list[str]]:
    """Script → its letters, but for characters of which there are thousands (every fortieth of these)."""
    found: dict[str, list[str]] = defaultdict(list)
    for sign in map(chr, range(0x41, 0x10000)):
        if unicodedata.category(sign) in ("Ll", "Lo") and symbols(Word(sign, script_of(sign))):
            found[script_of(sign)].append(sign)
    return {script: own if len(own) < 1000 else own[::40] for script, own in found.items()}


def _densest(script: str, letters: list[str]) -> str:
    """The longest word of the letter that is spelled in most symbols."""
    return max((len(symbols(Word(sign, script))), sign) for sign in letters)[1] * MAX_WORD_LETTERS


LETTERS = _letters()
DENSEST = {script: _densest(script, own) for script, own in LETTERS.items()}
_THROUGH_ALL = """
import sys, tempfile
from pathlib import Path
from concord_screening.engine.commands import Index, score_pair
from concord_screening.engine.domain import Change, Name, Query, Subject
names = sys.stdin.read().split("\\n")
subjects = [Subject(str(number), (Name(name),)) for number, name in enumerate(names)]
with tempfile.TemporaryDirectory() as folder:
    index = Index.open(Path(folder) / "index")
    index.load(subjects)
    index.apply([Change.upsert(one) for one in subjects])
    for name in names:
        index.query(Query((Name(name),)), 3)
        score_pair(name, name[::-1])
        score_pair(name, "Amina Haddad")
    index.close()
print(score_pair("Amina Haddad", "Jonas Marek") < 0.1 < 0.9 < score_pair("Amina Haddad", "Amina Haddad"))
"""


@pytest.mark.parametrize("script", sorted(LETTERS))
def test_a_name_of_any_letters_is_its_own(script: str) -> None:
    own = LETTERS[script]
    for at in range(0, len(own), WORD):
        name = "".join(own[at : at + WORD]) + own[at - 1] + own[at - 2]
        if forms(name):
            assert score_pair(name, name) > 0.8, name


@pytest.mark.parametrize("script", sorted(DENSEST))
def test_no_spelling_is_longer_than_what_is_compared(script: str) -> None:
    for form in forms(f"{DENSEST[script]} {DENSEST[script]}"):
        for part in form.parts:
            assert all(0 < len(spelling) <= MAX_SYMBOLS for _, spelling in part.spellings)


def test_the_longest_names_harm_nothing() -> None:
    """In a process of its own: memory written past its end is seen by nobody else."""
    long = ["庄双窗床" * 3, "王小明先生经济发展部长兼对外合作委员会主任委员", "Abdulǀǁǂǃ", "عبدالݐݐݐݐ"]
    names = [*long, *DENSEST.values(), *(f"{one} {one[:30]} {one[:20]}" for one in DENSEST.values())]
    ended = subprocess.run(
        [sys.executable, "-c", _THROUGH_ALL], input="\n".join(names), capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout.strip()) == (0, "True"), ended.stderr[-2000:]
