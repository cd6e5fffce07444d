"""Checks that the three lists of what only the full stack needs are one: `requirements/full.in`, `ONLY_FULL` of the
`concord` command, which names `make setup-full` where such a package is missing, and the import contract in
`pyproject.toml` that keeps them out of what `make demo` runs.

Prints where they differ; exit code 1 if they do.
"""

import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from concord_core.cli import ONLY_FULL

ROOT = Path(__file__).resolve().parent.parent
CONTRACT = "What the embedded default runs needs nothing that only full.txt brings"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def asked() -> set[str]:
    """The packages that `full.in` names, each by its name in the index."""
    lines = (ROOT / "requirements" / "full.in").read_text(encoding="utf-8").splitlines()
    return {_canonical(found[0]) for line in lines if (found := _NAME.match(line))}


def imported() -> dict[str, set[str]]:
    """By package: the names under which what it installed is imported."""
    names: dict[str, set[str]] = {}
    for module, packages in packages_distributions().items():
        for package in packages:
            names.setdefault(_canonical(package), set()).add(module)
    return names


def forbidden() -> set[str]:
    """What the contract keeps out of the demo."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    return {name for one in contracts if one["name"] == CONTRACT for name in one["forbidden_modules"]}


def problems() -> list[str]:
    """Where the lists differ, in words."""
    by_package = imported()
    wanted = {package: by_package.get(package, set()) for package in asked()}
    every = {name for names in wanted.values() for name in names}
    found = []
    for where, names in (("ONLY_FULL", set(ONLY_FULL)), (f"the contract {CONTRACT!r}", forbidden())):
        found += [
            f"{where}: nothing of {package} ({', '.join(sorted(modules)) or 'not installed'})"
            for package, modules in sorted(wanted.items())
            if not modules & names
        ]
        found += [f"{where}: {name} is of no package in requirements/full.in" for name in sorted(names - every)]
    return found


def _canonical(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


def main() -> int:
    """Returns the exit code."""
    found = problems()
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
