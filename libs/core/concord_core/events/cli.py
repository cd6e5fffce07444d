"""`concord dlq` and `concord replay`: the operator's side of facts that were set aside and of projections to rebuild.

The commands write down what is wanted; the service's `consume` role, which alone has the handlers, does it. Exit codes:
0 done, 1 refused (the reason is printed), 2 wrong usage, 3 not done within the time.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlalchemy import Connection

from concord_core.config import DatabaseSettings
from concord_core.config.load import read_database
from concord_core.events import dead_letters, generations
from concord_core.events.dead_letters import Letter
from concord_core.events.log import Place
from concord_core.events.records import unpack_headers
from concord_core.storage import Actor, Database, Login

Config = Annotated[Path, typer.Option("--config", help="Settings file of the service.", exists=True, dir_okay=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Where = Annotated[str, typer.Argument(help="Place of the letter: TOPIC/PARTITION/OFFSET.")]
Consumer = Annotated[str, typer.Argument(help="Name of the consumer.")]

_ACTOR = Actor("job", "concord")

dlq = typer.Typer(help="Records that consumers set aside.", no_args_is_help=True)


@contextmanager
def _work(settings: DatabaseSettings) -> Iterator[Connection]:
    """One transaction as the consume role."""
    with closing(Database(settings, Login.CONSUME)) as database, database.work(None, actor=_ACTOR) as work:
        yield work.conn


def _place(where: str) -> tuple[Place, int]:
    try:
        topic, partition, offset = where.split("/")
        return Place(topic, int(partition)), int(offset)
    except ValueError:
        raise typer.BadParameter("a place is TOPIC/PARTITION/OFFSET") from None


def _row(letter: Letter) -> dict[str, str | int]:
    return {
        "consumer": letter.consumer,
        "place": f"{letter.topic}/{letter.partition}/{letter.log_offset}",
        "key": letter.key.decode(errors="backslashreplace"),
        "type": letter.type or "",
        "kind": letter.kind,
        "reason": letter.reason,
        "attempts": letter.attempts,
        "state": letter.resolution or ("retrying" if letter.retry_wanted else "open"),
        "at": letter.at.isoformat(timespec="seconds"),
    }


@dlq.command("list")
def list_letters(
    config: Config,
    consumer: Annotated[str | None, typer.Option(help="Only this consumer's.")] = None,
    resolved: Annotated[bool, typer.Option("--resolved", help="Also those that were resolved.")] = False,
    as_json: Json = False,
) -> None:
    """List what was set aside, and topics that rest after too many in a row."""
    with _work(read_database(config)) as conn:
        rows = [_row(letter) for letter in dead_letters.letters(conn, consumer, resolved=resolved)]
    if as_json:
        typer.echo(json.dumps(rows))
        return
    table = Table(*(rows[0] if rows else ["nothing is set aside"]))
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    Console().print(table)


@dlq.command("show")
def show_letter(config: Config, consumer: Consumer, where: Where) -> None:
    """Show one letter with its headers; the value is shown by its size only."""
    with _work(read_database(config)) as conn:
        letter = dead_letters.find(conn, consumer, *_place(where))
    headers = {name: value.decode(errors="backslashreplace") for name, value in unpack_headers(letter.headers or b"")}
    typer.echo(json.dumps(_row(letter) | {"bytes": len(letter.value or b""), "headers": headers}, indent=2))


@dlq.command("retry")
def retry_letter(config: Config, consumer: Consumer, where: Where) -> None:
    """Have the consumer try a letter again, and what is parked behind it."""
    with _work(read_database(config)) as conn:
        dead_letters.ask_retry(conn, dead_letters.find(conn, consumer, *_place(where)))
    typer.echo("the consumer tries it again")


@dlq.command("drop")
def drop_letter(config: Config, consumer: Consumer, where: Where) -> None:
    """Give a letter up; what is parked behind it is tried."""
    with _work(read_database(config)) as conn:
        dead_letters.drop(conn, dead_letters.find(conn, consumer, *_place(where)))
    typer.echo("dropped")


def replay(
    config: Config,
    consumer: Consumer,
    skipped: Annotated[
        bool, typer.Option("--skipped", help="Only look again at facts of types that were unknown.")
    ] = False,
    wait: Annotated[float, typer.Option(help="Seconds to wait for the rebuild.", min=0)] = 3600.0,
) -> None:
    """Fill a projection anew from the first fact on and then switch to it; with --skipped apply what was skipped."""
    settings = read_database(config)
    with _work(settings) as conn:
        if skipped:
            generations.ask_skipped(conn, consumer)
            typer.echo("the consumer reads skipped facts again")
            return
        wanted = generations.ask_rebuild(conn, consumer).rebuilding
    until = time.monotonic() + wait
    with Progress() as progress:
        bar = progress.add_task(f"{consumer}, generation {wanted}", total=None)
        while time.monotonic() < until:
            with _work(settings) as conn:
                state = generations.state(conn, consumer)
            progress.update(bar, completed=state.applied, total=state.total or None)
            if state.rebuilding is None:
                typer.echo(json.dumps(asdict(state)))
                return
            time.sleep(0.2)
    typer.echo("the rebuild goes on: is the consume role running?", err=True)
    raise typer.Exit(3)
