"""Starts PostgreSQL and Kafka, measures both engines and raw kafka-python in one run."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks.events import measure
from benchmarks.events.roles import Site
from benchmarks.row import Row
from concord_core.events.model import Record
from concord_stack.postgres import start_postgres
from tests.support.engines import EmbeddedEngine, KafkaEngine
from tests.support.exchange import make_exchange
from tests.support.postgres import Databases

COUNT = 10_000
SECONDS = 10
LIMIT_MS = 100
AIM = 0.5
WHY = (
    "Half of the raw client's speed would leave a fact about 240 µs of the two processors. Timed apart on 2026-11-27,"
    " the relay took 103 µs of them for each fact (34 to sign it) and the consumer 131 (58 to verify it), before"
    " PostgreSQL and the broker did their part. The raw client neither signs nor verifies, and keeps nothing."
)


def rows(count: int = COUNT, seconds: int = SECONDS) -> list[Row]:
    """The measurements, in the order in which they are shown."""
    with tempfile.TemporaryDirectory(prefix="concord-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        server = start_postgres(folder / "server", folder / "postgres.log")
        kafka = KafkaEngine(folder / "kafka")
        try:
            databases = Databases(server, folder / "passwords")
            embedded = EmbeddedEngine(server, folder / "log-passwords")
            found = _engine(folder, databases, kafka, count, seconds)
            return found + _engine(folder, databases, embedded, count, seconds, raw=_peer(found))
        finally:
            kafka.close()
            server.stop()


def _peer(found: list[Row]) -> float:
    return float(found[0].peer.split(" ")[0].replace(",", ""))


def _engine(
    folder: Path,
    databases: Databases,
    engine: EmbeddedEngine | KafkaEngine,
    count: int,
    seconds: int,
    raw: float | None = None,
) -> list[Row]:
    exchange = make_exchange(folder)
    engine.apply(exchange.topics, exchange.acls)
    settings = databases.fresh("counting", "tests.support.counting")
    embedded = isinstance(engine, EmbeddedEngine)
    site = Site.at(engine, exchange, settings)
    written, ours = measure.throughput(site, exchange.own, count)
    if raw is None:
        other = make_exchange(folder)
        engine.apply(exchange.topics + other.topics, exchange.acls + other.acls)
        raw_topic = measure.topic_of(other.own)
        records = [_moved(record, raw_topic) for record in measure.outbox_records(site)]
        raw = measure.raw(site, raw_topic, records)
    half, most = measure.latency(site, exchange.own, seconds, folder / f"times-{engine.name}")
    name = "embedded log" if embedded else "Kafka"
    return [
        Row(
            f"{name}: facts/s through outbox, log and inbox",
            f"{ours:,.0f} /s",
            f"{raw:,.0f} /s raw kafka-python",
            f"{ours / raw:.2f} (aim {AIM})",
        ),
        Row(f"{name}: facts/s written with their change (200 to a transaction)", f"{written:,.0f} /s", "", ""),
        Row(f"{name}: commit → effect at 200 facts/s, p50", f"{half:.1f} ms", "", ""),
        Row(
            f"{name}: commit → effect at 200 facts/s, p99",
            f"{most:.1f} ms",
            f"{LIMIT_MS} ms limit",
            f"{most / LIMIT_MS:.2f}",
        ),
    ]


def _moved(record: Record, topic: str) -> Record:
    return replace(record, topic=topic)
