"""The age of the outbox is told above all when nothing is sent: the log is away, or somebody else holds the lock."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from sqlalchemy import text

from concord_core.events.log import EventLog, LogUnavailableError
from concord_core.events.relay import Relay
from concord_core.storage import Database, Login
from concord_core.telemetry.metrics import OUTBOX_AGE, OUTBOX_WAITING
from tests.contract.eventlog.hub import Counting, measured, running, wait_for
from tests.support.counting.service import emit
from tests.support.engines import EmbeddedEngine
from tests.support.exchange import Exchange, make_exchange

HOUR = timedelta(hours=1).total_seconds()


def gauge(reader: InMemoryMetricReader, name: str, service: str) -> float:
    """The last value of a service's gauge; below zero when it was never told."""
    found = measured(reader, name, service=service)
    return found[-1] if found else -1


@pytest.fixture
def exchange(tmp_path_factory: pytest.TempPathFactory, counting: Counting) -> Exchange:
    """An exchange with two facts in the outbox, an hour old."""
    made = make_exchange(tmp_path_factory.mktemp("age"))
    for sequence in (1, 2):
        emit(counting.app, made.own, "K0", sequence)
    owner = Database(counting.settings, Login.OWNER)
    with owner.engine.begin() as conn:
        conn.execute(text("update outbox set written_at = written_at - interval '1 hour'"))
    owner.close()
    return made


def away() -> EventLog:
    raise LogUnavailableError("the log is away")


def relay(exchange: Exchange, counting: Counting, open_log: Callable[[], EventLog], service: str) -> Relay:
    return Relay(counting.relay, open_log, exchange.hub, node="hub", service=service)


def test_while_the_log_is_away(exchange: Exchange, counting: Counting, reader: InMemoryMetricReader) -> None:
    with running(relay(exchange, counting, away, "away").run):
        wait_for(lambda: gauge(reader, OUTBOX_AGE, "away") >= HOUR)
    assert gauge(reader, OUTBOX_WAITING, "away") == 2


def test_while_another_session_holds_the_lock(
    exchange: Exchange, counting: Counting, reader: InMemoryMetricReader, embedded_engine: EmbeddedEngine
) -> None:
    embedded_engine.apply(exchange.topics, exchange.acls)
    with counting.app.engine.connect() as captured:  # any login of the database may take it
        assert captured.scalar(text("select pg_try_advisory_lock(hashtext('concord.relay'))"))
        with running(relay(exchange, counting, lambda: embedded_engine.log("hub-intake"), "locked").run):
            wait_for(lambda: gauge(reader, OUTBOX_AGE, "locked") >= HOUR)
            emit(counting.app, exchange.own, "K0", 3)
            wait_for(lambda: gauge(reader, OUTBOX_WAITING, "locked") == 3)
