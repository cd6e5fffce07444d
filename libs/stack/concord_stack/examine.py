"""What `concord doctor` looks at: this machine, and the stack that runs on it."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, Final

from concord_core.cli import ONLY_FULL
from concord_stack.folders import cache_folder
from concord_stack.ports import is_free
from concord_stack.postgres import client_program
from concord_stack.process import StartError
from concord_stack.stack import STATE_FILE, answers

_DISK_BYTES = 3 * 2**30
_FULL: Final = EntryPoint("full", "concord_stack.examine_full:examine", "concord.examinations")


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `remedy` is empty when it is good."""

    good: bool
    what: str
    state: str
    remedy: str = ""


def examine(run: Path | None) -> list[Finding]:
    """Everything about the machine and, if a stack runs in the folder `run`, about the stack."""
    state = _state(run) if run is not None else {}
    found = [*_machine(), *_full(state)]
    if run is None:
        found.append(Finding(True, "stack", "not running"))
    elif not state:
        found.append(Finding(False, "stack", "starting or stopping", f"look at {run / 'logs'}"))
    else:
        found += _running(state)
    return found


def _machine() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(sys.version_info >= (3, 11), "Python", version, "" if sys.version_info >= (3, 11) else "use 3.11")
    try:
        yield Finding(True, "PostgreSQL", str(client_program("psql")))
    except (FileNotFoundError, StartError) as problem:
        yield Finding(False, "PostgreSQL", str(problem), "make setup")
    free = shutil.disk_usage(cache_folder()).free
    enough = free > _DISK_BYTES
    yield Finding(enough, "disk of the cache", f"{free // 2**30} GB free", "" if enough else "free 3 GB")
    yield Finding(True, "port 8800", "free" if is_free(8800) else "taken: a stack takes another one")
    browser = shutil.which("chromium-headless-shell") or shutil.which("chromium") or ""
    yield Finding(
        bool(browser),
        "Chromium (tests only)",
        browser or "missing",
        "" if browser else "apt install chromium-headless-shell",
    )
    kcat = shutil.which("kcat") or ""
    yield Finding(bool(kcat), "kcat (tests only)", kcat or "missing", "" if kcat else "apt install kcat")


def _full(state: Mapping[str, Any]) -> list[Finding]:
    """What only the full stack needs, where it is installed."""
    try:
        examine_full: Callable[[Path | None], list[Finding]] = _FULL.load()
    except ModuleNotFoundError as missing:
        if missing.name not in ONLY_FULL:
            raise
        said = f"no package {missing.name}: `make setup-full` installs it, and so does `make up`"
        return [Finding(True, "full stack", said)]
    return examine_full(Path(state["administration"]) if "administration" in state else None)


def _state(run: Path) -> Mapping[str, Any]:
    """What the running stack says of itself; nothing while it starts or stops."""
    path = run / STATE_FILE
    state: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return state


def _running(state: Mapping[str, Any]) -> Iterator[Finding]:
    yield _address("issuer", f"{state['issuer']}/.well-known/openid-configuration", state["logs"])
    for service, address in state["health"].items():
        yield _address(service, address, state["logs"])


def _address(what: str, address: str, logs: str) -> Finding:
    good = answers(address)
    return Finding(good, what, "answers" if good else "does not answer", "" if good else f"look at {logs}")
