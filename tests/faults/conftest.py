"""A plant on each engine, on servers of its own that may be killed."""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from concord_stack.folders import keep_logs, run_folder
from concord_stack.ports import free_port
from concord_stack.postgres import Postgres, start_postgres
from concord_stack.process import StartError
from tests.faults.exchange import ServicesOnKafka
from tests.faults.plant import Plant, prepare
from tests.faults.roles import Site
from tests.support.engines import EmbeddedEngine, KafkaEngine
from tests.support.exchange import make_exchange
from tests.support.postgres import Databases


class Server:
    """A PostgreSQL that can be killed and started again on its port and data."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self.postgres = self._start()

    def _start(self) -> Postgres:
        return start_postgres(self._folder / "server", self._folder / "postgres.log", port=self._port)

    def kill_and_restart(self) -> None:
        """SIGKILL to the postmaster; its children notice by themselves, and only then can a new one start."""
        self.postgres.child.kill()
        self.postgres.child.wait_stopped()
        end = time.monotonic() + 30
        while True:
            try:
                self.postgres = self._start()
                return
            except StartError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)


@pytest.fixture
def server() -> Iterator[Server]:
    """In a folder of its own: pytest closes its own to the plain user who runs PostgreSQL for root."""
    with tempfile.TemporaryDirectory(prefix="concord-faults-") as name:
        Path(name).chmod(0o711)
        made = Server(Path(name))
        yield made
        made.postgres.stop()


def build(server: Server, folder: Path, engine: EmbeddedEngine | KafkaEngine) -> Plant:
    """The three roles, running, under load."""
    databases = Databases(server.postgres, folder / "passwords")
    settings = databases.fresh("faults", "tests.support.counting")
    prepare(server.postgres.administrator, settings.name, settings.login_prefix)
    exchange = make_exchange(folder)
    engine.apply(exchange.topics, exchange.acls)
    site = Site.at(engine, exchange, settings, agency=exchange.own, port=free_port())
    plant = Plant(site)
    for role in ("serve", "relay", "consume"):
        plant.start(role)
    plant.load.start()
    return plant


@pytest.fixture
def embedded_plant(server: Server, tmp_path: Path) -> Iterator[Plant]:
    plant = build(server, tmp_path, EmbeddedEngine(server.postgres, tmp_path / "log-passwords"))
    yield plant
    plant.close()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[KafkaEngine]:
    engine = KafkaEngine(tmp_path / "kafka")
    yield engine
    engine.close()


@pytest.fixture
def kafka_plant(server: Server, broker: KafkaEngine, tmp_path: Path) -> Iterator[Plant]:
    plant = build(server, tmp_path, broker)
    yield plant
    plant.close()


@pytest.fixture
def services() -> Iterator[ServicesOnKafka]:
    folder = run_folder(f"test-faults-{os.getpid()}")
    keep_logs(folder)
    with ServicesOnKafka(folder) as stack:
        yield stack
    keep_logs(folder)
