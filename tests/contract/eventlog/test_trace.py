"""One trace leads from the request through outbox, relay and log to the handler in another process's consumer."""

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from concord_core.telemetry import span
from tests.contract.eventlog.hub import Counting, Hub, running, wait_for
from tests.support.counting.service import subscription
from tests.support.engines import Engine
from tests.support.exchange import Exchange


@pytest.fixture
def spans() -> InMemorySpanExporter:
    """What this process traces; its provider can be set once only."""
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        trace.set_tracer_provider(TracerProvider())
    provider = trace.get_tracer_provider()
    assert isinstance(provider, TracerProvider)
    exporter = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return exporter


def test_a_fact_carries_its_trace(
    engine: Engine, exchange: Exchange, counting: Counting, spans: InMemorySpanExporter
) -> None:
    hub = Hub(engine, exchange, counting)
    with span("request", "server"):
        event_id = hub.emit("C-1", 1)
    with running(hub.relay().run, hub.consumer(subscription("traced")).run):
        wait_for(lambda: len(hub.effects()) == 1)

    mine = [found for found in spans.get_finished_spans() if found.name == "request"]
    mine += [found for found in spans.get_finished_spans() if (found.attributes or {}).get("event_id") == event_id]
    request, send, apply = sorted(mine, key=lambda found: ["request", "events.send", "events.apply"].index(found.name))
    assert request.context is not None
    assert send.context is not None
    assert send.parent is not None
    assert apply.parent is not None
    assert apply.context is not None
    assert {found.context.trace_id for found in (send, apply)} == {request.context.trace_id}
    assert send.parent.span_id == request.context.span_id
    assert apply.parent.span_id == send.context.span_id
    assert [link.context.span_id for link in apply.links] == [send.context.span_id]
