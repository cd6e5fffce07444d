"""JSON lines on standard error: a static message, allow-listed keys, the trace it belongs to, and nothing else.

Messages of third-party libraries are reduced to logger, level and the text of the call before its values were put in.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import MutableMapping
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any, cast

import structlog
from opentelemetry import trace
from structlog.typing import FilteringBoundLogger

from concord_core.telemetry.attributes import allowed


class _StandardError:
    """Writes whole lines to whatever standard error is at that moment, so that tests and supervisors can catch it."""

    def msg(self, line: str) -> None:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()

    debug = info = warning = error = critical = msg


def _place() -> dict[str, str]:
    """Service and node of this process, the current trace and span."""
    resource = getattr(trace.get_tracer_provider(), "resource", None)
    known = resource.attributes if resource is not None else {}
    place = {"service": str(known.get("service.name", "")), "node": str(known.get("concord.node", ""))}
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        place |= {"trace": f"{context.trace_id:032x}", "span": f"{context.span_id:016x}"}
    return {key: value for key, value in place.items() if value}


def _line(name: str, level: str, message: str, attributes: MutableMapping[str, Any]) -> str:
    head = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "level": level, "logger": name}
    return json.dumps(head | {"message": message} | _place() | allowed(attributes))


def _render(name: str) -> structlog.typing.Processor:
    def render(_: object, level: str, event: MutableMapping[str, Any]) -> str:
        message = str(event.pop("event"))
        return _line(name, level, message, event)

    return render


def logger(name: str) -> FilteringBoundLogger:
    """A logger for `log.info("static message", key=value)`; the keys are those of `attributes.ALLOWED`."""
    wrapper = structlog.make_filtering_bound_logger(logging.INFO)
    bound = structlog.wrap_logger(_StandardError(), processors=[_render(name)], wrapper_class=wrapper)
    return cast("FilteringBoundLogger", bound)


def failure(error: BaseException) -> dict[str, str]:
    """`error` (class) and `location` (file:line, innermost of ours): all of an exception that may be logged."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "concord" in frame.filename] or list(frames)
    location = f"{PurePath(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
    return {"error": type(error).__name__, "location": location}


class ThirdParty(logging.Handler):
    """Standard logging of libraries as our lines: the template of the message without its values."""

    def emit(self, record: logging.LogRecord) -> None:
        template = record.msg if isinstance(record.msg, str) and record.args else "third-party message"
        error = type(record.exc_info[1]).__name__ if record.exc_info and record.exc_info[1] else None
        _StandardError().msg(_line(record.name, record.levelname.lower(), template, {"error": error}))


def catch_third_party() -> None:
    """Sends all standard logging of WARNING and above through ThirdParty, and nothing below it anywhere."""
    root = logging.getLogger()
    root.handlers[:] = [ThirdParty()]
    root.setLevel(logging.WARNING)
