"""The evaluator's commands on small files, broken rows among them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from concord_screening.engine.cli import app
from concord_screening.engine.commands import Index
from services.screening.tests.engine.people import crowd

SUBJECTS = """subject_id,name,script,dob,country,gender
p1,Светлана Громова,Cyrillic,1979-11-23,Russia,female
p2,Amina Haddad,Latin,1980,Jordan,
p1,Svetlana Gromova,Latin,1979-11-23,Russia,female
p3,,Latin,1980,Jordan,
p4,Boris Dragunov,Latin,1980-02-31,Jordan,male
p5,too,few
"""
QUERIES = """query_id,name,dob,nationality
q1,Swetlana Gromowa,1979-11-23,Russia
q2,Boris Dragunov,1980-31-31,
q3,,1980-01-01,
q4,\U00012000\U00012001,1980-01-01,
q5,Boris Dragunov,,
"""


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_index_and_query(tmp_path: Path) -> None:
    run = CliRunner()
    folder = tmp_path / "index"
    made = run.invoke(app, ["index", str(_write(tmp_path / "s.csv", SUBJECTS)), str(folder)])
    assert made.exit_code == 0
    for row in (5, 6, 7):
        assert f"row {row} " in made.stderr
    assert "Dragunov" not in made.output
    out, candidates = tmp_path / "out.csv", tmp_path / "candidates.csv"
    asked = [str(folder), str(_write(tmp_path / "q.csv", QUERIES)), str(out)]
    done = run.invoke(app, ["query", *asked, "--limit", "2", "--candidates", str(candidates)])
    assert done.exit_code == 0
    for row in (3, 4):
        assert f"row {row} " in done.stderr
    answers = _rows(out)
    assert list(answers[0]) == ["query_id", "rank", "subject_id", "score", "zone", "reasons"]
    best = {row["query_id"]: row for row in reversed(answers)}
    assert best["q1"]["subject_id"] == "p1"
    assert best["q1"]["zone"] == "possible"
    assert best["q1"]["rank"] == "1"
    assert best["q4"]["zone"] == "undecidable"
    assert best["q4"]["subject_id"] == ""
    assert best["q5"]["subject_id"] == "p4"
    assert {"q2", "q3"}.isdisjoint(best)
    assert [row["subject_id"] for row in answers if row["query_id"] == "q1"].count("p1") == 1
    assert {"query_id": "q1", "subject_id": "p1"} in _rows(candidates)


def test_indexing_again_replaces_the_list(tmp_path: Path) -> None:
    run = CliRunner()
    folder = tmp_path / "index"
    run.invoke(app, ["index", str(_write(tmp_path / "a.csv", SUBJECTS)), str(folder)])
    other = "subject_id,name\nn1,Oskar Lindqvist\n"
    assert run.invoke(app, ["index", str(_write(tmp_path / "b.csv", other)), str(folder)]).exit_code == 0
    out = tmp_path / "out.csv"
    asked = _write(tmp_path / "q.csv", "query_id,name\nq,Svetlana Gromova\n")
    run.invoke(app, ["query", str(folder), str(asked), str(out)])
    assert "p1" not in {row["subject_id"] for row in _rows(out)}


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "precious"
    folder.mkdir()
    kept = _write(folder / "thesis.txt", "years of work")
    done = CliRunner().invoke(app, ["index", str(_write(tmp_path / "s.csv", SUBJECTS)), str(folder)])
    assert done.exit_code == 2
    assert kept.read_text(encoding="utf-8") == "years of work"


def test_score_pairs(tmp_path: Path) -> None:
    text = "pair_id,extra,name_a,name_b\n1,x,Светлана Громова,Svetlana Gromova\n2,x,,Amina\n"
    text += "3,x,Amina Haddad,Oskar Moreau\n"
    out = tmp_path / "out.csv"
    done = CliRunner().invoke(app, ["score-pairs", str(_write(tmp_path / "p.csv", text)), str(out)])
    assert done.exit_code == 0
    assert "row 3 " in done.stderr
    scores = {row["pair_id"]: float(row["score"]) for row in _rows(out)}
    assert set(scores) == {"1", "3"}
    assert 0.0 <= scores["3"] < 0.5 < scores["1"] <= 1.0


@pytest.mark.parametrize("command", ["score-pairs", "index"])
def test_a_file_without_its_columns_is_refused(tmp_path: Path, command: str) -> None:
    source = _write(tmp_path / "x.csv", "a,b\n1,2\n")
    done = CliRunner().invoke(app, [command, str(source), str(tmp_path / "out")])
    assert done.exit_code == 2
    assert "no column" in done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index of more people than one query shows."""
    people = "".join(f"n{number},Amina Haddad,19{50 + number}-01-02\n" for number in range(30))
    people += "".join(f"{one.subject_id},{one.names[0].text},{one.dobs[0]}\n" for one in crowd(300))
    source = _write(tmp_path / "subjects.csv", "subject_id,name,dob\n" + people)
    assert CliRunner().invoke(app, ["index", str(source), str(tmp_path / "index")]).exit_code == 0
    return tmp_path / "index"


