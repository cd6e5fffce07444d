"""Receives what the processes of a stack export by OTLP over HTTP, and keeps it in memory.

For the runner of a stack on one machine, which shows one trace as a tree, and for tests, which ask what was
exported. It keeps the newest traces and the last metrics only; nothing is written to disk.
"""

import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeVar

from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue

from concord_stack.ports import HOST

M = TypeVar("M", bound=Message)
_TRACES_KEPT = 20_000
_METRICS_KEPT = 200
_BODY_LIMIT = 16 * 1024 * 1024


@dataclass(frozen=True)
class Span:
    """One span as exported; times in nanoseconds since 1970; ids in hex, `parent` empty at the root, `links` those of
    the spans that it names."""

    trace: str
    id: str
    parent: str
    name: str
    service: str
    node: str
    start: int
    end: int
    attributes: tuple[tuple[str, str], ...]
    links: tuple[str, ...]

    @property
    def milliseconds(self) -> float:
        return (self.end - self.start) / 1e6


class OtlpReceiver:
    """An OTLP collector on a free loopback port, answering from threads of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._traces: OrderedDict[str, list[Span]] = OrderedDict()
        self._metrics: list[ExportMetricsServiceRequest] = []
        self.listeners: list[Callable[[bytes], object]] = []
        """Each is called with every export as it came, from threads of this receiver."""
        self._server = ThreadingHTTPServer((HOST, 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="otlp", daemon=True)

    @property
    def endpoint(self) -> str:
        """The address to export to, without path."""
        return f"http://{HOST}:{self._server.server_address[1]}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def spans(self, trace: str) -> tuple[Span, ...]:
        """Every span received so far of one trace, in order of start."""
        with self._lock:
            return tuple(sorted(self._traces.get(trace, ()), key=lambda span: span.start))

    def all_spans(self) -> tuple[Span, ...]:
        with self._lock:
            return tuple(span for spans in self._traces.values() for span in spans)

    def metrics(self) -> tuple[ExportMetricsServiceRequest, ...]:
        """The last metric exports of all processes, as they came."""
        with self._lock:
            return tuple(self._metrics)

    def receive_spans(self, request: ExportTraceServiceRequest) -> None:
        with self._lock:
            for span in _spans(request):
                self._traces.setdefault(span.trace, []).append(span)
            while len(self._traces) > _TRACES_KEPT:
                self._traces.popitem(last=False)

    def receive_metrics(self, request: ExportMetricsServiceRequest) -> None:
        with self._lock:
            self._metrics = [*self._metrics[1 - _METRICS_KEPT :], request]


def tree(spans: Sequence[Span]) -> list[str]:
    """One trace as indented lines: process, span, milliseconds after the first, duration in milliseconds."""
    if not spans:
        return []
    known = {span.id for span in spans}
    zero = min(span.start for span in spans)
    children: dict[str, list[Span]] = {}
    for span in sorted(spans, key=lambda one: one.start):
        children.setdefault(span.parent if span.parent in known else "", []).append(span)
    lines: list[str] = []

    def add(parent: str, depth: int) -> None:
        for span in children.get(parent, ()):
            after = (span.start - zero) / 1e6
            where = f"{span.node}-{span.service}"
            lines.append(f"{'  ' * depth}{where}  {span.name}  +{after:.0f} ms  {span.milliseconds:.1f} ms")
            add(span.id, depth + 1)

    add("", 0)
    return lines


def _spans(request: ExportTraceServiceRequest) -> Iterable[Span]:
    for resource in request.resource_spans:
        names = dict(_attributes(resource.resource.attributes))
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield Span(
                    trace=span.trace_id.hex(),
                    id=span.span_id.hex(),
                    parent=span.parent_span_id.hex(),
                    name=span.name,
                    service=names.get("service.name", ""),
                    node=names.get("concord.node", ""),
                    start=span.start_time_unix_nano,
                    end=span.end_time_unix_nano,
                    attributes=tuple(_attributes(span.attributes)),
                    links=tuple(link.span_id.hex() for link in span.links),
                )


def _attributes(pairs: Iterable[KeyValue]) -> Iterable[tuple[str, str]]:
    for pair in pairs:
        kind = pair.value.WhichOneof("value")
        yield pair.key, "" if kind is None else str(getattr(pair.value, kind))


def _handler(receiver: OtlpReceiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", "0"))
            if length > _BODY_LIMIT:
                self.send_error(413)
                return
            body = self.rfile.read(length)
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            for listener in receiver.listeners:
                listener(body)
            try:
                self._take(body)
            except DecodeError:
                self.send_error(400)
                return
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def _take(self, body: bytes) -> None:
            if self.path == "/v1/traces":
                receiver.receive_spans(_parsed(ExportTraceServiceRequest(), body))
            elif self.path == "/v1/metrics":
                receiver.receive_metrics(_parsed(ExportMetricsServiceRequest(), body))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Say nothing: exports come every half second."""

    return Handler


def _parsed(message: M, body: bytes) -> M:
    message.ParseFromString(body)
    return message
