"""The kinds of noise that `make bench-noise` measures do what they say, and its figures are what the page says."""

from __future__ import annotations

import unicodedata
from random import Random

import pytest

from benchmarks.screening.noise import lists, pairs
from benchmarks.screening.noise.kinds import KINDS
from benchmarks.screening.noise.page import table
from concord_screening.engine.commands import Index
from concord_screening.engine.training.data import Asked, Pair
from services.screening.tests.engine.people import FAMILY, GIVEN, crowd

NAMES = (
    "Maria Lopez", "Jonas Erik Lindqvist", "José García", "Jean-Pierre Moreau", "Otto von Marek", "MAREK, Jonas",
    "Светлана Громова", "Фёдор Андрей Серов", "سامي الخطيب", "אדם ברגר", "周慧敏", "ヨハン・バウアー", "김서준",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_changes_some_names_and_for_one_seed_always_alike(kind: str) -> None:
    made = [KINDS[kind](name, Random(number)) for number, name in enumerate(NAMES)]
    assert any(made)
    assert all(name != own for name, own in zip(NAMES, made, strict=True))
    assert made == [KINDS[kind](name, Random(number)) for number, name in enumerate(NAMES)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["", "1974", "-", "Анна Anna"])
def test_no_kind_applies_where_there_are_no_letters_or_those_of_two_scripts(kind: str, name: str) -> None:
    assert KINDS[kind](name, Random(1)) is None


@pytest.mark.parametrize(
    ("kind", "name", "made"),
    [
        ("all letters that have one are Cyrillic look-alikes", "Cape Sy", "Саре Ѕу"),
        ("UTF-8 read as Windows-1252, Latin", "José García", "JosÃ© GarcÃ\xada"),
        ("letters lost to question marks", "José García", "Jos? Garc?a"),
        ("one word with its capitals", "Jonas Erik Marek", "JonasErikMarek"),
        ("one word with its capitals, in the other order", "Jonas Erik Marek", "MarekJonasErik"),
        ("one word in lower case", "Светлана Громова", "светланагромова"),
        ("hyphen dropped", "Jean-Pierre Moreau", "JeanPierre Moreau"),
        ("particle joined", "Otto von Marek", "Otto vonMarek"),
        ("'J. R. Smith' for three names", "Jonas Erik Marek", "J. E. Marek"),
        ("'J. Smith' for two names", "Jonas Marek", "J. Marek"),
        ("initials for middle names", "Jonas Erik Otto Marek", "Jonas E. O. Marek"),
        ("a middle name left out", "Jonas Erik Marek", "Jonas Marek"),
        ("the last of three names left out", "Jonas Erik Marek", "Jonas Erik"),
        ("the last name first", "Jonas Erik Marek", "Marek Jonas Erik"),
        ("the last name first, with a comma", "Jonas Erik Marek", "Marek, Jonas Erik"),
        ("capitals", "Jonas Märek", "JONAS MÄREK"),
        ("underscores for blanks", "Jonas Erik Marek", "Jonas_Erik_Marek"),
        ("Chinese name with blanks between the characters", "周慧敏", "周 慧 敏"),
        ("dot of a foreign name in characters or kana left out", "ヨハン・バウアー", "ヨハンバウアー"),
        ("й and ё without their marks", "Фёдор Андрей", "Федор Андреи"),
        ("Arabic without its article", "سامي الخطيب", "سامي خطيب"),
        ("full width", "Jo Ma", "\uff2a\uff4f\u3000\uff2d\uff41"),
        ("half-width kana", "ガ・バー", "\uff76\uff9e\uff65\uff8a\uff9e\uff70"),
        ("Hebrew without final letters", "אדם", "אדמ"),
    ],
)
def test_a_kind_does_what_it_says(kind: str, name: str, made: str) -> None:
    assert KINDS[kind](name, Random(1)) == made


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("one letter is a Cyrillic look-alike", "Светлана Громова"),
        ("one letter of a Cyrillic name is Latin", "Maria Lopez"),
        ("a digit for a letter", "Anna Marek"),
        ("UTF-8 read as Windows-1252, Latin", "Maria Lopez"),
        ("letters lost to question marks", "Светлана Громова"),
        ("a letter left out", "Li Wu"),
        ("one word with its capitals", "MAREK, Jonas"),
        ("one word with its capitals", "Otto von Marek"),
        ("two of three words run together, with their capitals", "Maria Lopez"),
        ("'J. R. Smith' for three names", "J. R. Marek"),
        ("initials for middle names", "Otto von Marek"),
        ("an initial added", "Jonas Erik Marek"),
        ("the last of three names left out", "Jonas Marek"),
        ("a word cut in two", "Anna Marek"),
        ("form of address, Latin", "周慧敏"),
        ("form of address, other scripts", "Maria Lopez"),
        ("Chinese name with blanks between the characters", "周慧·敏德"),
        ("tatweel", "Maria Lopez"),
    ],
)
def test_a_kind_leaves_what_it_does_not_apply_to(kind: str, name: str) -> None:
    assert KINDS[kind](name, Random(1)) is None


