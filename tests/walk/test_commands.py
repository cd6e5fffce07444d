"""`concord up` and `concord demo` as a person runs them: what they say, that they end when asked, and that nothing of
them outlives them."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from concord_stack.demo.cases import AGENCIES
from concord_stack.demo.command import client
from concord_stack.walk.people import Person, until
from concord_stack.walk.signin import LoopbackTokens

START_SECONDS, END_SECONDS = 600, 120


class Terminal:
    """One `concord` command in a run folder of its own, and what it has printed."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        self.output = folder / f"{arguments[0]}-{time.monotonic_ns()}.txt"
        argv = [sys.executable, "-m", "concord_core.cli", *arguments]
        with self.output.open("wb") as output:
            environment = {**os.environ, "TMPDIR": str(folder), "COLUMNS": "160"}
            self.process = subprocess.Popen(
                argv, stdout=output, stderr=subprocess.STDOUT, env=environment, start_new_session=True
            )

    def said(self, words: str) -> bool:
        """Whether the words were printed; fails when the command has ended without them."""
        ended = self.process.poll()
        found = words in self.output.read_text(encoding="utf-8")
        assert found or ended is None, self.output.read_text(encoding="utf-8")
        return found

    def wait_for(self, words: str) -> None:
        until(f"the words {words}", lambda: self.said(words), seconds=START_SECONDS)

    def family(self) -> list[psutil.Process]:
        """Every process that the command started, and those that these started."""
        return list(psutil.Process(self.process.pid).children(recursive=True))

    def ctrl_c(self) -> None:
        """What the key does: everything in the foreground of the terminal gets the signal."""
        os.killpg(self.process.pid, signal.SIGINT)

    def ended(self) -> tuple[int, str]:
        """Exit code and output."""
        return self.process.wait(END_SECONDS), self.output.read_text(encoding="utf-8")


def nobody_left(family: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(family, END_SECONDS)
    assert [one.name() for one in alive] == []


@pytest.fixture
def terminal() -> Iterator[Callable[..., Terminal]]:
    """Runs commands; the folder lets the plain user in who runs PostgreSQL for root."""
    with tempfile.TemporaryDirectory(prefix="concord-commands-") as name:
        folder, opened = Path(name), list[Terminal]()
        folder.chmod(0o711)

        def run(*arguments: str) -> Terminal:
            opened.append(Terminal(folder, *arguments))
            return opened[-1]

        yield run
        for one in opened:
            one.process.kill()
            one.process.wait()


def test_the_full_stack_comes_up_is_well_and_dies_with_its_runner(terminal: Callable[..., Terminal]) -> None:
    up = terminal("up")
    up.wait_for("Ctrl-C or `concord down` stops it.")
    family = up.family()
    names = {word for one in family for word in one.cmdline()}
    assert "kafka.Kafka" in names
    assert "concord_screening" in names
    code, words = terminal("doctor").ended()
    assert code == 0, words
    up.process.kill()
    nobody_left(family)


def test_the_embedded_stack_comes_up_once_and_ends_when_asked(terminal: Callable[..., Terminal]) -> None:
    up = terminal("up", "--embedded")
    up.wait_for("Ctrl-C or `concord down` stops it.")
    code, words = terminal("up", "--embedded").ended()
    assert (code, "already up" in words) == (1, True), words
    family = up.family()
    code, words = terminal("down").ended()
    assert (code, words.strip()) == (0, "stopped")
    assert up.ended()[0] == 0
    nobody_left(family)
    assert terminal("down").ended() == (0, "nothing is running\n")


@pytest.mark.parametrize(("options", "part"), [(["--embedded"], "loopback issuer"), ([], "Keycloak")])
def test_ctrl_c_ends_a_stack_that_is_starting(terminal: Callable[..., Terminal], options: list[str], part: str) -> None:
    up = terminal("up", *options)
    up.wait_for(part)
    family = up.family()
    assert family
    up.ctrl_c()
    code, words = up.ended()
    assert (code, words.strip().endswith("stopped")) == (0, True), words
    nobody_left(family)


def test_a_demo_that_is_cut_short_has_verified_nothing(terminal: Callable[..., Terminal]) -> None:
    demo = terminal("demo", "--exit")
    demo.wait_for("loopback issuer")
    family = demo.family()
    assert family
    demo.ctrl_c()
    code, words = demo.ended()
    assert (code, "Traceback" in words) == (1, False), words
    nobody_left(family)


def test_the_demo_ends_verified_and_leaves_nothing(terminal: Callable[..., Terminal]) -> None:
    demo = terminal("demo", "--exit", "--cases", "8")
    demo.wait_for("first page after")
    family = demo.family()
    demo.wait_for("verified")
    code, words = demo.ended()
    assert (code, "not verified" in words, words.count("\n●")) == (0, False, 9), words
    nobody_left(family)


def test_the_demo_holds_its_cases_and_stays_up_until_ctrl_c(terminal: Callable[..., Terminal]) -> None:
    demo = terminal("demo")
    demo.wait_for("Ctrl-C ends everything.")
    words = demo.output.read_text(encoding="utf-8")
    assert "200 invented cases of 8 agencies" in words
    assert "not verified" not in words
    run = demo.folder / f"concord-{os.getuid()}" / f"demo-{demo.process.pid}"
    state = json.loads((run / "stack.json").read_text(encoding="utf-8"))
    origin = state["origins"]["hub"]
    shown = [line.split()[-2] for line in words.splitlines() if f" {origin}/" in line and line.endswith("│")]
    assert len(shown) == 10, words
    with client(origin) as visitor:
        assert {address: visitor.get(address, follow_redirects=True).status_code for address in shown} == dict.fromkeys(
            shown, 200
        )
        tokens = LoopbackTokens(state["issuer"])
        officers = {agency: Person(f"{agency}-officer", visitor, tokens) for agency in AGENCIES}
        held = {agency: len(one.get("/api/intake/cases?limit=500")["items"]) for agency, one in officers.items()}
    walked = held.pop("unicef")  # whose people walk the main job and open cases of their own
    assert (held, walked > 25) == (dict.fromkeys(AGENCIES[1:], 25), True)
    family = demo.family()
    demo.ctrl_c()
    code, words = demo.ended()
    assert (code, "Traceback" in words) == (0, False), words
    nobody_left(family)
    assert [path.name for path in run.iterdir()] == ["logs"]
