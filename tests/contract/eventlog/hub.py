"""The roles of one service over the counting database, for tests of both event log engines."""

import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from uuid import uuid4

from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from sqlalchemy import text

from concord.intake.v1.events_pb2 import CaseClosed, ClockBreached
from concord_core.events import Subscription, dead_letters
from concord_core.events.consumer import Consumer
from concord_core.events.relay import Relay
from concord_core.events.topics import group_name, topic_name
from concord_core.events.waits import Hold, go_on
from concord_core.storage import Database, Login
from tests.support.counting.service import ACTOR, effects, emit
from tests.support.engines import Engine
from tests.support.exchange import Exchange
from tests.support.postgres import Databases

SECONDS = 300.0
_WAITING = """
select count(*) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and query like '%pg_try_advisory_lock%'
"""


class CrashError(Exception):
    """What a hold raises where a process would die."""


def crash_once(moment: str) -> Hold:
    """Dies at the first of these moments."""
    left = [moment]

    def hold(reached: str) -> None:
        if reached in left:
            left.remove(reached)
            raise CrashError

    return hold


def wait_for(done: Callable[[], bool], seconds: float = SECONDS) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "not reached in time"
        time.sleep(0.05)


@contextmanager
def running(*roles: Callable[[threading.Event], None]) -> Iterator[None]:
    """Runs roles in threads; what one raises, other than a planned crash, fails the test."""
    stop = threading.Event()
    failed: list[BaseException] = []

    def guard(role: Callable[[threading.Event], None]) -> None:
        try:
            role(stop)
        except CrashError:
            pass
        except BaseException as error:
            traceback.print_exc()
            failed.append(error)

    threads = [threading.Thread(target=guard, args=(role,)) for role in roles]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(SECONDS)
    assert failed == []


def measured(reader: InMemoryMetricReader, name: str, **attributes: str) -> list[float]:
    """The values of a metric's series that have these attributes."""
    data = reader.get_metrics_data()
    return [
        float(getattr(point, "value", -1))
        for resource in (data.resource_metrics if data else ())
        for scope in resource.scope_metrics
        for metric in scope.metrics
        if metric.name == name
        for point in metric.data.data_points
        if attributes.items() <= dict(point.attributes or {}).items()
    ]


class Counting:
    """Databases of the counting service under the logins that its roles use."""

    def __init__(self, found: Databases) -> None:
        settings = found.fresh("counting", "tests.support.counting")
        self.settings = settings
        self.app = Database(settings, Login.APP)
        self.relay = Database(settings, Login.RELAY)
        self.consume = Database(settings, Login.CONSUME)

    def close(self) -> None:
        for database in (self.app, self.relay, self.consume):
            database.close()


class Hub:
    """The roles of the hub's intake service, over the counting service's database."""

    def __init__(self, engine: Engine, exchange: Exchange, counting: Counting) -> None:
        self.engine, self.exchange, self.counting = engine, exchange, counting

    def relay(self, hold: Hold = go_on, service: str = "intake") -> Relay:
        client = f"hub-{service}"
        keys = self.exchange.hub
        return Relay(self.counting.relay, lambda: self.engine.log(client), keys, node="hub", service=service, hold=hold)

    def send(self) -> None:
        """One pass of the relay over what waits."""
        with running(self.relay().run):
            wait_for(lambda: self.unsent() == 0)

    def unsent(self) -> int:
        with self.counting.relay.engine.connect() as conn:
            return int(conn.execute(text("select count(*) from outbox where sent_at is null")).scalar_one())

    def waiting_relays(self) -> int:
        """How many relays asked for the lock and nothing since: they have a session and do not lead."""
        with self.counting.relay.engine.connect() as conn:
            return int(conn.execute(text(_WAITING)).scalar_one())

    def in_topic(self, agency: str = "") -> list[str]:
        """The ids of all facts in the topic of an agency, else of the own, as often as they stand there, in order
        within each key."""
        topic = topic_name("intake", agency or self.exchange.own)
        found: list[str] = []
        with closing(self.engine.log("hub-intake")) as log:
            log.subscribe(group_name("hub", "intake", f"looking-{uuid4().hex}"), [topic])

            def at_the_end() -> bool:
                found.extend(dict(record.headers)["ce_id"].decode() for record in log.poll(500, 0.5))
                ends = log.ends()
                return bool(ends) and all(log.position(place) == end for place, end in ends.items())

            wait_for(at_the_end)
        return found

    def consumer(self, wanted: Subscription, hold: Hold = go_on) -> Consumer:
        return Consumer(
            wanted,
            self.counting.consume,
            lambda: self.engine.log("hub-intake"),
            self.exchange.agreement,
            node="hub",
            service="intake",
            hold=hold,
        )

    def emit(self, key: str, sequence: int, message: CaseClosed | ClockBreached | None = None) -> str:
        return emit(self.counting.app, self.exchange.own, key, sequence, message)

    def effects(self) -> list[tuple[str, int]]:
        return effects(self.counting.app)


def letters(hub: Hub) -> list[dead_letters.Letter]:
    with hub.counting.consume.work(None, actor=ACTOR) as work:
        return list(dead_letters.letters(work.conn))


def ask_retry(hub: Hub) -> None:
    with hub.counting.consume.work(None, actor=ACTOR) as work:
        dead_letters.ask_retry(work.conn, dead_letters.letters(work.conn)[0])
