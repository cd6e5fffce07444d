"""What a group shares is there for all its tests, and no longer than for the last of them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_CONFTEST = """
import pytest
from pathlib import Path
from tests.support.groups import ending
pytest_plugins = ["tests.support.groups"]

def note(what):
    with Path(__file__).with_name("notes").open("a") as notes:
        notes.write(what + "\\n")

@pytest.fixture(scope="session")
def shared(pytestconfig):
    with ending(pytestconfig, "one", lambda: note("ended")):
        yield

@pytest.fixture
def noted(request):
    note(request.node.name)
"""
_TESTS = """
import pytest

@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("number", range(3))
def test_with(shared, noted, number):
    pass

@pytest.mark.parametrize("number", range(3))
def test_without(noted, number):
    pass
"""


def notes(folder: Path, *options: str) -> list[str]:
    """What happened in a run, in order."""
    (folder / "conftest.py").write_text(_CONFTEST)
    (folder / "test_it.py").write_text(_TESTS)
    (folder / "pytest.ini").write_text("[pytest]\n")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *options], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
    return (folder / "notes").read_text().split()


def test_a_worker_ends_it_after_the_last_test_of_the_group(tmp_path: Path) -> None:
    found = notes(tmp_path, "-n1", "--dist=loadgroup")
    assert found.index("ended") == max(at for at, name in enumerate(found) if name.startswith("test_with[")) + 1
    assert found.count("ended") == 1
    assert len(found) == 7


@pytest.mark.parametrize("order", ["", "test_it.py::test_without"])
def test_without_workers_it_ends_with_the_run(tmp_path: Path, order: str) -> None:
    first = [order] if order else []
    found = notes(tmp_path, "-n0", *first, "test_it.py")
    assert found[-1] == "ended"
    assert len(found) == 7
