"""Several owners' lists asked as one: people and scores as in one list, each owner's in an answer of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from operator import length_hint
from pathlib import Path

import pytest

from concord_screening.engine.commands import Asker, ImpossibleDateError, Index
from concord_screening.engine.domain import Change, Name, Query, Result, Subject, Zone
from concord_screening.engine.explain import coarse
from concord_screening.engine.zones import POSSIBLE
from services.screening.tests.engine.people import SPECIAL, crowd, listed

OWNERS = 6
QUERIES = [
    Query.of("Amina Haddad", "1970-01-01"),
    Query.of("Layla Khatib", "1984-03-09"),
    Query.of("Gromowa Swetlana"),
    Query.of("Boris Ivanenko", "1966-02-01", "PL", "male"),
]


@pytest.fixture(scope="module")
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def _index(opened: ExitStack, folder: Path, subjects: Sequence[Subject]) -> Index:
    index = Index.open(folder, background=False)
    opened.callback(index.close)
    index.apply(listed(tuple(subjects)))
    return index


@pytest.fixture(scope="module")
def asker() -> Asker:
    return Asker()


@pytest.fixture(scope="module")
def everybody() -> list[Subject]:
    return [*crowd(300), *SPECIAL]


@pytest.fixture(scope="module")
def whole(opened: ExitStack, tmp_path_factory: pytest.TempPathFactory, everybody: list[Subject]) -> Index:
    return _index(opened, tmp_path_factory.mktemp("whole"), everybody)


@pytest.fixture(scope="module")
def owners(opened: ExitStack, tmp_path_factory: pytest.TempPathFactory, everybody: list[Subject]) -> list[Index]:
    """Half of the people with the first, nobody with the last, the rest in between."""
    half = len(everybody) // 2
    shares = [everybody[:half], *(everybody[half + n :: OWNERS - 2] for n in range(OWNERS - 2)), []]
    return [_index(opened, tmp_path_factory.mktemp(f"owner{n}"), share) for n, share in enumerate(shares)]


def _scores(results: Sequence[Result]) -> dict[str, float]:
    return {hit.subject_id: hit.score for result in results for hit in result.hits}


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_scores_are_those_of_one_list(whole: Index, asker: Asker, owners: list[Index], query: Query) -> None:
    one = _scores([whole.query(query, limit=1_000, exhaustive=True)])
    many = _scores(asker.query(owners, query, limit=1_000, exhaustive=True))
    assert many == pytest.approx(one, abs=1e-6)


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_through_the_doors_the_best_are_those_of_one_list(
    whole: Index, asker: Asker, owners: list[Index], query: Query
) -> None:
    one = whole.query(query)
    many = asker.query(owners, query)
    assert {key for result in many for key in result.candidates} == set(one.candidates)
    best = sorted((hit for result in many for hit in result.hits), key=lambda hit: (-hit.score, hit.subject_id))
    assert [hit.subject_id for hit in best[:10]] == [hit.subject_id for hit in one.hits]


def test_each_answer_holds_its_owners_people_only(asker: Asker, owners: list[Index], everybody: list[Subject]) -> None:
    half = {subject.subject_id for subject in everybody[: len(everybody) // 2]}
    answers = asker.query(owners, Query.of("Amina Haddad", "1970-01-01"), limit=1_000, exhaustive=True)
    assert set(answers[0].candidates) == half
    assert not half & {key for answer in answers[1:] for key in answer.candidates}
    assert (answers[-1].hits, answers[-1].zone) == ((), Zone.CLEAR)


def test_what_is_common_elsewhere_is_not_rare_here(opened: ExitStack, tmp_path: Path) -> None:
    here = _index(opened, tmp_path / "here", [Subject("one", (Name("Elena Moreau"),)), *crowd(40, seed=3)])
    elsewhere = [Subject(f"x{n}", (Name(f"Elena Moreau {chr(97 + n % 26)}"),)) for n in range(60)]
    others = _index(opened, tmp_path / "others", elsewhere)
    query = Query.of("Elena Moreau", "1970-01-01")
    alone = _scores([here.query(query)])["one"]
    together = _scores(Asker().query([here, others], query)[:1])["one"]
    assert together < alone / 2


def test_a_rare_name_without_a_date_is_not_cleared_by_what_contradicts_it(asker: Asker, owners: list[Index]) -> None:
    spelled = ("Svetlana Gromova", "Светлана Громова", "Svetlana Gromovaya", "Gromov Svetlan", "S. P. Gromova")
    answers = [answer for name in spelled for answer in asker.query(owners, Query.of(name, None, "JP", "male"))]
    undecided = [answer for answer in answers if answer.zone is Zone.UNDECIDABLE]
    assert undecided
    for answer in undecided:
        hit = next(hit for hit in answer.hits if hit.zone is Zone.UNDECIDABLE)
        assert hit.subject_id == "cy"
        assert hit.score < POSSIBLE
        assert hit.reasons[-1].code == "rare_name_without_date"


def test_a_batch_answers_as_single_questions_do(asker: Asker, owners: list[Index]) -> None:
    batch = list(asker.query_many(owners, [*QUERIES, Query.of("Amina Haddad", "1970-13-01"), QUERIES[0]]))
    assert batch[:4] == [asker.query(owners, query) for query in QUERIES]
    assert isinstance(batch[4], ImpossibleDateError)
    assert batch[5] == batch[0]


def test_an_unreadable_name_is_cleared_by_nobody(asker: Asker, owners: list[Index]) -> None:
    assert {answer.zone for answer in asker.query(owners, Query.of("𓀀𓀁"))} == {Zone.UNDECIDABLE}


def test_threads_may_ask_the_same_lists_in_other_orders(asker: Asker, owners: list[Index]) -> None:
    asks = [(asker, owners), (Asker(), owners[::-1])] * 10
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda ask: _scores(ask[0].query(ask[1], QUERIES[1])), asks))
    assert all(answer == pytest.approx(answers[0], abs=1e-9) for answer in answers)


@pytest.mark.parametrize(
    ("number", "told"), [(0.3, 1), (1, 1), (4.9, 2), (5, 5), (999, 500), (1000, 1000), (2.4e8, 2e8)]
)
def test_how_rare_is_told_coarsely(number: float, told: float) -> None:
    assert coarse(number) == told


def test_the_zone_is_of_all_compared_however_few_are_shown(opened: ExitStack, tmp_path: Path) -> None:
    """Namesakes with another birth date come before the one without: who asks for few must not be told "clear"."""
    alike = [
        Subject(f"n{n}", (Name("Svetlana Gromova"),), (f"19{50 + n}-01-0{n + 1}",), ("JP",), "male") for n in range(3)
    ]
    undated = Subject("undated", (Name("Громова, Светлана"),), (), ("RU",), "female")
    index = _index(opened, tmp_path, [*alike, undated, *crowd(400, seed=5)])
    query = Query.of("Svetlana Gromova", None, "JP", "male")
    whole = index.query(query, limit=1_000)
    for limit in (1, 2, 3):
        assert index.query(query, limit=limit).zone is whole.zone
    told = index.query(query, limit=None).hits
    assert told == tuple(hit for hit in whole.hits if hit.zone is not Zone.CLEAR)
    assert told


def test_names_that_cannot_be_read_hide_nobody_who_is_listed_later(tmp_path: Path) -> None:
    index = Index.open(tmp_path / "list", background=False)
    index.apply([Change.upsert(Subject("unread", (Name("12345"),)))])
    assert not index.query(Query.of("Peter Gromov")).hits
    index.apply([Change.upsert(Subject("peter", (Name("Peter Gromov"),)))])
    assert index.query(Query.of("Peter Gromov")).hits[0].subject_id == "peter"
    index.close()


def test_a_list_asked_twice_in_one_question_is_refused(tmp_path: Path) -> None:
    index = Index.open(tmp_path / "list", background=False)
    index.apply(listed(SPECIAL))
    with pytest.raises(ValueError, match="twice"):
        Asker().query([index, index], Query.of("Svetlana Gromova"))
    index.close()


def test_a_batch_that_others_ask_beside_answers_as_each_query_alone(tmp_path: Path) -> None:
    index = Index.open(tmp_path / "list", background=False)
    index.apply(listed([*crowd(300), *SPECIAL]))
    queries = [Query.of(person.names[0].text) for person in crowd(100, seed=3)]  # more than are answered at a time
    asker = Asker()
    alone = [asker.query([index], query) for query in queries]
    first, second = asker.query_many([index], queries), asker.query_many([index], queries)
    found = []
    for number in range(40):
        found.append(next(first))
        next(second)
        assert asker.query([index], queries[number]) == alone[number]
    assert [answer for _, answer in zip(range(60), second, strict=False)] == alone[40:]
    assert next(second, None) is None  # one batch that ends takes nothing from another
    assert [*found, *first] == alone
    index.close()


TOGETHER = 32
WANTED = Subject("wanted", (Name("Otokar Quillabamba"),), ("1971-06-05",), ("Peru",))


def _rewritten(index: Index) -> None:
    index.apply([Change.remove("cy"), *listed(crowd(20, seed=4))])
    index.rewrite()


CHANGES: dict[str, Callable[[Index], object]] = {
    "listed": lambda index: index.apply([Change.upsert(WANTED)]),
    "renamed": lambda index: index.apply([Change.upsert(Subject("cy", WANTED.names, WANTED.dobs))]),
    "withdrawn": lambda index: index.apply([Change.remove("cy")]),
    "loaded anew": lambda index: index.load([*crowd(200, seed=9), WANTED]),
    "rewritten": _rewritten,
    "empty": lambda index: index.load([]),
}


def _asked_again(count: int) -> list[Query]:
    """The same few people again and again, so that each is looked for before a change and after it."""
    some = [Query.of("Otokar Quillabamba", "1971-06-05"), *QUERIES, Query.of("Svetlana Gromova", "1979-11-23")]
    return [some[at % len(some)] for at in range(count)]


@pytest.fixture
def changing(tmp_path: Path) -> Iterator[Index]:
    """A list that a test may change: a segment, and a few newer people."""
    index = Index.open(tmp_path / "changing", background=False)
    index.load(crowd(300))
    index.apply(listed(SPECIAL))
    yield index
    index.close()


@pytest.mark.parametrize("taken", [1, TOGETHER - 1, TOGETHER])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_within_a_batch_counts_from_the_next_32_on(
    changing: Index, change: Callable[[Index], object], taken: int
) -> None:
    queries = _asked_again(2 * TOGETHER + 6)
    before = [changing.query(query) for query in queries]
    answers = changing.query_many(queries)
    found = [next(answers) for _ in range(taken)]
    change(changing)
    after = [changing.query(query) for query in queries]
    found += answers
    assert found[:TOGETHER] == before[:TOGETHER]
    assert found[TOGETHER:] == after[TOGETHER:]
    assert before[TOGETHER:] != after[TOGETHER:]


def test_queries_of_a_batch_are_read_by_32_and_only_when_they_are_answered(changing: Index) -> None:
    queries = iter(_asked_again(2 * TOGETHER + 1))
    answers = changing.query_many(queries)
    assert length_hint(queries) == 2 * TOGETHER + 1
    left = [length_hint(queries) for _ in answers]
    assert left == [TOGETHER + 1] * TOGETHER + [1] * TOGETHER + [0]


def test_where_everybody_is_compared_a_change_counts_for_the_next_query(changing: Index) -> None:
    queries = _asked_again(6)
    answers = changing.query_many(queries, exhaustive=True)
    assert next(answers) == changing.query(queries[0], exhaustive=True)
    changing.apply([Change.upsert(WANTED), Change.remove("cy")])
    assert [*answers] == [changing.query(query, exhaustive=True) for query in queries[1:]]


def test_a_batch_goes_on_through_changes_after_changes(changing: Index) -> None:
    """What it remembers of a part is of the list as it was: each change makes some of that untrue."""
    queries = _asked_again(10 * TOGETHER)
    answers = changing.query_many(queries)
    for begin in range(0, len(queries), TOGETHER):
        now = [changing.query(query) for query in queries[begin : begin + TOGETHER]]
        assert next(answers) == now[0]
        # Somebody new, again and again somebody else under the same id, and one who was there from the start goes.
        fresh = crowd(3, seed=begin)
        names = (WANTED.names, SPECIAL[1].names, SPECIAL[0].names)
        changing.apply([*listed(fresh), Change.upsert(Subject("wanted", names[begin // TOGETHER % 3])),
                        Change.remove(f"s{begin}")])  # fmt: skip
        if begin % 3 == 0:
            changing.compact()
        assert [next(answers) for _ in now[1:]] == now[1:]
    assert next(answers, None) is None
