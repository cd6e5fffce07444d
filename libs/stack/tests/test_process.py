"""No process of a stack outlives it: told to stop, killed, or left by a parent that had no time to say goodbye."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from concord_stack.process import Child, Command, StartError

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); time.sleep(600)"
)
PARENT = """
import sys, time
from pathlib import Path
from concord_stack.process import Child, Command
child = Child.start(Command("sleeper", [sys.executable, "-c", "import time; time.sleep(600)"], Path(sys.argv[1])))
print(child.pid, flush=True)
time.sleep(600)
"""


def python(tmp_path: Path, code: str) -> Command:
    return Command("program", [sys.executable, "-c", textwrap.dedent(code)], tmp_path / "program.log")


def gone(pid: int) -> bool:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


def test_a_child_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", PARENT, str(tmp_path / "child.log")]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert psutil.pid_exists(child)
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
    assert gone(child)


def test_one_that_does_not_listen_is_killed_with_its_group(tmp_path: Path) -> None:
    code = f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {STUBBORN!r}]); p.wait()"
    child = Child.start(python(tmp_path, code))
    child.wait_ready(lambda: "on" in child.command.log.read_text(), 60)
    grandchildren = [process.pid for process in psutil.Process(child.pid).children()]
    child.ask_to_stop()
    child.wait_stopped(1)
    assert grandchildren
    assert all(gone(pid) for pid in grandchildren)


def test_a_failed_start_names_the_part_the_code_and_the_log(tmp_path: Path) -> None:
    child = Child.start(python(tmp_path, "import sys; sys.exit('no port is free')"))
    with pytest.raises(StartError, match=r"program ended with code 1(.|\n)*program.log(.|\n)*no port is free"):
        child.wait_ready(lambda: False, 60)


def test_one_that_is_never_ready_is_named(tmp_path: Path) -> None:
    child = Child.start(python(tmp_path, "import time; time.sleep(600)"))
    with pytest.raises(StartError, match="program was not ready after 0 s"):
        child.wait_ready(lambda: False, 0.2)
    child.stop()


def test_it_is_done_only_with_code_0(tmp_path: Path) -> None:
    Child.start(python(tmp_path, "pass")).wait_done(60)
    with pytest.raises(StartError, match="ended with code 3"):
        Child.start(python(tmp_path, "raise SystemExit(3)")).wait_done(60)
