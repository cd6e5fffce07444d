"""What `concord doctor` looks at: this machine, and the stack that runs on it."""

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from concord_core.identity.admin.access import AdminAccess
from concord_core.identity.admin.keycloak import KeycloakAdministration
from concord_core.identity.admin.settings import Administration
from concord_stack.artifacts import KAFKA, KEYCLOAK, pinned
from concord_stack.folders import cache_folder
from concord_stack.java import java
from concord_stack.ports import is_free
from concord_stack.postgres import client_program
from concord_stack.process import StartError
from concord_stack.stack import STATE_FILE, answers

_DISK_BYTES = 3 * 2**30


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `remedy` is empty when it is good."""

    good: bool
    what: str
    state: str
    remedy: str = ""


def examine(run: Path | None) -> list[Finding]:
    """Everything about the machine and, if a stack runs in the folder `run`, about the stack."""
    found = list(_machine())
    if run is None:
        found.append(Finding(True, "stack", "not running"))
    else:
        found += _running(run)
    return found


def _machine() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(sys.version_info >= (3, 11), "Python", version, "" if sys.version_info >= (3, 11) else "use 3.11")
    for what, program in (("Java", java), ("PostgreSQL", lambda: str(client_program("psql")))):
        try:
            yield Finding(True, what, program())
        except (FileNotFoundError, StartError) as problem:
            yield Finding(False, what, str(problem), "make setup-full")
    free = shutil.disk_usage(cache_folder()).free
    enough = free > _DISK_BYTES
    yield Finding(enough, "disk of the cache", f"{free // 2**30} GB free", "" if enough else "free 3 GB")
    for lock in (KAFKA, KEYCLOAK):
        maven, files = cache_folder("maven"), pinned(lock)
        there = sum(1 for one in files if (maven / _place(one.coordinate)).exists())
        yield Finding(True, f"{lock} files", f"{there} of {len(files)} in the cache; the rest comes at `make up`")
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


def _running(run: Path) -> Iterator[Finding]:
    path = run / STATE_FILE
    if not path.exists():
        yield Finding(False, "stack", "starting or stopping", f"look at {run / 'logs'}")
        return
    state = json.loads(path.read_text())
    yield _address("issuer", f"{state['issuer']}/.well-known/openid-configuration", state["logs"])
    for service, address in state["health"].items():
        yield _address(service, address, state["logs"])
    if "administration" in state:
        section = Administration.load(Path(state["administration"])).keycloak
        if section is not None:
            yield from _logins(AdminAccess.of(section))


def _address(what: str, address: str, logs: str) -> Finding:
    good = answers(address)
    return Finding(good, what, "answers" if good else "does not answer", "" if good else f"look at {logs}")


def _logins(access: AdminAccess) -> Iterator[Finding]:
    """Each agency's login: what makes it unsafe was tried, and worked."""
    for agency in KeycloakAdministration(access).joined():
        name = f"login of {agency.agency}"
        for problem in agency.problems:
            yield Finding(False, name, problem, f"concord agency onboard {agency.agency}")
        if not agency.problems:
            yield Finding(True, name, agency.provider or "hub accounts")


def _place(coordinate: str) -> Path:
    group, name, packaging, version = coordinate.split(":")
    return Path(*group.split("."), name, version, f"{name}-{version}.{packaging}")
