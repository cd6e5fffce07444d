"""Runs the measurements of one engine and returns their rows."""

from __future__ import annotations

import json
import multiprocessing
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from benchmarks.events import roles
from benchmarks.events.roles import CONSUMER, Site
from concord.intake.v1.events_pb2 import CaseOpened
from concord_core.events.model import Record
from concord_core.events.records import Event, encode
from concord_core.events.topics import topic_name
from concord_core.storage import Actor, Database, Login
from concord_core.vault import FileKeyring

SEED = 20261122
KEYS = 500
RATE = 200
MOST_SECONDS = 300
ACTOR = Actor("job", "bench")


def message(chance: random.Random) -> CaseOpened:
    """A plausible fact of about 300 bytes."""
    opened = CaseOpened(report_reference=f"R-2026-{chance.randrange(10**6):06}", received_date="2026-03-01")
    opened.country, opened.allegation_type, opened.concern = "SSD", "sexual_exploitation", "sea"
    for _ in range(9):
        opened.victims.add(sex="female", age_category="adult_18_plus", count=chance.randrange(1, 4))
    return opened


def fill(database: Database, agency: str, count: int, batch: int = 200) -> float:
    """Writes `count` facts over KEYS aggregates, `batch` to a transaction; returns facts per second."""
    chance = random.Random(SEED)
    start = time.monotonic()
    for first in range(0, count, batch):
        with database.work(agency, actor=ACTOR) as work:
            for number in range(first, min(first + batch, count)):
                work.emit("intake", f"C-{number % KEYS}", number // KEYS + 1, message(chance))
    return count / (time.monotonic() - start)


def outbox_records(site: Site) -> list[Record]:
    """The very records that our relay sends: same bytes for the raw run."""
    keys = FileKeyring(site.keyring)
    with Database(site.database, Login.RELAY).engine.connect() as conn:
        rows = conn.execute(
            text(
                "select event_id::text as id, topic, key, type, sequence, agency, time, value from outbox order by seq"
            )
        ).all()
    events = [Event(**row._mapping, traceparent=None) for row in rows]
    return [encode(event, keys, node="hub", service="intake") for event in events]


def throughput(site: Site, agency: str, count: int) -> tuple[float, float]:
    """Facts per second written to the outbox, and from there to the commit of the inbox; all connected before."""
    app = Database(site.database, Login.APP)
    with app.work(agency, actor=ACTOR) as work:
        work.emit("intake", "WARM-1", 1, message(random.Random(SEED)))
    with Database(site.database, Login.CONSUME).engine.connect() as conn, _roles(site) as go:
        _inbox_has(conn, 1)
        written = fill(app, agency, count)
        start = datetime.now(UTC)
        go()
        return written, float(count / (_inbox_has(conn, count + 1) - start).total_seconds())


def _inbox_has(conn: Connection, count: int) -> datetime:
    """Waits until the consumer has applied so many facts; returns when the last was."""
    statement = text("select count(*), max(at) from inbox where consumer = :name")
    end = time.monotonic() + MOST_SECONDS
    while time.monotonic() < end:
        seen, last = conn.execute(statement, {"name": CONSUMER}).one()
        conn.rollback()
        if seen >= count:
            assert isinstance(last, datetime)
            return last
        time.sleep(0.2)
    raise RuntimeError(f"only {seen} of {count} facts arrived: has a process ended?")


def _roles(site: Site, times: Path | None = None) -> AbstractContextManager[Callable[[], None]]:
    context = multiprocessing.get_context("spawn")
    go, readies = context.Event(), [context.Event(), context.Event()]
    started = [
        context.Process(target=roles.consume, args=(site, readies[0], times)),
        context.Process(target=roles.relay, args=(site, readies[1], go)),
    ]
    return _running(started, readies, go)


@contextmanager
def _running(started: Sequence[Any], readies: Sequence[Any], go: Any) -> Iterator[Callable[[], None]]:
    for process in started:
        process.start()
    try:
        if not all(ready.wait(MOST_SECONDS) for ready in readies):
            raise RuntimeError("a process did not get ready")
        yield go.set
    finally:
        for process in started:
            process.kill()
            process.join()


def raw(site: Site, topic: str, records: list[Record]) -> float:
    """Records per second of raw kafka-python, produced and consumed at the same time by two processes."""
    context = multiprocessing.get_context("spawn")
    go, done, readies = context.Event(), context.Event(), [context.Event(), context.Event()]
    started = [
        context.Process(target=roles.raw_consume, args=(site, topic, len(records), readies[0], go, done)),
        context.Process(target=roles.raw_produce, args=(site, records, readies[1], go)),
    ]
    with _running(started, readies, go) as release:
        start = time.monotonic()
        release()
        if not done.wait(MOST_SECONDS):
            raise RuntimeError("raw kafka-python did not read all that it sent")
        return len(records) / (time.monotonic() - start)


def latency(site: Site, agency: str, seconds: int, times: Path) -> tuple[float, float]:
    """p50 and p99 in milliseconds from the commit of a change to the commit of its effect, at RATE facts per second."""
    database, chance = Database(site.database, Login.APP), random.Random(SEED)
    committed: dict[str, float] = {}
    with database.work(agency, actor=ACTOR) as work:
        first = work.emit("intake", "WARM-2", 1, message(chance))
    with _roles(site, times) as go:
        go()
        while first not in _read(times):
            time.sleep(0.2)
        start = time.monotonic()
        for number in range(RATE * seconds):
            time.sleep(max(0.0, start + number / RATE - time.monotonic()))
            with database.work(agency, actor=ACTOR) as work:
                event = work.emit("intake", f"L-{number % KEYS}", number // KEYS + 1, message(chance))
            committed[event] = time.time()
        end = time.monotonic() + 60
        while not committed.keys() <= (seen := _read(times)).keys() and time.monotonic() < end:
            time.sleep(0.3)
    waits = sorted((seen[event] - at) * 1000 for event, at in committed.items())
    return waits[len(waits) // 2], waits[len(waits) * 99 // 100]


def _read(times: Path) -> dict[str, float]:
    try:
        found: dict[str, float] = json.loads(times.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return found


def topic_of(agency: str) -> str:
    """The topic that all of this goes through."""
    return topic_name("intake", agency)
