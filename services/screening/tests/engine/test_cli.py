"""The evaluator's commands on small files, broken rows among them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from concord_screening.engine.cli import app

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
