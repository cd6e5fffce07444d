"""`concord demo`: the embedded default, the invented cases, the walk; then it stays up for people to look around."""

import functools
import os
import subprocess
import sys
import time
from typing import Annotated

import httpx
import psutil
import typer
from rich.console import Console
from rich.table import Table

from concord_stack.demo.load import load
from concord_stack.demo.memory import held
from concord_stack.embedded import HUB_PORT, EmbeddedStack
from concord_stack.ending import end_on_signals, stay_up
from concord_stack.exchange import NAMES
from concord_stack.folders import keep_logs, run_folder
from concord_stack.people import people
from concord_stack.process import StartError
from concord_stack.stack import Stack
from concord_stack.walk.evidence import StepError
from concord_stack.walk.people import Person
from concord_stack.walk.signin import LoopbackTokens
from concord_stack.walk.steps import STEPS
from concord_stack.walk.walk import World, walk

SEED = 2026


def client(origin: str) -> httpx.Client:
    """A client of one origin, without proxies of the environment."""
    return httpx.Client(base_url=origin, timeout=60, trust_env=False)


def publish_release(stack: Stack) -> str:
    """Runs `concord release publish` on the hub; returns the release's id."""
    config = str(stack.hub.config("reporting"))
    argv = [sys.executable, "-m", "concord_core.cli", "release", "publish", "--config", config]
    done = subprocess.run(argv, capture_output=True, text=True, env={**os.environ, "COLUMNS": "200"})
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise StepError(f"`concord release publish` ended with code {done.returncode}: {''.join(said)}")
    return done.stdout.split()[1].rstrip(":")


def embedded_world(stack: EmbeddedStack) -> World:
    """What the walk needs of an embedded stack."""
    tokens = LoopbackTokens(stack.issuer)
    return World(
        {"": stack.origin}, functools.cache(client), tokens, lambda: publish_release(stack), stack.otlp.spans, SEED
    )


def demo(
    exit_after: Annotated[bool, typer.Option("--exit", help="End after the walk.")] = False,
    cases: Annotated[int, typer.Option(help="How many invented cases to load.", min=1)] = 200,
) -> None:
    """Start everything on this machine, load invented cases, walk the main job, stay up until Ctrl-C."""
    console = Console()
    console.rule("Concord, embedded: for trying and developing on one machine, not for real cases")
    begun = time.monotonic()
    folder = run_folder(f"demo-{os.getpid()}")
    keep_logs(folder)
    port = HUB_PORT if not exit_after else None
    end_on_signals()
    try:
        with EmbeddedStack(
            folder, tell=lambda text: console.print(f"  {text}", highlight=False, markup=False), port=port
        ) as stack:
            first = client(stack.origin).get("/")
            console.print(
                f"first page after {time.monotonic() - begun:.1f} s: {stack.origin}/ ({first.status_code})",
                highlight=False,
            )
            verified = _show(stack, console, cases)
            if verified and not exit_after:
                _welcome(stack, console)
                stay_up(stack)
    except KeyboardInterrupt:
        raise typer.Exit(int(exit_after)) from None  # a walk that was cut short has verified nothing
    except StartError as error:
        console.print(f"[red]▲ {error}[/red]", markup=True, highlight=False)
        raise typer.Exit(1) from None
    finally:
        keep_logs(folder)
    if not verified:
        raise typer.Exit(1)


def _show(stack: EmbeddedStack, console: Console, cases: int) -> bool:
    world = embedded_world(stack)

    def person(user: str) -> Person:
        return world.person(user)

    try:
        loaded = load(person, console, seed=SEED, count=cases)
    except StepError as failure:
        console.print(f"[red]▲ the invented cases could not be loaded: {failure}[/red]", highlight=False)
        return False
    console.print(
        f"[green]●[/green] {loaded.cases} invented cases of {len(NAMES)} agencies, {loaded.acts} acts on them"
    )
    verified = walk(world, STEPS, console)
    own = psutil.Process()
    megabytes = held([own, *own.children(recursive=True)]) // 2**20
    console.rule("verified" if verified else "not verified")
    console.print(
        f"memory of all processes: about {megabytes:.0f} MB; logs: {stack.logs}", highlight=False, soft_wrap=True
    )
    return verified


def _welcome(stack: EmbeddedStack, console: Console) -> None:
    addresses = Table("look at", "address")
    for what, path in (
        ("front door", "/"),
        ("find help", "/help"),
        ("report", "/a"),
        ("come back with a code", "/b"),
        ("my work", "/work"),
        ("cases", "/cases"),
        ("screening", "/screening"),
        ("assistance", "/assistance"),
        ("counts for staff", "/reporting"),
        ("public figures", "/data"),
    ):
        addresses.add_row(what, f"{stack.origin}{path}")
    console.print(addresses)
    staff = Table("sign in as", "agency", "roles", title="Invented people; no passwords")
    for one in people():
        if one.agency in ("unicef", "unhcr", "unfpa", "un"):
            roles = ", ".join(sorted({role for found in one.roles.values() for role in found}))
            staff.add_row(f"{one.given} {one.family} ({one.desk})", one.agency, roles)
    console.print(staff)
    console.print("Ctrl-C ends everything.")
