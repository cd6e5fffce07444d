"""`concord release publish|list|verify`: what an operator does with releases, on the node that hosts the operator."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from rich.console import Console

from concord_core.config import load_settings
from concord_core.runtime import Context
from concord_core.storage import Actor, Login
from concord_reporting.config import ReportingSettings
from concord_reporting.policy import policy_table
from concord_reporting.releases import domain, store
from concord_reporting.releases.commands import SIGNATURE_CONTEXT, publish

app = typer.Typer(help="Publish and check public data sets.", no_args_is_help=True)
ConfigOption = Annotated[Path, typer.Option("--config", help="Settings of the reporting service (TOML).")]


def _context(config: Path) -> Context:
    settings = load_settings(ReportingSettings, config, prefix="CONCORD_REPORTING_")
    return Context("reporting", settings, policy_table(), "/reporting")


@app.command("publish")
def publish_command(
    config: ConfigOption,
    vintage: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day that counts.")] = None,
) -> None:
    """Publish a release from what has been counted so far."""
    context = _context(config)
    day = vintage.date() if vintage else datetime.now(UTC).date()
    actor = Actor(kind="job", subject="concord release publish")
    release = publish(
        context.database(Login.CONSUME),
        context.agreement,
        context.keys,
        node=context.settings.node,
        vintage=day,
        actor=actor,
    )
    Console().print(
        f"published {release.id}: {len(release.manifest['files'])} files, manifest {release.manifest_sha256}"
    )


@app.command("list")
def list_command(config: ConfigOption) -> None:
    """List the releases, oldest first."""
    with _context(config).app_db.engine.connect() as conn:
        for release_id in store.ids(conn):
            Console().print(release_id)


@app.command("verify")
def verify_command(release: str, config: ConfigOption) -> None:
    """Check a release's signature and the SHA-256 of its files."""
    context = _context(config)
    console = Console(stderr=True)
    with context.app_db.engine.connect() as conn:
        found, signed = store.find(conn, release), store.signature(conn, release)
        if found is None or signed is None:
            console.print("there is no such release")
            raise typer.Exit(1)
        kid, signature = signed
        files = {name: store.file(conn, release, name) or b"" for name in found.manifest["files"]}
    expected = domain.manifest(
        release=found.id,
        published=found.published_on,
        vintage=found.vintage,
        facts=found.manifest["facts_applied"],
        files=files,
    )
    key = Ed25519PublicKey.from_public_bytes(context.agreement.key(kid).public)
    try:
        key.verify(signature, SIGNATURE_CONTEXT + domain.canonical(expected))
    except InvalidSignature:
        console.print("the signature does not fit: the release was altered")
        raise typer.Exit(1) from None
    Console().print(f"{release}: signature and {len(files)} files are as published")
