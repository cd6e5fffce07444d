"""The index: who is found, in which zone, with which reasons."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from concord_screening.engine.commands import ImpossibleDateError, Index
from concord_screening.engine.domain import Change, Name, Query, Subject, Zone
from concord_screening.engine.words import WORDS, texts
from concord_screening.engine.zones import WITHOUT_DATE_MOST, capped, zones_of
from services.screening.tests.engine.people import SPECIAL, crowd, listed


@pytest.mark.parametrize(
    ("name", "dob", "expected"),
    [
        ("Layla Khatib", "1984-03-09", "ar"),
        ("Svetlana Gromova", "1979-11-23", "cy"),
        ("Gromowa Swetlana", "1979", "cy"),
        ("Zhou Huimin", "1990-05-17", "ha"),
        ("Жан-Пьер О'Халлоран", "1966-02-01", "la"),
        ("Zbigniew Wrzosowicz", "1950-01-01", "nodate"),
    ],
)
def test_listed_people_are_found_across_scripts(index: Index, name: str, dob: str, expected: str) -> None:
    result = index.query(Query.of(name, dob))
    assert result.hits[0].subject_id == expected
    assert expected in result.candidates
    assert result.zone is not Zone.CLEAR


def test_somebody_else_is_clear(index: Index) -> None:
    assert index.query(Query.of("Thorvald Kristoffersson", "1931-08-30")).zone is Zone.CLEAR


def test_a_rare_name_without_a_date_is_neither_cleared_nor_sure(index: Index) -> None:
    result = index.query(Query.of("Zbigniew Wrzosowicz"))
    assert result.zone is not Zone.CLEAR
    assert result.hits[0].score <= 0.95


@pytest.mark.parametrize(
    ("probability", "dated", "name", "surprise", "zone"),
    [
        (0.06, True, -1.0, -9.0, Zone.POSSIBLE),
        (0.04, True, 9.0, 9.0, Zone.CLEAR),
        (0.04, False, 2.5, 0.5, Zone.UNDECIDABLE),
        (0.04, False, 1.5, 0.5, Zone.CLEAR),
        (0.04, False, 2.5, -0.5, Zone.CLEAR),
    ],
)
def test_only_a_rare_name_that_agrees_without_a_date_is_undecidable(
    probability: float, dated: bool, name: float, surprise: float, zone: Zone
) -> None:
    one = [np.array([value]) for value in (probability, dated, name, surprise)]
    assert zones_of(*one) == [zone]


def test_reasons_have_words_and_hold_no_name(index: Index) -> None:
    for query in (Query.of("Svetlana Gromova", "1979-11-23", "RU", "female"), Query.of("Amina Haddad", "1970-01-01")):
        for hit in index.query(query).hits:
            assert all(reason.code in WORDS for reason in hit.reasons)
            said = texts(hit.reasons).lower() + repr(hit).lower()
            assert not any(word in said for word in ("gromova", "svetlana", "amina", "haddad"))


@pytest.mark.parametrize("name", ["Svetlana Gromova", "Amina Haddad"])
def test_agreeing_evidence_never_lowers_and_contradicting_never_raises(index: Index, name: str) -> None:
    def scores(**evidence: Any) -> dict[str, float]:
        query = dataclasses.replace(Query.of(name), **evidence)
        return {hit.subject_id: hit.score for hit in index.query(query, limit=1_000, exhaustive=True).hits}

    plain = scores()
    for subject in (SPECIAL[1], SPECIAL[0], crowd(300)[0]):
        own = subject.subject_id
        agreeing = scores(dob=subject.dobs[0], nationality=subject.countries[0])[own]
        assert agreeing >= plain[own] - 1e-12
        assert scores(nationality="Tonga")[own] <= plain[own] + 1e-12
        assert scores(dob="1901-07-30")[own] <= plain[own] + 1e-12
        if subject.gender:
            assert scores(gender=subject.gender)[own] >= plain[own] - 1e-12


@pytest.mark.parametrize("name", ["Amina Haddad", "Светлана Громова", "Farid Yilmaz", "Layla Khatib", "周慧敏"])
def test_found_scores_equal_the_exhaustive_ones(index: Index, name: str) -> None:
    query = Query.of(name, "1979-11-23")
    everybody = {hit.subject_id: hit.score for hit in index.query(query, limit=1_000, exhaustive=True).hits}
    found = index.query(query, limit=1_000)
    assert len(everybody) == 305
    for hit in found.hits:
        assert everybody[hit.subject_id] == pytest.approx(hit.score, rel=1e-6)
    best = max(everybody, key=lambda subject_id: everybody[subject_id])
    assert everybody[found.hits[0].subject_id] == pytest.approx(everybody[best])


@pytest.mark.parametrize("name", ["", "  ", "12345", "\u202e", "\x00"])
def test_no_name_at_all_is_undecidable(index: Index, name: str) -> None:
    result = index.query(Query.of(name))
    assert result.zone is Zone.UNDECIDABLE
    assert [reason.code for reason in result.reasons] == ["name_empty"]


@pytest.mark.parametrize("name", ["\U00012000\U00012001", "\U00013000\U00013001"])
def test_a_script_that_cannot_be_read_is_undecidable(index: Index, name: str) -> None:
    result = index.query(Query.of(name, "1990-01-01"))
    assert result.zone is Zone.UNDECIDABLE
    assert [reason.code for reason in result.reasons] == ["script_unreadable"]


def test_a_name_of_which_one_word_cannot_be_read_is_not_cleared(index: Index) -> None:
    result = index.query(Query.of("Thorvald \U00013000\U00013001", "1931-08-30"))
    assert result.zone is Zone.UNDECIDABLE
    assert [reason.code for reason in result.reasons] == ["script_unreadable"]
    assert index.query(Query.of("Gromova \U00013000 Svetlana", "1979-11-23")).zone is Zone.POSSIBLE


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("x", Zone.CLEAR),
        ("A" * 10_000, Zone.CLEAR),
        ("A " * 500, Zone.CLEAR),
        ("Анна Smith 王", Zone.CLEAR),
        ("a\u202eb", Zone.CLEAR),
        ("Ⅻ", Zone.CLEAR),
        ("\u0378\u0379 Anna", Zone.UNDECIDABLE),
        ("\ue000\ue001", Zone.UNDECIDABLE),
        ("\ud800 Anna", Zone.UNDECIDABLE),
    ],
)
def test_odd_names_are_answered(index: Index, name: str, zone: Zone) -> None:
    assert index.query(Query.of(name, "1990-01-01")).zone is zone


@pytest.mark.parametrize("dob", ["1990-02-31", "2999-01-01", "yesterday"])
def test_an_impossible_date_is_refused_without_repeating_anything(index: Index, dob: str) -> None:
    with pytest.raises(ImpossibleDateError) as error:
        index.query(Query.of("Amina Haddad", dob))
    assert dob not in str(error.value)
    assert "amina" not in repr(error.value).lower()


def test_unreadable_listings_are_named_by_id(tmp_path: Path) -> None:
    index = Index.open(tmp_path, background=False)
    odd = Subject("odd", (Name("\U00012000"),))
    assert index.apply([Change.upsert(odd), *listed(SPECIAL)]) == ("odd",)
    assert index.query(Query.of("Layla Khatib", "1984-03-09")).hits[0].subject_id == "ar"
    index.close()


def test_an_empty_list_is_clear(tmp_path: Path) -> None:
    index = Index.open(tmp_path, background=False)
    assert index.query(Query.of("Amina Haddad", "1980-01-01")).zone is Zone.CLEAR
    index.apply([*listed(SPECIAL), *(Change.remove(subject.subject_id) for subject in SPECIAL)])
    index.rewrite()
    assert index.query(Query.of("Layla Khatib", "1984-03-09")).hits == ()
    assert len(index) == 0
    index.close()


def test_several_spellings_of_a_candidate_are_one_question(index: Index) -> None:
    query = Query((Name("ليلى الخطيب"), Name("Layla Khatib"), Name("\U00012000")), "1984-03-09")
    result = index.query(query)
    assert result.hits[0].subject_id == "ar"
    assert [reason.code for reason in result.reasons] == ["script_unreadable"]


def test_threads_may_ask_at_once(index: Index) -> None:
    query = Query.of("Svetlana Gromova", "1979-11-23")
    expected = index.query(query)
    with ThreadPoolExecutor(4) as pool:
        assert all(result == expected for result in pool.map(lambda _: index.query(query), range(20)))


def test_nothing_prints_a_name() -> None:
    name = "Quillabamba"
    for value in (Name(name), Subject("1", (Name(name),)), Query.of(name), Change.upsert(Subject("1", (Name(name),)))):
        assert name not in repr(value)
        assert name not in str(value)


@pytest.mark.parametrize("count", [1, 2, 12])
@pytest.mark.parametrize("dob", [None, "1964", "1964-02-11"])
def test_in_a_list_of_few_namesakes_everybody_is_found(tmp_path: Path, count: int, dob: str | None) -> None:
    """Nothing is rare there; who is not compared would be cleared."""
    index = Index.open(tmp_path, background=False)
    index.apply(listed([Subject(str(n), (Name("Otylia Brzezicka"),), ("1964-02-11",)) for n in range(count)]))
    result = index.query(Query.of("Brzezicka Otylia", dob), limit=20)
    assert len(result.hits) == count
    assert result == index.query(Query.of("Brzezicka Otylia", dob), limit=20, exhaustive=True)
    if count == 1:
        assert result.zone is Zone.POSSIBLE
    index.close()


def test_without_a_date_nothing_is_sure_and_the_order_stays() -> None:
    probabilities = np.linspace(0.0, 1.0, 201)
    said = capped(probabilities, np.zeros(201, dtype=bool))
    assert (np.diff(said) > 0).all()
    assert (said <= probabilities).all()
    assert said[-1] == pytest.approx(WITHOUT_DATE_MOST)
    assert (capped(probabilities, np.ones(201, dtype=bool)) == probabilities).all()
