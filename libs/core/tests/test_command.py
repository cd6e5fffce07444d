"""`concord` as a person runs it who errs: one line that says what is wrong, never a traceback."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from concord_core.cli import ONLY_FULL

DATABASE = '[database]\nhost = "127.0.0.1"\nport = {port}\nname = "hub_intake"\npasswords = "{passwords}"\n'


def concord(*arguments: str | Path, **environment: str) -> tuple[int, str, str]:
    argv = [sys.executable, "-m", "concord_core.cli", *map(str, arguments)]
    done = subprocess.run(argv, capture_output=True, text=True, env={"COLUMNS": "400", **environment})
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Settings that name a database which nobody serves."""
    (tmp_path / "hub_intake_consume").write_text("secret")
    path = tmp_path / "intake.toml"
    path.write_text(DATABASE.format(port=1, passwords=tmp_path))
    return path


def refused(*arguments: str | Path, **environment: str) -> str:
    code, out, err = concord(*arguments, **environment)
    assert (code, out) == (1, ""), err
    assert err.startswith("concord: ")
    assert err.count("\n") == 1, err
    return err.removeprefix("concord: ").strip()


def test_settings_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(b"\xff\xfe\x00")
    assert "section [database]" in refused("dlq", "list", "--config", path)
    assert "cannot be read" in refused("agency", "list", "--config", path)


def test_a_database_that_does_not_answer(config: Path) -> None:
    assert refused("dlq", "list", "--config", config) == "the database does not answer"


def test_a_file_that_is_missing_is_named(config: Path) -> None:
    password = config.parent / "hub_intake_consume"
    password.unlink()
    assert refused("dlq", "list", "--config", config) == f"{password}: No such file or directory"


def test_a_run_folder_that_cannot_be_made(tmp_path: Path) -> None:
    in_the_way = tmp_path / f"concord-{os.getuid()}"
    in_the_way.write_text("")
    assert refused("down", TMPDIR=str(tmp_path)).startswith(f"{in_the_way}")


def test_a_demo_without_cases_is_wrong_use() -> None:
    code, _, err = concord("demo", "--exit", "--cases", "0")
    assert (code, "--cases" in err) == (2, True)


@pytest.fixture
def without_full(tmp_path: Path) -> str:
    """A PYTHONPATH on which the packages of `requirements/full.txt` are missing, as after `make setup`."""
    for name in ONLY_FULL:
        text = f"raise ModuleNotFoundError('no module', name='{name}')\n"
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    return str(tmp_path)


@pytest.mark.parametrize("arguments", [("up",), ("agency", "onboard", "unicef", "--config", "x.toml")])
def test_what_only_the_full_stack_needs_is_named_where_it_is_missing(
    without_full: str, arguments: tuple[str, ...]
) -> None:
    said = refused(*arguments, PYTHONPATH=without_full)
    assert said.endswith("is missing: `make setup-full` installs what only the full stack needs")


@pytest.fixture
def own_folder(tmp_path: Path) -> str:
    """A TMPDIR of the test's own: whatever stack runs on this machine lies elsewhere."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    return str(folder)


def test_without_the_full_stack_the_embedded_one_is_run_and_stopped(without_full: str, own_folder: str) -> None:
    without = {"PYTHONPATH": without_full, "TMPDIR": own_folder}
    assert concord("down", **without) == (0, "nothing is running\n", "")
    run = Path(own_folder, f"concord-{os.getuid()}", "up")
    with (run / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, out, err = concord("up", "--embedded", **without)
    assert (code, out, err) == (1, "▲ a stack is already up: `concord down` stops it\n", "")


def test_the_doctor_says_that_the_full_stack_is_not_installed(without_full: str, own_folder: str) -> None:
    _, out, err = concord("doctor", PYTHONPATH=without_full, TMPDIR=own_folder)
    [line] = [line for line in out.splitlines() if "full stack" in line]
    assert ("●" in line, "`make setup-full` installs it" in line) == (True, True)
    assert ("PostgreSQL" in out, "Java" in out, err) == (True, False, "")


def test_without_the_full_stack_the_other_commands_stay(without_full: str, config: Path) -> None:
    code, out, _ = concord("--help", PYTHONPATH=without_full)
    assert code == 0
    assert {"agency", "agreement", "demo", "release", "up"} <= set(out.split())
    assert refused("dlq", "list", "--config", config, PYTHONPATH=without_full) == "the database does not answer"
