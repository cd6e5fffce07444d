"""`concord agreement check|plan|sign|apply`.

Exit codes: 0 done or nothing to say, 1 the agreement is refused or contradicts itself, 2 wrong usage.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from concord_core.agreement.agreement import Agreement
from concord_core.agreement.checks import changes_forbidden, problems
from concord_core.agreement.compare import differences
from concord_core.agreement.document import parse
from concord_core.agreement.domain import Terms
from concord_core.agreement.signature import operator_key as read_operator_key
from concord_core.agreement.signature import public_text, signature_path
from concord_core.agreement.signature import sign as sign_content
from concord_core.agreement.targets import Change, Target, TargetFactory, installed
from concord_core.errors import ConcordError

app = typer.Typer(name="agreement", help="The signed agreement between the agencies.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="the agreement (YAML)")]
Pinned = Annotated[str, typer.Option("--operator-key", help="the operator's public key, base64")]
Previous = Annotated[
    Path | None, typer.Option("--previous", exists=True, dir_okay=False, help="the version in force, to compare with")
]
Targets = Annotated[
    list[str], typer.Option("--target", help="NAME=CONFIG of a system that enforces it; may be given several times")
]
AsJson = Annotated[bool, typer.Option("--json", help="for machines")]


@app.command()
def check(file: File, operator_key: Pinned = "", previous: Previous = None) -> None:
    """Says whether the file holds together, follows the previous version and, if a key is given, is signed."""
    terms = _believed(file, operator_key) if operator_key else _read(file)
    found = problems(terms, datetime.now(UTC))
    if previous is not None:
        found += changes_forbidden(_read(previous), terms)
    _stop_at(found)
    signed = "signed by the operator" if operator_key else "signature not looked at"
    typer.echo(
        f"version {terms.version}, {signed}: {len(terms.agencies)} agencies, {len(terms.nodes)} nodes, "
        f"{len(terms.keys)} keys, {len(terms.flows)} flows"
    )


@app.command()
def plan(
    file: File,
    operator_key: Pinned = "",
    previous: Previous = None,
    target: Targets = [],  # noqa: B006 - Typer's way to take several
    as_json: AsJson = False,
) -> None:
    """Shows what a version changes: against the previous one, and in each system. Changes nothing."""
    changes = list(differences(_read(previous), _read(file))) if previous is not None else []
    if target:
        agreement = _believed(file, operator_key)
        for system in _systems(target):
            changes += system.plan(agreement)
    _show(changes, as_json=as_json)


@app.command()
def sign(
    file: File,
    key: Annotated[Path, typer.Option("--key", exists=True, dir_okay=False, help="the operator's private key (PEM)")],
    previous: Previous = None,
) -> None:
    """Checks the file and signs it; the signature lies beside it."""
    terms = _read(file)
    found = problems(terms, datetime.now(UTC))
    if previous is not None:
        found += changes_forbidden(_read(previous), terms)
    _stop_at(found)
    try:
        private = read_operator_key(key)
    except (ConcordError, ValueError):
        _fail("the key file holds no Ed25519 private key")
    signature_path(file).write_text(f"{sign_content(file.read_bytes(), private)}\n", encoding="ascii")
    typer.echo(f"version {terms.version} signed: {signature_path(file)}")
    typer.echo(f"operator key to pin: {public_text(private)}")


@app.command()
def apply(file: File, operator_key: Pinned, target: Targets, as_json: AsJson = False) -> None:
    """Makes each system what the signed agreement says. Run twice, it changes nothing the second time."""
    agreement = _believed(file, operator_key)
    _stop_at(problems(agreement, datetime.now(UTC)))
    changes: list[Change] = []
    for system in _systems(target):
        changes += system.apply(agreement)
    _show(changes, as_json=as_json)


def _read(file: Path) -> Terms:
    try:
        return parse(file.read_bytes())
    except ConcordError as error:
        _fail(f"{file}: {error.definition.message % error.params}")


def _believed(file: Path, operator_key: str) -> Agreement:
    try:
        return Agreement.load(file, operator_key)
    except ConcordError as error:
        _fail(f"{file}: {error.definition.message % error.params}")


def _systems(names: Sequence[str]) -> Iterable[Target]:
    there = installed()
    for name, _, config in (entry.partition("=") for entry in names):
        if name not in there or not Path(config).is_file():
            known = ", ".join(sorted(there)) or "none is installed"
            raise typer.BadParameter(f"a target is NAME=CONFIG with a file; names: {known}")
        make: TargetFactory = there[name].load()
        yield make(Path(config))


def _show(changes: Sequence[Change], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([asdict(change) for change in changes], indent=2))
        return
    for change in changes:
        typer.echo(f"{change.action:<6} {change.kind:<10} {change.name}")
    typer.echo(f"{len(changes)} changes" if changes else "nothing to change")


def _stop_at(found: Sequence[str]) -> None:
    if found:
        _fail("\n".join(found))


def _fail(text: str) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(1)
