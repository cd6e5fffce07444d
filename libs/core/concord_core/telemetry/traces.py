"""Spans of our own: requests, outbox, relay, consumer, RPC. They hold allow-listed attributes and no exception text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Literal

from opentelemetry import trace
from opentelemetry.context import Context, attach, detach
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from concord_core.telemetry.attributes import allowed

Kind = Literal["internal", "server", "client", "producer", "consumer"]


def _set_error(current: Span, error: BaseException) -> None:
    """Marks the span as failed by the error's class and, for our own errors, its stable code."""
    current.set_status(Status(StatusCode.ERROR))
    current.set_attribute("error", type(error).__name__)
    code = getattr(error, "code", None)
    if isinstance(code, str):
        current.set_attributes(allowed({"code": code}))


def _kept() -> bool:
    """Whether this process keeps spans; a fact costs a fraction of a millisecond, of which they are a part."""
    sampler = getattr(trace.get_tracer_provider(), "sampler", ALWAYS_OFF)
    return sampler is not ALWAYS_OFF


@contextmanager
def span(
    name: str,
    kind: Kind = "internal",
    attributes: Mapping[str, object] | None = None,
    *,
    parent: Context | None = None,
    links: Sequence[Context] = (),
) -> Iterator[Span]:
    """Runs the block inside a span; `name` is static text such as `intake.reports.submit` or a route's template.

    Where no span is kept, only the trace goes on: `parent`'s, or a new one with each request.
    """
    if kind != "server" and not _kept():
        token = attach(parent) if parent is not None else None
        try:
            yield trace.get_current_span()
        finally:
            if token is not None:
                detach(token)
        return
    linked = [Link(trace.get_current_span(link).get_span_context()) for link in links]
    tracer = trace.get_tracer("concord")
    with tracer.start_as_current_span(
        name,
        context=parent,
        kind=SpanKind[kind.upper()],
        attributes=allowed(attributes or {}),
        links=[link for link in linked if link.context.is_valid],
        record_exception=False,
        set_status_on_exception=False,
    ) as current:
        try:
            yield current
        except BaseException as error:
            _set_error(current, error)
            raise


def add_attributes(**attributes: object) -> None:
    """Adds what became known later, such as a status, to the current span."""
    trace.get_current_span().set_attributes(allowed(attributes))


def current_traceparent() -> str | None:
    """The W3C `traceparent` of the current span, or None outside of any."""
    return traceparent_of(None)


def traceparent_of(context: Context | None) -> str | None:
    """The W3C `traceparent` of a context (None: the current one), or None when it holds no span."""
    found = trace.get_current_span(context).get_span_context()
    if not found.is_valid:
        return None
    return f"00-{found.trace_id:032x}-{found.span_id:016x}-{found.trace_flags:02x}"


def remote_parent(traceparent: str | None) -> Context:
    """The context to continue from; an absent or malformed `traceparent` gives an empty one, a new trace."""
    if traceparent is None:
        return Context()
    return TraceContextTextMapPropagator().extract({"traceparent": traceparent}, Context())
