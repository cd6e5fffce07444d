"""The rule by which rooms meet (`tools/rooms_contract.py`) catches who goes round it. The houses here are invented."""

import pytest
from grimp import ImportGraph

from tools.rooms_contract import RoomsContract

MODULES = (
    "house",
    "house.app",
    "house.words",
    "house.kitchen",
    "house.kitchen.commands",
    "house.kitchen.commands.cooking",
    "house.kitchen.domain",
    "house.kitchen.store",
    "house.kitchen.tables",
    "house.parlour",
    "house.parlour.commands",
    "house.parlour.pages",
)


def illegal(*imports: tuple[str, str]) -> list[tuple[str, str]]:
    """What the contract finds wrong in a house with these imports."""
    graph = ImportGraph()
    for module in MODULES:
        graph.add_module(module)
    for importer, imported in imports:
        graph.add_import(importer=f"house.{importer}", imported=f"house.{imported}")
    options = {"houses": ["house"], "open_shelves": ["commands", "domain"], "fitters": ["app"]}
    check = RoomsContract("rooms", {}, options).check(graph, verbose=False)
    found = [
        (importer.removeprefix("house."), imported.removeprefix("house."))
        for importer, imported in check.metadata["illegal"]
    ]
    assert check.kept is not bool(found)
    return found


@pytest.mark.parametrize(
    "wrong",
    [
        ("parlour.pages", "kitchen.store"),
        ("parlour.commands", "kitchen.tables"),
        ("parlour.commands", "kitchen"),
        ("words", "kitchen.store"),
        ("parlour.pages", "app"),
        ("words", "app"),
    ],
)
def test_an_import_round_the_open_shelves_is_found(wrong: tuple[str, str]) -> None:
    assert illegal(wrong) == [wrong]


@pytest.mark.parametrize(
    "right",
    [
        ("parlour.pages", "kitchen.commands"),
        ("parlour.pages", "kitchen.commands.cooking"),
        ("parlour.commands", "kitchen.domain"),
        ("kitchen.commands", "kitchen.store"),
        ("parlour.pages", "words"),
        ("words", "kitchen.domain"),
        ("app", "kitchen.store"),
    ],
)
def test_what_a_room_may_import(right: tuple[str, str]) -> None:
    assert illegal(right) == []
