"""What `concord doctor` looks at where `make setup-full` was run: Java, its archives, agencies' logins."""

from collections.abc import Iterator
from pathlib import Path

from concord_core.identity.admin.access import AdminAccess
from concord_core.identity.admin.keycloak import KeycloakAdministration
from concord_core.identity.admin.settings import Administration
from concord_stack.artifacts import KAFKA, KEYCLOAK, pinned
from concord_stack.examine import Finding
from concord_stack.folders import cache_folder
from concord_stack.java import java


def examine(administration: Path | None) -> list[Finding]:
    """The machine's part and, with the operator's settings of a running stack, the logins that it has."""
    found = list(_machine())
    section = Administration.load(administration).keycloak if administration is not None else None
    if section is not None:
        found += _logins(AdminAccess.of(section))
    return found


def _machine() -> Iterator[Finding]:
    try:
        yield Finding(True, "Java", java())
    except FileNotFoundError as problem:
        yield Finding(False, "Java", str(problem), "make setup-full")
    for lock in (KAFKA, KEYCLOAK):
        maven, files = cache_folder("maven"), pinned(lock)
        there = sum(1 for one in files if (maven / _place(one.coordinate)).exists())
        yield Finding(True, f"{lock} files", f"{there} of {len(files)} in the cache; the rest comes at `make up`")


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
