"""The processes that are measured: our relay and consumer, and raw kafka-python doing only the moving."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, KafkaProducer

from concord.intake.v1.events_pb2 import CaseOpened
from concord_core.events import Fact, Subscription
from concord_core.events.consumer import Consumer
from concord_core.events.kafka_tokens import BrokerTokens
from concord_core.events.model import Record
from concord_core.events.relay import Relay
from concord_core.events.topics import partition_of
from concord_core.events.waits import RELAY_READ
from concord_core.storage import Database, Login, Work
from concord_core.vault import FileKeyring
from tests.support import sites

CONSUMER = "bench"


@dataclass(frozen=True, kw_only=True)
class Site(sites.Site):
    """A site that raw kafka-python reaches, too."""

    def client(self) -> dict[str, Any]:
        """How raw kafka-python connects, the same way as ours."""
        return {
            "bootstrap_servers": self.bootstrap,
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": "OAUTHBEARER",
            "sasl_oauth_token_provider": BrokerTokens(lambda: self.token),
        }


def relay(site: Site, ready: Event, go: Event) -> None:
    """Our relay. It sends what waits when it starts, connected and warm then, and holds the rest back until `go`."""
    database, keys = Database(site.database, Login.RELAY), FileKeyring(site.keyring)

    def hold(moment: str) -> None:
        if moment == RELAY_READ:
            if ready.is_set():
                go.wait()
            ready.set()

    Relay(database, site.open_log, keys, node="hub", service="intake", hold=hold).run(threading.Event())


def consume(site: Site, ready: Event, times: Path | None = None) -> None:
    """Our consumer, with a handler that does nothing; with `times` it notes when each fact's effects were committed."""
    seen: dict[str, float] = {}

    def handle(work: Work, fact: Fact[Any]) -> None:
        if times is not None:
            work.on_commit(lambda: seen.__setitem__(fact.id, time.time()))

    def write(stop: threading.Event) -> None:
        while times is not None and not stop.wait(0.5):
            times.write_text(json.dumps(seen.copy()))

    stop = threading.Event()
    threading.Thread(target=write, args=(stop,), daemon=True).start()
    database = Database(site.database, Login.CONSUME)
    wanted = Subscription(CONSUMER, ("intake",), {CaseOpened: handle})
    ready.set()
    Consumer(wanted, database, site.open_log, site.agreement, node="hub", service="intake").run(stop)


def raw_produce(site: Site, records: list[Record], ready: Event, go: Event) -> None:
    """kafka-python sending these records, as fast as it can."""
    producer = KafkaProducer(**site.client(), acks="all", enable_idempotence=True, batch_size=131_072)
    ready.set()
    go.wait()
    for record in records:
        partition = partition_of(record.key)
        producer.send(record.topic, record.value, record.key, list(record.headers), partition)
    producer.flush()


def raw_consume(site: Site, topic: str, count: int, ready: Event, go: Event, done: Event) -> None:
    """kafka-python reading them, committing each poll's offsets; sets `done` after the last."""
    consumer = KafkaConsumer(
        **site.client(), group_id="concord.hub.intake.raw", auto_offset_reset="earliest", enable_auto_commit=False
    )
    consumer.subscribe(topics=[topic])
    consumer.poll(timeout_ms=3000)
    ready.set()
    go.wait()
    seen = 0
    while seen < count:
        found = consumer.poll(timeout_ms=500, max_records=500)
        seen += sum(len(records) for records in found.values())
        if found:
            consumer.commit()
    done.set()
