"""What must hold of every query: evidence adds, the doors change nothing but who is looked at, nothing leaks."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from concord_screening.engine.budget import Budget
from concord_screening.engine.commands import ImpossibleDateError, Index
from concord_screening.engine.dates import DateRelation, parse, relation
from concord_screening.engine.domain import Change, Name, Query, Subject, Zone
from concord_screening.engine.retrieve import NARROW
from concord_screening.engine.words import texts
from services.screening.tests.engine.people import FAMILY, GIVEN, SPECIAL, crowd

NAMES = st.builds(lambda a, b: f"{a} {b}", st.sampled_from(GIVEN), st.sampled_from(FAMILY))
TYPED = st.one_of(NAMES, st.sampled_from([subject.names[0].text for subject in SPECIAL]))
# The same people as others write them, and nobody listed.
OTHERWISE = ("Layla Al-Khatib", "Leila Chatib", "Gromowa Swetlana", "Громов Светлан", "Huimin Zhou", "Жан Пьер Халоран",
     "Борис Соколов", "Фарид Хаддад", "فريد حداد", "Зелинский Марек", "Petrescu Maria Elena", "Thorvald Kristoffersson",
)  # fmt: skip
DATES = st.dates(date(1930, 1, 1), date(2005, 12, 31)).map(str)
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _scores(index: Index, query: Query) -> dict[str, float]:
    return {hit.subject_id: hit.score for hit in index.query(query, limit=1_000, exhaustive=True).hits}


@QUICK
@given(name=TYPED, own=st.sampled_from([*SPECIAL[:4], *crowd(300)[:20]]), other=DATES)
def test_agreeing_evidence_never_lowers_and_contradicting_never_raises(
    index: Index, name: str, own: Subject, other: str
) -> None:
    key = own.subject_id
    plain = _scores(index, Query.of(name))[key]
    assert _scores(index, Query.of(name, own.dobs[0]))[key] >= plain - 1e-12
    assert _scores(index, Query.of(name, None, own.countries[0]))[key] >= plain - 1e-12
    assert _scores(index, Query.of(name, None, "Tonga"))[key] <= plain + 1e-12
    born = own.dobs[0]
    turned = f"{born[:5]}{born[8:]}-{born[5:7]}" if born[8:] <= "12" else born
    for date_ in (other, born[:4], born[:7], turned, f"{int(born[:4]) + 1}{born[4:]}", other[:4]):
        stands = relation(parse(date_, 20261231), parse(born, 20261231))
        with_date = _scores(index, Query.of(name, date_))[key]
        if stands > DateRelation.UNKNOWN:
            assert with_date >= plain - 1e-12
        elif stands < DateRelation.UNKNOWN:
            assert with_date <= plain + 1e-12
    if own.gender:
        assert _scores(index, Query.of(name, None, None, own.gender))[key] >= plain - 1e-12
        opposite = "male" if own.gender == "female" else "female"
        assert _scores(index, Query.of(name, None, None, opposite))[key] <= plain + 1e-12


@QUICK
@given(name=TYPED, dob=st.one_of(st.none(), DATES))
def test_a_query_is_answered_alike_however_its_name_is_typed(index: Index, name: str, dob: str | None) -> None:
    hits = index.query(Query.of(name, dob)).hits
    for typed in (name.upper(), f"  {name}  ", "\u202a" + name, name.replace(" ", "\u00a0")):
        again = index.query(Query.of(typed, dob)).hits
        assert [hit.subject_id for hit in again] == [hit.subject_id for hit in hits]


@QUICK
@given(name=TYPED, dob=st.one_of(st.none(), DATES))
def test_every_found_score_equals_the_exhaustive_one(index: Index, name: str, dob: str | None) -> None:
    query = Query.of(name, dob)
    everybody = _scores(index, query)
    for hit in index.query(query, limit=1_000).hits:
        assert everybody[hit.subject_id] == pytest.approx(hit.score, rel=1e-9)


@pytest.fixture(scope="module")
def unlimited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """A list in two segments whose doors stand wide open."""
    folder = Path(tmp_path_factory.mktemp("unlimited"))
    index = Index.open(folder, budget=Budget.unlimited(200), background=False)
    index.load(crowd(90, seed=11))
    index.apply([Change.upsert(subject) for subject in SPECIAL])
    yield index
    index.close()


@QUICK
@given(name=st.one_of(TYPED, st.sampled_from(OTHERWISE)), dob=st.one_of(st.none(), DATES, st.just("1984")))
def test_with_an_unlimited_budget_the_index_is_the_exhaustive_search(
    unlimited: Index, name: str, dob: str | None
) -> None:
    """Left out is only who shares no part of the name and no day of birth, and scores next to nothing."""
    query = Query.of(name, dob)
    everybody = unlimited.query(query, limit=1_000, exhaustive=True).hits
    found = {hit.subject_id: hit for hit in unlimited.query(query, limit=1_000).hits}
    for hit in everybody:
        if hit.subject_id in found:
            assert found[hit.subject_id] == hit
        else:
            assert hit.zone is Zone.CLEAR
            assert hit.score < 0.015


def test_what_the_doors_miss_is_counted_by_door(index: Index, capsys: pytest.CaptureFixture[str]) -> None:
    """Somebody who would score as possible must come through one of the doors, and be compared."""
    missed: Counter[str] = Counter()
    asked = 0
    asks = [(subject.names[0].text, subject.dobs) for subject in (*SPECIAL, *crowd(300)[::6])]
    asks += [(name, ("1984-03-09", "1979", "1990-05-17", "1966-01-02")) for name in OTHERWISE]
    for name, dobs in asks:
        for dob in (None, *dobs):
            asked += 1
            query = Query.of(name, dob)
            found = {hit.subject_id for hit in index.query(query, limit=1_000).hits}
            for hit in index.query(query, limit=1_000, exhaustive=True).hits:
                if hit.zone is not Zone.CLEAR and hit.subject_id not in found:
                    dated = any(reason.code.startswith("date_") for reason in hit.reasons if reason.weight > 0)
                    missed["date" if dated else "name"] += 1
    with capsys.disabled():
        print(f"\n{asked} queries; missed by the name door {missed['name']}, by the date door {missed['date']}")
    assert not missed


@QUICK
@given(names=st.lists(NAMES, min_size=1, max_size=6), dob=st.one_of(st.none(), DATES))
def test_a_batch_answers_as_single_queries_do(index: Index, names: list[str], dob: str | None) -> None:
    queries = [Query.of(name, dob) for name in names]
    assert list(index.query_many(queries)) == [index.query(query) for query in queries]


def test_what_a_batch_remembers_of_neighbours_is_not_taken_for_a_part(tmp_path: Path) -> None:
    """Neighbours in one word are looked for less far than a part that is spelled the same."""
    index = Index.open(tmp_path, budget=Budget(prefixes=NARROW), background=False)
    index.load([Subject(str(n), (Name(f"{a}{b} Moreau"),)) for n, (a, b) in enumerate(product(GIVEN, ("ba", "pa")))])
    queries = [Query.of(name) for given in GIVEN for name in (f"{given} Ba", f"{given}ba Sokolov")]
    assert list(index.query_many(queries)) == [index.query(query) for query in queries]
    index.close()


def test_a_broken_query_of_a_batch_does_not_stop_the_rest(index: Index) -> None:
    first, second = index.query_many([Query.of("Amina Haddad", "1990-02-31"), Query.of("Layla Khatib", "1984-03-09")])
    assert isinstance(first, ImpossibleDateError)
    assert not isinstance(second, ImpossibleDateError)
    assert second.hits[0].subject_id == "ar"


@pytest.fixture(scope="module")
def doubled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """A list in which the same id is given twice in one batch."""
    index = Index.open(Path(tmp_path_factory.mktemp("doubled")), background=False)
    index.apply(
        [
            Change.upsert(Subject("twice", (Name("Amina Haddad"),), ("1970-01-02",))),
            Change.upsert(Subject("twice", (Name("Oskar Lindqvist"),), ("1980-03-04",))),
        ]
    )
    yield index
    index.close()


def test_of_an_id_given_twice_the_later_counts(doubled: Index) -> None:
    assert len(doubled) == 1
    later = doubled.query(Query.of("Oskar Lindqvist", "1980-03-04"), exhaustive=True).hits[0]
    earlier = doubled.query(Query.of("Amina Haddad", "1970-01-02"), exhaustive=True).hits[0]
    assert later.score > 0.5 > earlier.score


def test_no_name_in_a_log_line_a_reason_or_an_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, index: Index
) -> None:
    caplog.set_level(logging.DEBUG)
    marks = ("quillabamba", "wrzosowicz")
    own = Index.open(tmp_path, background=False)
    subject = Subject("s", (Name("Otokar Quillabamba"), Name("\U00012000")), ("1971-06-05", "1971-99-99"), ("PE",))
    own.apply([Change.upsert(subject)])
    said = [repr(subject), repr(Change.upsert(subject))]
    for query in (Query.of("Otokar Quillabamba", "1971-06-05"), Query.of("Zbigniew Wrzosowicz")):
        for result in (own.query(query), index.query(query)):
            said += [repr(query), *(texts(hit.reasons) + repr(hit) for hit in result.hits)]
    with pytest.raises(ImpossibleDateError) as error:
        own.query(Query.of("Otokar Quillabamba", "Quillabamba"))
    own.compact()
    own.close()
    said += [repr(error.value), str(error.value), caplog.text]
    assert not any(mark in line.lower() for line in said for mark in marks)
