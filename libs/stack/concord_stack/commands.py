"""`concord up`, `concord down`, `concord doctor`: a stack on this machine, from its start to its end.

Exit codes: 0 done, 1 something did not start or is wrong (the reason is printed), 2 wrong use.
"""

import fcntl
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from concord_stack.embedded import HUB_PORT, EmbeddedStack
from concord_stack.ending import end_on_signals, stay_up
from concord_stack.examine import examine
from concord_stack.folders import run_folder
from concord_stack.people import people
from concord_stack.process import StartError
from concord_stack.stack import Stack, Tell

RUN = "up"
_STOP_SECONDS = 60.0
_FULL: Final = EntryPoint("full", "concord_stack.full:on_known_ports", "concord.stacks")
"""Loaded only where it is asked for: it needs what `make setup-full` installs, the other commands do not."""

Embedded = Annotated[bool, typer.Option("--embedded", help="Without Kafka and Keycloak: the embedded default.")]


def up(embedded: Embedded = False) -> None:
    """Start the stack on this machine and keep it up until Ctrl-C: real Kafka, real Keycloak, two nodes.

    Each start begins anew: nothing of an earlier run is kept but its logs.
    """
    console = Console()
    made: Callable[[Path, Tell], Stack] = _embedded if embedded else _FULL.load()
    folder = run_folder(RUN)
    with _only_one(folder, console):
        _clear(folder)
        end_on_signals()
        try:
            with made(folder, lambda text: console.print(f"  {text}", highlight=False, markup=False)) as stack:
                _welcome(stack, console)
                stay_up(stack)
        except KeyboardInterrupt:
            console.print("stopped")
        except StartError as problem:
            console.print(f"▲ {problem}", style="red", markup=False, highlight=False)
            raise typer.Exit(1) from None


def down() -> None:
    """Stop the stack that `concord up` started, wherever that was."""
    console = Console()
    number = _running(run_folder(RUN))
    if number is None:
        console.print("nothing is running")
        return
    os.kill(number, signal.SIGTERM)
    end = time.monotonic() + _STOP_SECONDS
    while _running(run_folder(RUN)) is not None:
        if time.monotonic() > end:
            console.print(f"▲ process {number} is still stopping: look at it", style="red")
            raise typer.Exit(1)
        time.sleep(0.2)
    console.print("stopped")


def doctor() -> None:
    """Say what is wrong with this machine or the running stack, and how to mend it."""
    console = Console()
    found = examine(run_folder(RUN) if _running(run_folder(RUN)) is not None else None)
    table = Table("", "what", "how it is", "how to mend it")
    for finding in found:
        table.add_row("●" if finding.good else "▲", finding.what, finding.state, finding.remedy)
    console.print(table)
    if not all(finding.good for finding in found):
        raise typer.Exit(1)


def _embedded(folder: Path, tell: Tell) -> Stack:
    return EmbeddedStack(folder, tell=tell, port=HUB_PORT)


def _welcome(stack: Stack, console: Console) -> None:
    table = Table("what", "where", title="Concord is up: for one machine, with invented people only")
    for node in stack.nodes:
        table.add_row(f"node {node.slug}", node.origin)
    table.add_row("issuer", stack.issuer)
    table.add_row("agreement", str(stack.signed.path))
    table.add_row("logs", str(stack.logs))
    table.add_row("people", f"{len(people())}, such as {people()[0].email}")
    if not stack.embedded:
        table.add_row("their secrets", str(stack.folder / "people.json"))
        table.add_row("administration", f"concord agency list --config {stack.folder / 'administration.toml'}")
    console.print(table)
    console.print("Ctrl-C or `concord down` stops it.")


@contextmanager
def _only_one(folder: Path, console: Console) -> Iterator[None]:
    """Holds the lock of the run folder, which also says that a stack is running."""
    with (folder / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.print("▲ a stack is already up: `concord down` stops it", style="red")
            raise typer.Exit(1) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _running(folder: Path) -> int | None:
    """The process that holds the run folder."""
    path = folder / "lock"
    if not path.exists():
        return None
    with path.open("r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(lock.read())
    return None


def _clear(folder: Path) -> None:
    """Removes what an earlier run left, except its logs, which become `logs.before`."""
    before = folder / "logs.before"
    if (folder / "logs").exists():
        shutil.rmtree(before, ignore_errors=True)
        (folder / "logs").rename(before)
    for path in folder.iterdir():
        if path.name in ("lock", before.name):
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
