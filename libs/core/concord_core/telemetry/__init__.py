"""Traces, metrics and logs without personal data: static names, allow-listed keys, short machine-made values."""

from concord_core.telemetry.logs import failure, logger
from concord_core.telemetry.setup import Telemetry, setup
from concord_core.telemetry.traces import (
    add_attributes,
    current_traceparent,
    remote_parent,
    span,
    traceparent_of,
)

__all__ = [
    "Telemetry",
    "add_attributes",
    "current_traceparent",
    "failure",
    "logger",
    "remote_parent",
    "setup",
    "span",
    "traceparent_of",
]
