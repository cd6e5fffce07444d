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


def build() -> typer.Typer:
    """Returns the program with every command that an installed package offers."""
    program = typer.Typer(
        name="concord",
        help="Concord: the exchange between United Nations entities against sexual exploitation and abuse.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    for point in sorted(entry_points(group="concord.commands"), key=lambda point: point.name):
        command = point.load()
        if isinstance(command, typer.Typer):
            program.add_typer(command, name=point.name)
        else:
            program.command(name=point.name)(command)
    return program


def main() -> None:
    """Runs the program; a refusal is one clear line on standard error."""
    try:
        build()()
    except (ConcordError, SettingsError) as error:
        Console(stderr=True).print(f"concord: {error}", style="red", markup=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
