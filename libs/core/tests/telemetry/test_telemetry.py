"""What leaves the process in logs and spans: listed keys with short tokens, never a name, never an exception's text."""

import json
import logging

import pytest
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from concord_core.telemetry import current_traceparent, failure, logger, remote_parent, span
from concord_core.telemetry.attributes import allowed
from concord_core.telemetry.logs import ThirdParty

MARKER = "Amina Markerova"


@pytest.fixture
def spans() -> InMemorySpanExporter:
    """Spans of this process; the provider can be set once only."""
    exporter = InMemorySpanExporter()
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider(resource=Resource.create({"service.name": "intake", "concord.node": "hub"}))
        trace.set_tracer_provider(provider)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return exporter


def test_only_listed_keys_and_short_tokens_pass() -> None:
    kept = allowed(
        {"agency": "unicef", "count": 3, "narrative": MARKER, "reason": MARKER, "code": None, "state": "نعم"}
    )
    assert kept == {"agency": "unicef", "count": 3, "reason": "?", "state": "?", "dropped": "narrative"}


def test_a_log_line_is_json_with_its_trace_and_without_personal_data(
    spans: InMemorySpanExporter, capsys: pytest.CaptureFixture[str]
) -> None:
    with span("work", attributes={"agency": "unicef", "name": MARKER}):
        parent = current_traceparent()
        logger("room").error("the thing failed", agency="unicef", victim=MARKER, **failure(ValueError(MARKER)))
    line = json.loads(capsys.readouterr().err)
    assert MARKER not in json.dumps(line)
    assert (line["level"], line["message"], line["agency"], line["error"]) == (
        "error",
        "the thing failed",
        "unicef",
        "ValueError",
    )
    assert parent is not None
    assert line["trace"] in parent
    assert MARKER not in spans.get_finished_spans()[0].to_json()


def test_third_party_messages_lose_their_values(capsys: pytest.CaptureFixture[str]) -> None:
    for message, values in (("refused %s", (MARKER,)), (f"refused {MARKER}", ())):
        record = logging.LogRecord("library", logging.WARNING, "file", 1, message, values, None)
        ThirdParty().handle(record)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["message"] for line in lines] == ["refused %s", "third-party message"]


def test_a_failed_span_says_the_class_and_never_the_text(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="Markerova"), span("work"):
        raise ValueError(MARKER)
    [found] = spans.get_finished_spans()
    assert MARKER not in found.to_json()
    assert found.attributes is not None
    assert found.attributes["error"] == "ValueError"
    assert found.events == ()


def test_a_trace_goes_on_from_a_remote_parent(spans: InMemorySpanExporter) -> None:
    with span("request", "server"):
        parent = current_traceparent()
    with span("apply", "consumer", parent=remote_parent(parent), links=[remote_parent(parent)]):
        pass
    request, apply = spans.get_finished_spans()
    assert request.context is not None
    assert apply.context is not None
    assert apply.parent is not None
    assert apply.context.trace_id == request.context.trace_id
    assert apply.parent.span_id == request.context.span_id
    assert [link.context.span_id for link in apply.links] == [request.context.span_id]


@pytest.mark.parametrize("text", [None, "", "nonsense", "00-zz-zz-01"])
def test_a_malformed_parent_begins_a_new_trace(spans: InMemorySpanExporter, text: str | None) -> None:
    with span("apply", parent=remote_parent(text)):
        pass
    assert spans.get_finished_spans()[0].parent is None
