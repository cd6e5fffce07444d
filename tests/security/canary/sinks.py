"""Where a mark must not be found, on whichever stack: what processes export and write, facts, rows, public files."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager

import httpx
import psycopg
from kafka import KafkaConsumer, TopicPartition
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from psycopg import sql

from concord_core.telemetry.metrics import EVENTS_SENT
from concord_stack.full import FullStack
from concord_stack.kafka import ADMINISTRATOR
from concord_stack.ports import HOST
from concord_stack.stack import Stack
from concord_stack.walk.people import until
from tests.security.canary.marks import found_in

_EXPORT_SECONDS = 120.0

Process = tuple[str, str]
"""Node and service."""


class Exports:
    """Everything that a stack's processes export by OTLP, while one listens, as it came: events and statuses of spans,
    attributes of processes and all else that the receiver does not keep."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.heard: list[bytes] = []

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hears what comes while the block runs."""
        listener = self.heard.append
        self._stack.otlp.listeners.append(listener)
        try:
            yield
        finally:
            self._stack.otlp.listeners.remove(listener)

    def sent(self, since: int = 0) -> dict[Process, int]:
        """How many facts each process says to have sent, of those that exported metrics later than `since`."""
        found: dict[Process, int] = {}
        for export in self._stack.otlp.metrics():
            for one in export.resource_metrics:
                names = {pair.key: pair.value.string_value for pair in one.resource.attributes}
                metrics = [metric for scope in one.scope_metrics for metric in scope.metrics]
                if max(_times(metrics), default=0) > since:
                    process = names["concord.node"], names["service.name"]
                    found[process] = sum(_numbers(metrics, EVENTS_SENT))
        return found

    def wait(self, traces: Mapping[str, str]) -> None:
        """Waits until every process has exported what it measured so far, and what it traced: these traces, by what
        was sent under them, and all that came before a request of ours, for a process exports spans in their order."""
        begun = time.time_ns()
        services = {(node.slug, service) for node in self._stack.nodes for service in self._stack.running(node)}
        measured = {process for process in services if process[1] != "front"}
        until("the metrics of every service", lambda: measured <= set(self.sent(begun)), _EXPORT_SECONDS)
        for node, service in services:
            self._until(self._asked(node, service), f"a request to {node}-{service}")
        for trace, what in traces.items():
            self._until(trace, what)

    def _until(self, trace: str, what: str) -> None:
        until(f"the export of {what}", lambda: self._stack.otlp.spans(trace), _EXPORT_SECONDS)

    def _asked(self, node: str, service: str) -> str:
        """The trace of a request to a service."""
        trace, port = uuid.uuid4().hex, self._stack.node(node).services[service].http
        headers = {"traceparent": f"00-{trace}-{uuid.uuid4().hex[:16]}-01"}
        httpx.get(f"http://{HOST}:{port}/api/{service}/openapi.json", headers=headers, timeout=60, trust_env=False)
        return trace


def _times(metrics: Sequence[Metric]) -> Iterator[int]:
    for metric in metrics:
        for point in (*metric.sum.data_points, *metric.gauge.data_points):
            yield point.time_unix_nano


def _numbers(metrics: Sequence[Metric], name: str) -> Iterator[int]:
    for metric in metrics:
        if metric.name == name:
            yield from (point.as_int for point in metric.sum.data_points)


# --- rows ---------------------------------------------------------------------------------------------------------


def rows(stack: Stack) -> Iterator[tuple[str, str]]:
    """`database.table` and text of every row of every database, those of the servers included; bytes in hexadecimal."""
    with psycopg.connect(stack.postgres.administrator) as conn:
        names = [row[0] for row in conn.execute("select datname from pg_database where not datistemplate")]
    for name in names:
        with psycopg.connect(stack.postgres.connect_string(name)) as conn:
            tables = conn.execute(
                "select table_schema, table_name from information_schema.tables where table_type = 'BASE TABLE' "
                "and table_schema not in ('pg_catalog', 'information_schema')"
            ).fetchall()
            for schema, table in tables:
                query = sql.SQL("select t::text from {} t").format(sql.Identifier(schema, table))
                for (row,) in conn.execute(query):
                    yield f"{name}.{table}", str(row)


# --- facts --------------------------------------------------------------------------------------------------------


def log_records(stack: Stack) -> Iterator[tuple[str, bytes]]:
    """Topic and content - key, headers, value - of every record of the embedded log."""
    with psycopg.connect(stack.postgres.connect_string("hub_log")) as conn:
        for topic, *content in conn.execute("select topic, key, headers, value from concord_log.records"):
            yield topic, b"\0".join(content)


def kafka_records(stack: FullStack) -> Iterator[tuple[str, bytes]]:
    """Topic and content - key, value, headers - of every record of the broker, as its administrator reads it."""
    access = stack.kafka.access
    with closing(
        KafkaConsumer(
            bootstrap_servers=access.internal,
            security_protocol="SASL_PLAINTEXT",
            sasl_mechanism="PLAIN",
            sasl_plain_username=ADMINISTRATOR,
            sasl_plain_password=access.password,
            group_id=None,
            enable_auto_commit=False,
            exclude_internal_topics=False,
        )
    ) as consumer:
        places = [
            TopicPartition(topic, partition)
            for topic in consumer.topics()
            for partition in consumer.partitions_for_topic(topic)
        ]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        ends = consumer.end_offsets(places)
        while any(consumer.position(place) < ends[place] for place in places):
            for found in consumer.poll(timeout_ms=1000).values():
                for one in found:
                    headers = b"\0".join(name.encode() + b"\0" + value for name, value in one.headers)
                    yield one.topic, b"\0".join((one.key or b"", one.value or b"", headers))


# --- files --------------------------------------------------------------------------------------------------------


def logs(stack: Stack) -> dict[str, bytes]:
    """What each process wrote."""
    return {path.name: path.read_bytes() for path in stack.logs.glob("*.log")}


def public(client: httpx.Client) -> Iterator[tuple[str, bytes]]:
    """Address and content of what anybody may read: pages, and every file of the last release."""
    for path in ("/", "/help", "/a", "/b", "/data"):
        yield path, client.get(path).raise_for_status().content
    linked = set(re.findall(r'href="(/data[^"#?]*)', client.get("/data").text))
    manifests = {path for path in linked if path.endswith("/manifest.json")}
    assert manifests, "the page of the figures leads to no manifest"
    for manifest in manifests:
        answer = client.get(manifest).raise_for_status()
        yield manifest, answer.content
        for name in answer.json()["files"]:
            path = f"{manifest.rpartition('/')[0]}/{name}"
            yield path, client.get(path).raise_for_status().content


def marked(found: Iterable[tuple[str, bytes]]) -> list[str]:
    """The places at which a mark stands."""
    return sorted({place for place, content in found if found_in(content)})
