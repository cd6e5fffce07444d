"""The import contract `rooms`: rooms meet only in the shelves that are open to others.

Import-linter has no such contract of its own: a `protected` one would name every module of every room that is not to be
imported, and a module that is added tomorrow would be open to all.
"""

from collections.abc import Iterator
from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

Import = tuple[str, str]


class RoomsContract(Contract):
    """A room is a folder of a house; a file beside the rooms keeps the same rule.

    * `houses`: the packages whose folders are rooms
    * `open_shelves`: what others may import of a room
    * `fitters`: files beside the rooms that put the parts together. They import any shelf, and nobody imports them
    """

    type_name = "rooms"

    houses = fields.ListField(subfield=fields.StringField())
    open_shelves = fields.ListField(subfield=fields.StringField())
    fitters = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Every import from one room into another that no open shelf answers."""
        illegal = [found for house in cast("list[str]", self.houses) for found in self._illegal(graph, house)]
        return ContractCheck(kept=not illegal, metadata={"illegal": illegal})

    def _illegal(self, graph: ImportGraph, house: str) -> Iterator[Import]:
        fitters = {f"{house}.{name}" for name in cast("list[str]", self.fitters)}
        rooms = {child for child in graph.find_children(house) if graph.find_children(child)}
        closed = fitters | {
            module
            for room in rooms
            for module in (room, *graph.find_descendants(room))
            if not any(_within(module, f"{room}.{shelf}") for shelf in cast("list[str]", self.open_shelves))
        }
        for importer in sorted(graph.find_descendants(house) - fitters):
            own = next((room for room in rooms if _within(importer, room)), None)
            for imported in sorted(graph.find_modules_directly_imported_by(importer) & closed):
                if own is None or not _within(imported, own):
                    yield importer, imported

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Says who imports what, and what to do."""
        for importer, imported in cast("list[Import]", check.metadata["illegal"]):
            output.print_error(f"{importer} imports {imported}", bold=False)
        shelves = " or ".join(cast("list[str]", self.open_shelves))
        output.print_error(f"Move what both need to {shelves} of the room that it belongs to, or beside the rooms.")


def _within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")
