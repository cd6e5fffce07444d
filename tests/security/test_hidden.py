"""What holds personal data says its name and nothing else when it is written as text."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module

import concord_core
import concord_intake
import concord_reporting
import concord_screening
import concord_victim_assistance
from concord_core.values import Hidden

PACKAGES = (concord_core, concord_intake, concord_screening, concord_victim_assistance, concord_reporting)
SHELVES = ("domain", "commands", "owner", "recipient", "opening", "receipt", "sessions")


def hidden() -> Iterator[type[Hidden]]:
    """Every class that says that it is hidden."""
    for package in PACKAGES:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.rpartition(".")[2] in SHELVES:
                found = vars(import_module(module.name)).values()
                yield from (one for one in found if isinstance(one, type) and issubclass(one, Hidden))


def test_no_hidden_record_shows_what_it_holds() -> None:
    kinds = {kind for kind in hidden() if kind is not Hidden}
    assert len(kinds) >= 12
    assert {kind.__name__ for kind in kinds if kind.__repr__ is not Hidden.__repr__} == set()