def _asked(
    folder: Path, *options: str, text: str = "query_id,name,dob\nq,Amina Haddad,1961-01-02\n"
) -> list[dict[str, str]]:
    queries, out = _write(folder.parent / "queries.csv", text), folder.parent / "out.csv"
    done = CliRunner().invoke(app, ["query", str(folder), str(queries), str(out), *options])
    assert done.exit_code == 0, done.output
    return _rows(out)


@pytest.mark.parametrize(("options", "count"), [((), 10), (("--limit", "3"), 3), (("--limit", "25"), 25)])
def test_the_best_come_first_as_many_as_asked_for(folder: Path, options: tuple[str, ...], count: int) -> None:
    rows = _asked(folder, *options)
    assert [int(row["rank"]) for row in rows] == list(range(1, count + 1))
    scores = [float(row["score"]) for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert rows[0]["subject_id"] == "n11"


def test_exhaustive_shows_everybody(folder: Path) -> None:
    nobody_like = "query_id,name,dob\nq,Thorvald Kristoffersson,1931-08-30\n"
    assert len(_asked(folder, "--limit", "1000", text=nobody_like)) < 30
    assert len(_asked(folder, "--limit", "1000", "--exhaustive", text=nobody_like)) == 330


def test_a_folder_without_an_index_is_neither_asked_nor_touched(folder: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    _write(precious / "thesis.txt", "years of work")
    queries = _write(tmp_path / "q.csv", "query_id,name\nq,Amina\n")
    done = CliRunner().invoke(app, ["query", str(precious), str(queries), str(tmp_path / "out.csv")])
    assert done.exit_code == 2
    assert "holds no index" in done.stderr
    assert [path.name for path in precious.iterdir()] == ["thesis.txt"]
    assert not (tmp_path / "out.csv").exists()
    _write(folder / "thesis.txt", "years of work")
    again = CliRunner().invoke(app, ["index", str(tmp_path / "subjects.csv"), str(folder)])
    assert again.exit_code == 2
    assert len(_asked(folder)) == 10  # the index is as it was
    assert (folder / "thesis.txt").exists()


def test_results_are_not_written_into_the_index(folder: Path, tmp_path: Path) -> None:
    queries = _write(tmp_path / "q.csv", "query_id,name\nq,Amina\n")
    for arguments in (
        [str(queries), str(folder / "out.csv")],
        [str(queries), str(tmp_path / "out.csv"), "--candidates", str(folder / "candidates.csv")],
    ):
        done = CliRunner().invoke(app, ["query", str(folder), *arguments])
        assert done.exit_code == 2
        assert "elsewhere" in done.stderr


def test_a_run_that_fails_leaves_what_was_there(folder: Path, tmp_path: Path) -> None:
    out = _write(tmp_path / "out.csv", "the results of yesterday")
    wrong = _write(tmp_path / "wrong.csv", "a,b\n1,2\n")
    for command in (["query", str(folder), str(wrong), str(out)], ["score-pairs", str(wrong), str(out)]):
        done = CliRunner().invoke(app, command)
        assert done.exit_code == 2
        assert "no column" in done.stderr
        assert out.read_text("utf-8") == "the results of yesterday"
    nowhere = tmp_path / "missing" / "out.csv"
    done = CliRunner().invoke(app, ["score-pairs", str(wrong), str(nowhere)])
    assert done.exit_code == 2
    assert "no folder" in done.stderr
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".part")]


def test_the_result_may_take_the_place_of_its_source(tmp_path: Path) -> None:
    both = _write(tmp_path / "both.csv", "pair_id,name_a,name_b\n1,Amina Haddad,Haddad Amina\n")
    assert CliRunner().invoke(app, ["score-pairs", str(both), str(both)]).exit_code == 0
    assert [row["pair_id"] for row in _rows(both)] == ["1"]