@pytest.mark.parametrize("seed", range(20))
def test_slips_and_look_alikes_are_one_letter(seed: int) -> None:
    name = "Maria Lopez"
    made = {kind: KINDS[kind](name, Random(seed)) or "" for kind in KINDS}
    (place,) = (at for at, own in enumerate(made["one letter is a Cyrillic look-alike"]) if own != name[at])
    assert unicodedata.name(made["one letter is a Cyrillic look-alike"][place]).startswith("CYRILLIC")
    assert len(made["a letter added"]) == len(name) + 1
    assert len(made["a letter left out"]) == len(name) - 1
    assert sum(a != b for a, b in zip(made["another letter"], name, strict=True)) == 1
    assert sorted(made["two letters exchanged"].lower()) == sorted(name.lower())


@pytest.mark.parametrize("kind", ["a sign that is not seen", "full width"])
def test_signs_for_the_same_letters_are_the_same_once_put_right(kind: str) -> None:
    seen = (sign for sign in KINDS[kind]("Maria Lopez", Random(3)) or "" if unicodedata.category(sign) != "Cf")
    assert unicodedata.normalize("NFKC", "".join(seen)) == "Maria Lopez"


def _pair(number: int, same: bool) -> Pair:
    name, other = f"{GIVEN[number % 16]} {FAMILY[number % 25]}", f"{GIVEN[(number + 1) % 16]} {FAMILY[number % 25]}"
    return Pair("Latin-Latin", "", "", name, name if same else other, "a", "b", same)


def test_pairs_of_either_sort_count_alike_and_only_the_noise_makes_the_difference() -> None:
    own = [_pair(number, number % 3 == 0) for number in range(90)]

    def measured() -> pairs.PairFigures | None:
        return pairs.measured(own, KINDS["capitals"], Random(5), lambda a, b: float(a == b))

    assert measured() == pairs.PairFigures(60, 1.0, 0.5) == measured()
    assert pairs.measured(own[:30], KINDS["capitals"], Random(5), lambda a, b: float(a == b)) is None


def test_a_list_finds_people_by_what_the_noise_left_of_their_names(index: Index) -> None:
    asked = [Asked(s.subject_id, s.names[0].text, "", "", "", s.countries[0], s.subject_id, "") for s in crowd(30)]
    capitals = lists.measured(index, asked, KINDS["capitals"], Random(5))
    nobody = lists.measured(index, asked, lambda name, random: "Otokar Quillabamba", Random(5))
    assert capitals is not None
    assert nobody is not None
    assert capitals.count == 30
    assert capitals.clean == capitals.noise
    assert capitals.clean.shown >= capitals.clean.first > 0.8
    assert nobody.clean == capitals.clean
    assert nobody.noise.first < 0.1
    assert lists.measured(index, asked[:9], KINDS["capitals"], Random(5)) is None


def test_what_is_too_rare_to_measure_has_no_figures() -> None:
    found = lists.ListFigures(12, lists.Found(1.0, 1.0), lists.Found(0.5, 0.75))
    lines = table({"a": (pairs.PairFigures(500, 0.99, 0.9), None), "b": (None, found)}).splitlines()
    assert lines[2:] == [
        "| a | 500 | 0.990 | 0.900 | – | – | – | – | – |",
        "| b | – | – | – | 12 | 1.00 | 1.00 | 0.50 | 0.75 |",
    ]
