"""What fails is started again, what keeps failing is given up and named, what ends well is left alone."""

import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from concord_stack.process import Command, StartError
from concord_stack.supervisor import Supervisor


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def supervisor(told: list[str]) -> Iterator[Supervisor]:
    running = Supervisor(told.append)
    yield running
    running.stop()


def command(tmp_path: Path, name: str, code: str) -> Command:
    return Command(name, [sys.executable, "-c", code], tmp_path / f"{name}.log")


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "it did not happen within a minute"
        time.sleep(0.05)


def test_a_killed_one_comes_back(supervisor: Supervisor, tmp_path: Path, told: list[str]) -> None:
    first = supervisor.start(command(tmp_path, "sleeper", "import time; time.sleep(600)")).pid
    supervisor.child("sleeper").kill(signal.SIGKILL)
    until(lambda: supervisor.child("sleeper").pid != first)
    assert supervisor.child("sleeper").exit_code() is None
    assert told == ["sleeper ended with code -9; starting it again"]


def test_one_that_ended_well_is_left_alone(supervisor: Supervisor, tmp_path: Path, told: list[str]) -> None:
    child = supervisor.start(command(tmp_path, "quick", "pass"))
    until(lambda: child.exit_code() == 0)
    time.sleep(0.5)
    assert supervisor.child("quick") is child
    assert told == []


def test_one_that_keeps_failing_is_given_up(tmp_path: Path) -> None:
    told: list[str] = []
    impatient = Supervisor(told.append, give_up_after=2)
    impatient.start(command(tmp_path, "broken", "raise SystemExit(1)"))
    until(lambda: any("given up" in line for line in told))
    with pytest.raises(StartError, match=r"broken cannot be kept running: see .*broken.log"):
        impatient.check()
    impatient.stop()


def test_what_cannot_be_started_is_an_error(supervisor: Supervisor, tmp_path: Path) -> None:
    with pytest.raises(StartError, match="nothing cannot be started"):
        supervisor.start(Command("nothing", [str(tmp_path / "no-such-program")], tmp_path / "log"))


def test_stop_ends_all_and_names_are_in_order(tmp_path: Path) -> None:
    running = Supervisor()
    children = [running.start(command(tmp_path, name, "import time; time.sleep(600)")) for name in ("one", "two")]
    assert running.names == ("one", "two")
    running.stop()
    assert all(child.exit_code() is not None for child in children)
