"""Everything that a fault test runs: the roles as processes, a generator of load, and the reconciliation at the end."""

from __future__ import annotations

import http.client
import multiprocessing
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from typing import Any

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from concord_core.storage import Database, Login
from tests.faults import roles
from tests.faults.roles import Site

KEYS = 16
SETTLE_SECONDS = 300


@dataclass
class Load:
    """Sends acts without end; each is repeated until it is acknowledged. Two threads, as two clients would."""

    port: int
    acknowledged: set[str] = field(default_factory=set)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        self._threads = [threading.Thread(target=self._send, args=(n,)) for n in range(2)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ends after every act that was begun is acknowledged."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _send(self, number: int) -> None:
        count = 0
        while not self._stop.is_set():
            count += 1
            act_id = str(uuid.uuid4())
            while not self._acknowledged(f"K{number}-{count % KEYS}", act_id):
                time.sleep(0.05)
            self.acknowledged.add(act_id)
            time.sleep(0.005)

    def _acknowledged(self, key: str, act_id: str) -> bool:
        conn = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            conn.request("POST", f"/{key}/{act_id}")
            return conn.getresponse().status == 204
        except (OSError, http.client.HTTPException):
            return False
        finally:
            conn.close()


class Plant:
    """The three roles as real processes, forked from a server that has loaded their code."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.load = Load(site.port)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.faults.roles"])
        self._running: dict[str, tuple[ForkServerProcess, Any]] = {}

    def start(self, role: str, moment: str = "") -> None:
        reached = self._context.Event()
        process = self._context.Process(target=roles.main, args=(role, self.site, moment, reached), daemon=True)
        process.start()
        self._running[role] = process, reached

    def kill(self, role: str) -> None:
        """Ends the process with no chance to do anything."""
        self.assert_well()
        process, _ = self._running.pop(role)
        process.kill()
        process.join()

    def kill_and_restart(self, role: str) -> None:
        self.kill(role)
        self.start(role)

    def kill_at(self, role: str, moment: str, seconds: float = 60) -> None:
        """Has the role stop at a moment, kills it there, and starts it anew."""
        self.kill(role)
        self.start(role, moment)
        assert self._running[role][1].wait(seconds), f"{role} did not come to {moment}"
        self.kill_and_restart(role)

    def assert_well(self) -> None:
        """No role ended that was not killed."""
        for role, (process, _) in self._running.items():
            assert process.exitcode is None, f"{role} ended by itself with {process.exitcode}"

    def close(self) -> None:
        self.load._stop.set()
        for process, _ in self._running.values():
            process.kill()
            process.join()


@dataclass(frozen=True)
class Result:
    """What is left when everything has come to rest."""

    acknowledged: int
    lost_acts: int
    unsent: int
    lost_effects: int
    doubled_effects: int
    out_of_order: int
    dead_letters: int

    @property
    def clean(self) -> bool:
        bad = (
            self.lost_acts,
            self.unsent,
            self.lost_effects,
            self.doubled_effects,
            self.out_of_order,
            self.dead_letters,
        )
        return self.acknowledged > 0 and not any(bad)


def settle(done: Callable[[], bool], seconds: float, assert_well: Callable[[], None]) -> None:
    """Waits until `done`, database failures counting as not yet. Ends at once when a role has died by itself."""
    end = time.monotonic() + seconds
    while True:
        assert_well()
        try:
            if done():
                return
        except (psycopg.Error, DBAPIError) as error:  # a database that is coming up again
            if time.monotonic() > end:
                raise AssertionError("the databases did not come back") from error
        assert time.monotonic() < end, "facts were still on their way"
        time.sleep(0.1)


def reconcile(plant: Plant) -> Result:
    """Compares what was acknowledged, the state, the outbox, and the effects."""
    database = Database(plant.site.database, Login.APP)
    relay = Database(plant.site.database, Login.RELAY)

    def count(where: Database, statement: str) -> int:
        with where.engine.connect() as conn:
            return int(conn.execute(text(statement)).scalar_one())

    settle(
        lambda: (
            count(relay, "select count(*) from outbox where sent_at is null") == 0
            and count(database, "select count(distinct event_id) from effects")
            >= count(relay, "select count(*) from outbox")
        ),
        SETTLE_SECONDS,
        plant.assert_well,
    )
    time.sleep(1.5)  # what would be doubled still comes
    with database.engine.connect() as conn:
        acts = {str(row[0]) for row in conn.execute(text("select id from acts"))}
        applied = [tuple(row) for row in conn.execute(text("select event_id, key, sequence from effects order by n"))]
        versions = {row[0]: row[1] for row in conn.execute(text("select key, version from aggregates"))}
    with relay.engine.connect() as conn:
        events = {row[0] for row in conn.execute(text("select event_id from outbox"))}
        unsent = conn.execute(text("select count(*) from outbox where sent_at is null")).scalar_one()
    with Database(plant.site.database, Login.CONSUME).engine.connect() as conn:
        letters = conn.execute(text("select count(*) from dead_letters")).scalar_one()
    per_event = Counter(event_id for event_id, _, _ in applied)
    order = {key: [sequence for _, k, sequence in applied if k == key] for key in versions}
    return Result(
        acknowledged=len(plant.load.acknowledged),
        lost_acts=len(plant.load.acknowledged - acts) + abs(len(acts) - sum(versions.values())),
        unsent=unsent,
        lost_effects=len(events - per_event.keys()) + abs(len(events) - len(acts)),
        doubled_effects=sum(times - 1 for times in per_event.values()),
        out_of_order=sum(order[key] != list(range(1, version + 1)) for key, version in versions.items()),
        dead_letters=letters,
    )


def prepare(administrator: str, database: str, prefix: str) -> None:
    """Adds the tables of the acts to a database of the counting service."""
    with psycopg.connect(administrator, dbname=database, autocommit=True) as conn:
        conn.execute("create table aggregates (key text primary key, version integer not null)")
        conn.execute("create table acts (id uuid primary key, key text not null, version integer not null)")
        conn.execute(f'grant select, insert, update on aggregates, acts to "{prefix}_app"'.encode())
