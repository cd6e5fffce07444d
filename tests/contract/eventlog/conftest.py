"""Both engines of the event log for one suite; each test gets an exchange with agencies of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from concord_core.events.log import EventLog
from concord_stack.postgres import Postgres
from tests.contract.eventlog.hub import Counting, Hub
from tests.support.engines import EmbeddedEngine, Engine, KafkaEngine
from tests.support.exchange import Exchange, make_exchange
from tests.support.groups import ending
from tests.support.postgres import Databases

OpenLog = Callable[[str], EventLog]
_GROUP = "eventlog"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All on one worker: they share a broker."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.xdist_group(_GROUP))


@pytest.fixture(scope="session")
def embedded_engine(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> EmbeddedEngine:
    return EmbeddedEngine(postgres, tmp_path_factory.mktemp("log-passwords"))


@pytest.fixture(scope="session")
def kafka_engine(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[KafkaEngine]:
    engine = KafkaEngine(tmp_path_factory.mktemp("kafka"))
    with ending(pytestconfig, _GROUP, engine.close):
        yield engine


@pytest.fixture(scope="session", params=["embedded", "kafka"])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.getfixturevalue(f"{request.param}_engine")
    return found


@pytest.fixture(scope="session")
def reader() -> InMemoryMetricReader:
    """What this process measures; its provider can be set once only."""
    found = InMemoryMetricReader()
    metrics.set_meter_provider(MeterProvider([found]))
    return found


@pytest.fixture
def exchange(engine: Engine, tmp_path: Path) -> Exchange:
    """An exchange whose topics and permissions the engine has."""
    made = make_exchange(tmp_path)
    engine.apply(made.topics, made.acls)
    return made


@pytest.fixture
def open_log(engine: Engine) -> Iterator[OpenLog]:
    """Opens logs and closes them at the end."""
    opened: list[EventLog] = []

    def open_one(client_id: str) -> EventLog:
        opened.append(engine.log(client_id))
        return opened[-1]

    yield open_one
    for log in opened:
        log.close()


@pytest.fixture
def counting(databases: Databases) -> Iterator[Counting]:
    """A fresh database of the counting service."""
    made = Counting(databases)
    yield made
    made.close()


@pytest.fixture
def hub(engine: Engine, exchange: Exchange, counting: Counting) -> Hub:
    return Hub(engine, exchange, counting)