def test_rows_are_numbered_as_a_spreadsheet_does_and_what_is_not_utf_8_is_told(tmp_path: Path) -> None:
    source = tmp_path / "pairs.csv"
    source.write_bytes(b"pair_id,name_a,name_b\n\n1,,Amina\n2,Jos\xe9,Jose\n3,Jose,Jos\xc3\xa9\n")
    done = CliRunner().invoke(app, ["score-pairs", str(source), str(tmp_path / "out.csv")])
    assert done.exit_code == 0
    assert "row 3 has an empty name" in done.stderr
    assert "row 4 is not in UTF-8" in done.stderr
    assert [row["pair_id"] for row in _rows(tmp_path / "out.csv")] == ["3"]


def test_answers_and_candidates_are_not_written_to_one_file(folder: Path, tmp_path: Path) -> None:
    out = _write(tmp_path / "out.csv", "the results of yesterday")
    queries = _write(tmp_path / "q.csv", "query_id,name\nq,Amina Haddad\n")
    done = CliRunner().invoke(app, ["query", str(folder), str(queries), str(out), "--candidates", str(out)])
    assert done.exit_code == 2
    assert "both" in done.stderr
    assert out.read_text("utf-8") == "the results of yesterday"


def test_a_link_to_a_result_stays_one(tmp_path: Path) -> None:
    pairs = _write(tmp_path / "pairs.csv", "pair_id,name_a,name_b\n1,Amina Haddad,Haddad Amina\n")
    real = _write(tmp_path / "real.csv", "the results of yesterday")
    link = tmp_path / "link.csv"
    link.symlink_to(real)
    assert CliRunner().invoke(app, ["score-pairs", str(pairs), str(link)]).exit_code == 0
    assert link.is_symlink()
    assert [row["pair_id"] for row in _rows(real)] == ["1"]


def test_an_index_stays_when_its_new_list_cannot_be_read(folder: Path, tmp_path: Path) -> None:
    wrong = _write(tmp_path / "wrong.csv", "a,b\n1,2\n")
    assert CliRunner().invoke(app, ["index", str(wrong), str(folder)]).exit_code == 2
    assert len(_asked(folder)) == 10


def test_an_index_that_another_has_open_is_not_replaced(folder: Path, tmp_path: Path) -> None:
    other = Index.open(folder, background=False)
    done = CliRunner().invoke(app, ["index", str(_write(tmp_path / "s.csv", SUBJECTS)), str(folder)])
    other.close()
    assert done.exit_code == 2
    assert "another process" in done.stderr
    assert len(_asked(folder)) == 10


def test_an_altered_index_is_replaced(folder: Path, tmp_path: Path) -> None:
    _write(folder / "manifest.json", "{}")
    assert CliRunner().invoke(app, ["index", str(tmp_path / "subjects.csv"), str(folder)]).exit_code == 0
    assert len(_asked(folder)) == 10


@pytest.mark.parametrize("name", ["journal", "lock", "segment-00000001"])
def test_a_file_that_is_called_as_ours_are_makes_no_index(tmp_path: Path, name: str) -> None:
    diary = tmp_path / "diary"
    diary.mkdir()
    kept = _write(diary / name, "years of work")
    done = CliRunner().invoke(app, ["index", str(_write(tmp_path / "s.csv", SUBJECTS)), str(diary)])
    assert done.exit_code == 2
    assert kept.read_text("utf-8") == "years of work"


def test_queries_without_their_columns_are_refused(folder: Path, tmp_path: Path) -> None:
    queries = _write(tmp_path / "q.csv", "id,name\nq,Amina Haddad\n")
    done = CliRunner().invoke(app, ["query", str(folder), str(queries), str(tmp_path / "out.csv")])
    assert done.exit_code == 2
    assert "no column query_id" in done.stderr


def test_a_result_that_cannot_be_written_is_said_in_a_line(tmp_path: Path) -> None:
    source = _write(tmp_path / "p.csv", "pair_id,name_a,name_b\n1,Amina Haddad,Haddad Amina\n")
    too_long = tmp_path / ("x" * 250)
    done = CliRunner().invoke(app, ["score-pairs", str(source), str(too_long)])
    assert done.exit_code == 2
    assert "File name too long" in done.stderr
