"""Checks that the import contracts of `pyproject.toml` name every room: one that is not named keeps no rule.

A room is a folder of a service's or the front's package that has a shelf. Prints what is missing; exit code 1 if
something is.
"""

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SHELVES = ("domain", "store", "commands", "handlers", "jobs", "http", "rpc", "pages")
PACKAGES = (*ROOT.glob("services/*/concord_*"), ROOT / "libs" / "front" / "concord_front")
APART = {"concord_screening.engine"}  # a library with a contract and an order of files of its own


def rooms() -> Iterator[tuple[str, Path]]:
    """Every room by its Python name."""
    for package in sorted(PACKAGES):
        for folder in sorted(package.iterdir()):
            name = f"{package.name}.{folder.name}"
            if name not in APART and any(_has(folder, shelf) for shelf in SHELVES):
                yield name, folder


def missing(contracts: list[dict[str, Any]]) -> list[str]:
    """What the contracts do not name, in words."""
    listed = {room for contract in contracts for room in contract.get("containers", ())}
    pure = {module for contract in contracts for module in contract.get("source_modules", ())}
    houses = {house for contract in contracts for house in contract.get("houses", ())}
    found = [f"{house.name}: not among the houses whose rooms meet" for house in PACKAGES if house.name not in houses]
    found += [f"{name}: not among the rooms whose shelves are kept apart" for name, _ in rooms() if name not in listed]
    return found + [
        f"{name}.domain: not among the rules that are pure"
        for name, folder in rooms()
        if _has(folder, "domain") and f"{name}.domain" not in pure
    ]


def _has(folder: Path, shelf: str) -> bool:
    return (folder / f"{shelf}.py").is_file() or (folder / shelf / "__init__.py").is_file()


def main() -> int:
    """Returns the exit code."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    problems = missing(settings["tool"]["importlinter"]["contracts"])
    for problem in problems:
        print(f"pyproject.toml, tool.importlinter: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
