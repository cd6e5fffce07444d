"""`concord agency onboard|offboard|list|sign-out`, for the hub's operator.

Exit codes: 0 done or nothing to do, 1 refused, or `list` found an unsafe login, 2 wrong usage.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from concord_core.errors import ConcordError
from concord_core.identity.admin import joining
from concord_core.identity.admin.access import AdminAccess
from concord_core.identity.admin.joining import NewAgency, RefusedError
from concord_core.identity.admin.keycloak import KeycloakAdministration
from concord_core.identity.admin.settings import Administration, KeycloakSection

app = typer.Typer(name="agency", help="Agencies that join and leave the exchange.", no_args_is_help=True)

Slug = Annotated[str, typer.Argument(help="the agency, such as unicef")]
Config = Annotated[Path, typer.Option("--config", exists=True, dir_okay=False, help="the operator's settings (TOML)")]
AsJson = Annotated[bool, typer.Option("--json", help="for machines")]


@app.command()
def onboard(
    agency: Slug,
    config: Config,
    entity: Annotated[str, typer.Option(help="its acronym in the entity list, if it is new")] = "",
    name: Annotated[str, typer.Option(help="its name, if it is new")] = "",
    domain: Annotated[str, typer.Option(help="the domain of its people's e-mail, if it is new")] = "",
    node: Annotated[str, typer.Option(help="the node that hosts it, if it is new")] = "hub",
    as_json: AsJson = False,
) -> None:
    """Keys, the next version of the agreement, topics and permissions, clients, organization and login. Run twice, it
    changes nothing the second time."""
    new = NewAgency(entity, name, domain, node) if entity and name and domain else None
    try:
        changes = joining.onboard(Administration.load(config), agency, new)
    except (RefusedError, ConcordError) as error:
        _fail(error)
    _show(changes, as_json=as_json)


@app.command()
def offboard(agency: Slug, config: Config, as_json: AsJson = False) -> None:
    """Ends an agency's sign-in and its flows."""
    try:
        changes = joining.offboard(Administration.load(config), agency)
    except (RefusedError, ConcordError) as error:
        _fail(error)
    _show(changes, as_json=as_json)


@app.command(name="list")
def list_agencies(config: Config, as_json: AsJson = False) -> None:
    """Every agency at the hub, and what is unsafe about its login."""
    found = KeycloakAdministration(AdminAccess.of(_hub(config))).joined()
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], indent=2))
    else:
        for one in found:
            state = "" if one.enabled else ", suspended"
            typer.echo(f"{one.agency:<12} {one.provider or 'hub accounts':<14} {one.people} people{state}")
            for problem in one.problems:
                typer.echo(f"    ▲ {problem}")
    if any(one.problems for one in found):
        raise typer.Exit(1)


@app.command(name="sign-out")
def sign_out(agency: Slug, config: Config) -> None:
    """Ends every session of the agency's people at once, for a lost laptop or a bad day."""
    people = KeycloakAdministration(AdminAccess.of(_hub(config))).sign_out(agency)
    typer.echo(f"{people} people signed out")


def _hub(config: Path) -> KeycloakSection:
    section = Administration.load(config).keycloak
    if section is None:
        _fail(RefusedError("the administration file has no section keycloak"))
    return section


def _show(changes: list[str], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(changes, indent=2))
        return
    for change in changes:
        typer.echo(change)
    typer.echo(f"{len(changes)} changes" if changes else "nothing to change")


def _fail(error: Exception) -> NoReturn:
    text = error.definition.message % error.params if isinstance(error, ConcordError) else str(error)
    typer.echo(text, err=True)
    raise typer.Exit(1)
