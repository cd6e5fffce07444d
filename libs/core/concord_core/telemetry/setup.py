"""Starts traces, metrics and logs of one process; `shutdown` sends what is still held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from opentelemetry import metrics, trace
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased

from concord_core.telemetry.logs import catch_third_party

SPAN_DELAY_MS = 500
METRIC_INTERVAL_MS = 10_000


@dataclass(frozen=True)
class Telemetry:
    """The providers of this process."""

    traces: TracerProvider
    meters: MeterProvider

    def shutdown(self) -> None:
        """Exports what is held, then stops."""
        self.traces.shutdown()
        self.meters.shutdown()


def setup(
    service: str,
    node: str,
    otlp_endpoint: str | None,
    *,
    exporters: Sequence[SpanExporter] = (),
    readers: Sequence[MetricReader] = (),
) -> Telemetry:
    """Makes the process's providers and catches third-party logging. Once per process.

    `otlp_endpoint` is the address of an OTLP/HTTP collector without path; nothing is exported without it;
    `exporters` and `readers` are further receivers in this process, called at once.
    """
    resource = Resource.create({"service.name": service, "concord.node": node})
    # With nobody to send to, trace ids still go along with requests and facts, but no span is kept.
    sampler = ParentBased(ALWAYS_ON) if exporters or otlp_endpoint else ALWAYS_OFF
    traces = TracerProvider(sampler=sampler, resource=resource)
    for exporter in exporters:
        traces.add_span_processor(SimpleSpanProcessor(exporter))
    all_readers = list(readers)
    if otlp_endpoint:
        base = otlp_endpoint.rstrip("/")
        sender = OTLPSpanExporter(endpoint=f"{base}/v1/traces", timeout=5)
        traces.add_span_processor(BatchSpanProcessor(sender, schedule_delay_millis=SPAN_DELAY_MS))
        metric_sender = OTLPMetricExporter(endpoint=f"{base}/v1/metrics", timeout=5)
        all_readers.append(PeriodicExportingMetricReader(metric_sender, export_interval_millis=METRIC_INTERVAL_MS))
    meters = MeterProvider(metric_readers=all_readers, resource=resource)
    trace.set_tracer_provider(traces)
    metrics.set_meter_provider(meters)
    catch_third_party()
    return Telemetry(traces, meters)
