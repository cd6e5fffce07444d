"""The model files: what the card says they are, small, and the same bytes when written again."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

from concord_screening.engine.domain import ModelError
from concord_screening.engine.han import CANTONESE
from concord_screening.engine.model import Model, unaltered
from concord_screening.engine.training import cantonese
from concord_screening.engine.training.settings import NAME_DIRECTIONS, PEOPLE_DIRECTIONS

MODELS = resources.files("concord_screening.engine.models")


def test_the_files_are_those_of_the_card_and_small() -> None:
    card = json.loads(MODELS.joinpath("engine.json").read_text("utf-8"))
    assert card["licences"]
    assert card["figures on people not trained on"]
    total = 0
    for name, said in card["files"].items():
        raw = MODELS.joinpath(name).read_bytes()
        assert hashlib.sha256(raw).hexdigest() == said["sha256"], name
        total += len(raw)
    assert total < 20_000_000


@pytest.mark.parametrize("name", ["engine.npz", "western.txt", "words.tsv.gz", "common.tsv.gz", "engine.json"])
@pytest.mark.parametrize("missing", [True, False], ids=["missing", "altered"])
def test_a_model_that_is_not_whole_is_refused_with_its_file(name: str, missing: bool, tmp_path: Path) -> None:
    with resources.as_file(MODELS) as shipped:
        shutil.copytree(shipped, tmp_path / "models")
    assert unaltered(tmp_path / "models") == MODELS.joinpath("engine.npz").read_bytes()
    file = tmp_path / "models" / name
    if missing:
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-3])
    with pytest.raises(ModelError, match=f"^{re.escape(name)} of .* is missing or altered"):
        unaltered(tmp_path / "models")


@pytest.mark.parametrize("card", ["[]", '{"files": []}', '{"files": {"western.txt": "x"}}', "{}"])
def test_a_card_that_is_no_card_is_refused(card: str, tmp_path: Path) -> None:
    (tmp_path / "engine.json").write_text(card)
    with pytest.raises(ModelError, match=r"^engine\.json of "):
        unaltered(tmp_path)


def test_a_card_without_the_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "engine.json").write_text('{"files": {}}')
    (tmp_path / "engine.npz").write_bytes(b"")
    with pytest.raises(ModelError, match=r"^engine\.npz of "):
        unaltered(tmp_path)


def test_the_service_does_not_start_with_a_model_that_is_not_whole(tmp_path: Path) -> None:
    with resources.as_file(resources.files("concord_screening")) as package:
        shutil.copytree(package, tmp_path / "concord_screening", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "concord_screening" / "engine" / "models" / "western.txt").unlink()
    started = subprocess.run(
        [sys.executable, "-c", "from concord_screening.app import SERVICE; SERVICE.build(None)"],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert started.returncode == 1
    assert "ModelError: western.txt of" in started.stderr


def test_characters_read_in_cantonese_as_the_library_reads_them() -> None:
    shipped = MODELS.joinpath(CANTONESE).read_bytes()
    assert gzip.decompress(shipped) == gzip.decompress(cantonese.readings())


def test_a_model_written_again_has_the_same_bytes() -> None:
    assert Model.load().to_bytes() == MODELS.joinpath("engine.npz").read_bytes()


@pytest.mark.parametrize(("curves", "directions"), [("people", PEOPLE_DIRECTIONS), ("names", NAME_DIRECTIONS)])
def test_curves_never_turn_against_the_evidence(curves: str, directions: tuple[int, ...]) -> None:
    for group in getattr(Model.load(), curves).heights:
        for heights, direction in zip(group, directions, strict=True):
            steps = [later - earlier for earlier, later in itertools.pairwise(heights)]
            assert all(step * direction >= -1e-9 for step in steps)
