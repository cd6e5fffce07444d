"""Names as keyboards, scanners, forms and other programs leave them, which no training has seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concord_screening.engine.analysis import MAX_FORMS, forms
from concord_screening.engine.asides import readings
from concord_screening.engine.commands import Index, score_pair
from concord_screening.engine.domain import Name, Query, Subject
from concord_screening.engine.letters import words
from concord_screening.engine.repair import repaired, without_digits
from services.screening.tests.engine.people import FAMILY, GIVEN, crowd, listed

PLAIN = st.text(st.sampled_from("aáäbcdeéñoøþяжшא周ア김 "), max_size=30)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Mаriа Lоpеz", "Maria Lopez"),  # some of the letters are Cyrillic
        ("Μaria Lορez", "Maria Lopez"),  # and Greek
        ("Свeтлана Гpoмова", "Светлана Громова"),  # and Latin ones here
        ("Mаriа Сосо", "Maria Coco"),  # the whole second word
        ("M4ria L0pez", "Mria Lopez"),
        ("M1chae1 Ro5enberg", "Michael Rosenberg"),
        ("JosÃ© GarcÃ­a", "José García"),
        ("Ð\u0098Ð²Ð°Ð½ ÐŸÐµÑ‚Ñ€Ð¾Ð²", "Иван Петров"),
        ("Ø§Ù…ÛŒØ¯ Ú©Ø±ÛŒÙ…ÛŒ", "امید کریمی"),
        ("Ø¹Ù„ÛŒâ€ŒØ±Ø¶Ø§", "علی\u200cرضا"),
        ("Jos\ufffdphine Dupont", "Josphine Dupont"),
        ("MariaLopez", "Maria-Lopez"),
        ("LOPEZMaria", "LOPEZ-Maria"),
        ("FitzGerald", "fitzgerald"),
        ("IbnHassan vonMarek", "ibnhassan vonmarek"),
        ("LeeMYUNGbak", "leemyungbak"),
    ],
)
def test_what_was_done_to_letters_is_undone(typed: str, meant: str) -> None:
    assert words(typed) == words(meant)


@pytest.mark.parametrize(
    "text",
    [
        "Анна Сара", "Anna Анна Иванова", "DeLuca MacArthur McDonald", "O'Neil", "ČÍŽEK", "Ñandú Ångström", "周慧敏",
        "Sara Сара", "Ýš Őr", "Φαίδων", "ヨハン・バウアー", "MUÑ\xadOZ", "FitzGerald", "FITZGerald", "ibnHassan",
    ],
)  # fmt: skip
def test_what_nothing_was_done_to_stays(text: str) -> None:
    assert repaired(text) == text


@given(PLAIN)
def test_letters_of_lower_case_and_one_script_a_word_stay(text: str) -> None:
    if all(len({word.script for word in words(piece)}) <= 1 for piece in text.split()):
        assert words(repaired(text)) == words(text)


@pytest.mark.parametrize("code", ["id48813", "b12", "2nd", "1974"])
def test_codes_and_numbers_are_no_words(code: str) -> None:
    assert without_digits(code) == code
    assert words(code) == ()


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("Amina Haddad", ("Amina Haddad",)),
        ("Amina Haddad a.k.a. Irina Marek", ("Amina Haddad", "Irina Marek")),
        ("Amina Haddad alias Sparrow", ("Amina Haddad",)),
        ("Amina Haddad (née Marek)", ("Amina Haddad", "Amina Haddad Marek")),
        ("Amina Haddad, geb. Marek", ("Amina Haddad", "Amina Haddad Marek")),
        ("Amina (Marek) Haddad", ("Amina Haddad", "Amina Marek Haddad")),
        ("(Amina Haddad)", ("(Amina Haddad)",)),
        ("Alias Marek", ("Alias Marek",)),
        ("Irina Nakata", ("Irina Nakata",)),
        ("Irina Aka Marek", ("Irina Aka Marek",)),
        ("A. K. A. Marek", ("A. K. A. Marek",)),
        ("Lim Nee Ling", ("Lim Nee Ling",)),
        ("lim nee ling", ("lim nee ling",)),
        ("amina aka haddad", ("amina aka haddad",)),
        ("Amina Alias Haddad", ("Amina Alias Haddad",)),
        ("Amina (Haddad)", ("Amina (Haddad)",)),
        ('"Mina" Haddad', ('"Mina" Haddad',)),
        ('Amina "Mina" Haddad', ("Amina Haddad", "Amina Mina Haddad")),
        ("王(伟)", ("王(伟)",)),
        ("周慧敏 (Amina Haddad)", ("周慧敏", "周慧敏 Amina Haddad", "Amina Haddad")),
        ("Amina Haddad (Not Available)", ("Amina Haddad", "Amina Haddad Not Available")),
        ('ד"ר ברגר ז"ל', ('ד"ר ברגר ז"ל',)),
        ("", ("",)),
    ],
)
def test_a_name_with_another_beside_it(typed: str, names: tuple[str, ...]) -> None:
    assert tuple(" ".join(name.split()) for name in readings(typed)) == names


def test_an_alias_is_as_good_as_the_name() -> None:
    typed = "Amina Haddad a.k.a. Irina Marek"
    for name in ("Amina Haddad", "Irina Marek"):
        assert score_pair(typed, name) == pytest.approx(score_pair(name, name))
    assert score_pair("Светлана Громова (Svetlana Gromova)", "Svetlana Gromova") > 0.9


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Señora Amina Haddad", "Amina Haddad"),
        ("Amina Haddad, Ph.D.", "Amina Haddad"),
        ("г-н Иван Громов", "Иван Громов"),
        ("الدكتور سامي الخطيب", "سامي الخطيب"),
        ('ד"ר יונתן ברגר', "יונתן ברגר"),
        ("周慧敏女士", "周慧敏"),
        ("周 慧敏", "周慧敏"),
        ("周慧敏 先生", "周慧敏"),
        ("ヨハン・バウアーさん", "ヨハン・バウアー"),
        ("김서준 씨", "김서준"),
        ("김서준님", "김서준"),
        ("السيد سامي حسن الخطيب", "سامي حسن الخطيب"),
        ("นายสมชาย ใจดี", "สมชาย ใจดี"),
        ("Herr Jonas Marek", "Jonas Marek"),
    ],
)
def test_forms_of_address_are_no_part_of_a_name(typed: str, name: str) -> None:
    assert forms(typed) == forms(name)


def test_what_may_be_a_name_is_one_where_little_else_is_left() -> None:
    assert len(forms("Jonas Herr")[0].parts) == 2
    assert score_pair("Jonas Herr", "Jonas Marek") < score_pair("Jonas Herr", "Jonas Herr")


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Earl Marek", "Irina Marek"),
        ("JD Marek", "Irina Marek"),
        ("Doctor Marek", "Irina Marek"),
        ("Sri Haddad", "Irina Haddad"),
        ("سامي النقيب", "سامي الخطيب"),
        ("ليلى خانم", "ليلى حداد"),
    ],
)
def test_of_two_parts_none_is_lost_as_a_title(name: str, other: str) -> None:
    assert score_pair(name, other) < 0.5 < score_pair(name, name)


@pytest.mark.parametrize(("name", "latin"), [("سامي النقيب", "Sami al-Naqib"), ("นางฟ้า ใจดี", "Nangfa Jaidee")])
def test_what_is_a_title_elsewhere_is_found_in_another_script(name: str, latin: str) -> None:
    assert score_pair(name, latin) > 0.9


def test_a_usual_second_name_is_a_title_only_before_others() -> None:
    assert len(forms("سامي السيد الخطيب")[0].parts) == 3
    assert len(forms("السيد سامي الخطيب")[0].parts) == 2


@pytest.mark.parametrize("name", ["Lim Ing Wen", "Ike Mba Okoro", "Roz Ann Marek", "Jonas Obe Marek", "Lim Nee Ling"])
def test_names_that_are_titles_or_degrees_elsewhere_stay(name: str) -> None:
    assert len(forms(name)[0].parts) == 3


def test_initials_before_one_name_tell_something() -> None:
    assert score_pair("J. R. Marek", "Jonas Marek") > 0.5 > score_pair("P. R. Marek", "Jonas Marek")
    assert forms("A. D. Marek") == forms("A. Marek")


@pytest.mark.parametrize("given_name", ["Irina", "Petra", "Jonas"])
def test_a_name_written_as_one_word_in_either_order(given_name: str) -> None:
    for typed in (f"{given_name}Gromov", f"{given_name}gromov".lower(), f"gromov{given_name}".lower()):
        assert score_pair(typed, f"{given_name} Gromov") > 0.5


@pytest.mark.parametrize("typed", ["otokarquillabamba", "QUILLABAMBAOTOKAR", "откаркильябамба", "オトカルキリャバンバ"])
def test_who_is_typed_as_one_word_is_found_where_nothing_tells_where_it_ends(typed: str, tmp_path: Path) -> None:
    person = Subject("one", (Name("Otokar Quillabamba"), Name("Откар Кильябамба"), Name("オトカル・キリャバンバ")))
    index = Index.open(tmp_path / "list", background=False)
    index.apply(listed([*crowd(2_000), person]))
    result = index.query(Query.of(typed))
    assert "one" in result.candidates
    assert result.hits[0].subject_id == "one"
    index.close()


@pytest.mark.parametrize(
    ("typed", "namesake", "halves", "many"),
    [
        ("fernandez", "Fernandez", "Fernan Andez", 1),
        ("fernandez", "Carla Fernandez", "Fernan Andez", 1),
        ("FERNANDEZ", "Fernandez", "Andez Fernan", 40),
        ("rodriguez", "Rodriguez", "Rodrig Riguez", 40),
        ("quillabamba", "Quillabamba", "Quillab Abamba", 40),
        ("фернандес", "Фернандес", "Фернан Андес", 40),
        ("фернандес", "Fernandez", "Fernan Andez", 40),
        ("fernandez", "Fernandez", "Fernan Andez", 60),
        ("rodriguez", "Rodriguez", "Rodrig Riguez", 60),
        ("quillabamba", "Quillabamba", "Quillab Abamba", 60),
        ("фернандес", "Фернандес", "Фернан Андес", 60),
        ("fernandez", "Fernandez", "Fern Nandez", 1),
    ],
)
def test_a_namesake_in_one_word_comes_before_who_has_halves_of_it(
    typed: str, namesake: str, halves: str, many: int, tmp_path: Path
) -> None:
    index = Index.open(tmp_path / "list", background=False)
    scattered = [Subject(f"halves{n}", (Name(halves),)) for n in range(many)]
    index.load([*scattered, *crowd(2_000), Subject("namesake", (Name(namesake),))])
    result = index.query(Query.of(typed))
    assert {"halves0", "namesake"} <= {*result.candidates}
    assert result.hits[0].subject_id == "namesake"
    assert result.hits[0].score > result.hits[1].score
    index.close()


@given(st.sampled_from(GIVEN), st.sampled_from(FAMILY), st.sampled_from([" a.k.a. ", " (", ' "', " née "]))
def test_forms_are_few_whatever_stands_beside_a_name(given_name: str, family: str, between: str) -> None:
    found = forms(f"{given_name} {family}{between}{family} {given_name})")
    assert 1 <= len(found) <= MAX_FORMS
