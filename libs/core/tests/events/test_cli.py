"""`concord dlq` and `concord replay` on a real database: what they show, what they ask for, what they refuse."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy import text
from typer.testing import CliRunner, Result

from concord_core.errors import ConcordError
from concord_core.events import dead_letters, generations
from concord_core.events.cli import dlq
from concord_core.events.cli import replay as replay_command
from concord_core.events.dead_letters import Owner
from concord_core.events.model import StoredRecord
from concord_core.storage import Database, Login
from tests.support.counting.service import ACTOR
from tests.support.postgres import Databases

TOPIC = "concord.intake.unicef.v1"
replay = typer.Typer()
replay.command()(replay_command)

MARKER = b"the bytes of a record"


@pytest.fixture
def database(databases: Databases) -> Iterator[Database]:
    found = Database(databases.fresh("counting", "tests.support.counting"), Login.CONSUME)
    yield found
    found.close()


@pytest.fixture
def config(database: Database, tmp_path: Path) -> Path:
    settings = database.settings
    path = tmp_path / "intake.toml"
    path.write_text(
        f'node = "hub"\n[database]\nhost = "{settings.host}"\nport = {settings.port}\nname = "{settings.name}"\n'
        f'passwords = "{settings.passwords}"\nlogin_prefix = "{settings.login_prefix}"\n'
    )
    return path


@pytest.fixture
def refused(database: Database) -> Database:
    """One refused record, and one parked behind it."""
    with database.work(None, actor=ACTOR) as work:
        generations.register(work.conn, "counts", rebuildable=True)
        generations.register(work.conn, "acts", rebuildable=False)
        generations.pause(work.conn, "counts", TOPIC)
        for offset, kind in ((4, "refused"), (7, "parked")):
            record = StoredRecord(TOPIC, 2, offset, b"C-1", MARKER, (("ce_id", b"x"),), datetime.now(UTC))
            dead_letters.add(work.conn, Owner("counts", 1), record, kind, "some_rule")  # type: ignore[arg-type]
    return database


def run(app: Any, config: Path, *arguments: str) -> Result:
    found = CliRunner().invoke(app, [*arguments, "--config", str(config)])
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found


def test_list_and_show_name_places_and_reasons_and_never_the_bytes(refused: Database, config: Path) -> None:
    rows = json.loads(run(dlq, config, "list", "--json").stdout)
    assert [(row["place"], row["kind"], row["reason"], row["state"]) for row in rows] == [
        (f"{TOPIC}/2/4", "refused", "some_rule", "open"),
        (f"{TOPIC}/2/7", "parked", "some_rule", "open"),
    ]
    shown = run(dlq, config, "show", "counts", f"{TOPIC}/2/4").stdout
    assert json.loads(shown)["bytes"] == len(MARKER)
    assert MARKER.decode() not in shown
    assert "C-1" in run(dlq, config, "list").stdout


def test_retry_asks_for_the_letter_and_what_waits_behind_it_and_wakes_the_topic(
    refused: Database, config: Path
) -> None:
    run(dlq, config, "retry", "counts", f"{TOPIC}/2/4")
    with refused.work(None, actor=ACTOR) as work:
        assert [letter.retry_wanted for letter in dead_letters.letters(work.conn)] == [True, True]
        assert generations.state(work.conn, "counts").paused_topics == ()


def test_drop_closes_the_letter_and_lets_the_next_try(refused: Database, config: Path) -> None:
    run(dlq, config, "drop", "counts", f"{TOPIC}/2/4")
    with refused.work(None, actor=ACTOR) as work:
        [left] = dead_letters.letters(work.conn)
    assert (left.log_offset, left.retry_wanted) == (7, True)


def test_bytes_are_deleted_thirty_days_after_resolution(refused: Database, config: Path) -> None:
    run(dlq, config, "drop", "counts", f"{TOPIC}/2/4")
    with refused.work(None, actor=ACTOR) as work:
        dead_letters.forget(work.conn)
        assert len(_with_bytes(work.conn)) == 2
        work.conn.execute(text("update dead_letters set resolved_at = now() - interval '31 days' where log_offset = 4"))
        dead_letters.forget(work.conn)
        assert _with_bytes(work.conn) == [7]


def _with_bytes(conn: Any) -> list[int]:
    found = dead_letters.letters(conn, resolved=True)
    return [letter.log_offset for letter in found if letter.value is not None and letter.headers is not None]


@pytest.mark.parametrize(
    ("app", "arguments", "code"),
    [
        (dlq, ["retry", "counts", f"{TOPIC}/2/99"], "events_unknown_letter"),
        (dlq, ["drop", "nobody", f"{TOPIC}/2/4"], "events_unknown_letter"),
        (replay, ["acts"], "events_not_rebuildable"),
        (replay, ["nobody"], "events_unknown_consumer"),
        (replay, ["nobody", "--skipped"], "events_unknown_consumer"),
    ],
)
def test_what_cannot_be_done_is_refused_by_a_stable_code(
    refused: Database, config: Path, app: Any, arguments: list[str], code: str
) -> None:
    with pytest.raises(ConcordError) as caught:
        run(app, config, *arguments)
    assert caught.value.code == code


def test_a_place_that_is_none_is_wrong_usage(refused: Database, config: Path) -> None:
    assert run(dlq, config, "show", "counts", "nowhere").exit_code == 2


def test_a_rebuild_that_nobody_carries_out_ends_with_its_own_code(refused: Database, config: Path) -> None:
    assert run(replay, config, "counts", "--wait", "0.1").exit_code == 3
    with pytest.raises(ConcordError, match="events_already_rebuilding"):
        run(replay, config, "counts")


def test_skipped_facts_are_asked_for(refused: Database, config: Path) -> None:
    assert run(replay, config, "acts", "--skipped").exit_code == 0
    with refused.work(None, actor=ACTOR) as work:
        assert generations.state(work.conn, "acts").skipped_wanted
