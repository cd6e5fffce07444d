"""The `concord` command: one program for everything; each package adds its sub-commands by the entry-point group
`concord.commands`, so that the core knows no service.

Exit codes: 0 done, 1 refused or failed (the reason is printed), 2 wrong use.
"""

import sys
from importlib.metadata import entry_points

import typer
from rich.console import Console

from concord_core.config.load import SettingsError
from concord_core.errors import ConcordError


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
        command = point.load()
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
    except (ConcordError, SettingsError) as error:
        Console(stderr=True).print(f"concord: {error}", style="red", markup=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
