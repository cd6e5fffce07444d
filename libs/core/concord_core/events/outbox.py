"""The outbox: a fact is written in the transaction of the change that it reports, and sent later by the relay.

Write it *after* the aggregate's row is locked (inserted or updated), so that two changes of one record cannot turn
around. The message is serialised once, here: the relay and the log carry these bytes.
"""

from __future__ import annotations

from datetime import UTC, datetime

from google.protobuf.message import Message
from sqlalchemy import Connection, text

from concord_core.events.ids import uuid7
from concord_core.events.topics import parse_topic, topic_name
from concord_core.telemetry import current_traceparent

VALUE_LIMIT = 64 * 1024

_INSERT = text(
    "insert into outbox (event_id, topic, key, type, sequence, agency, time, value, traceparent)"
    " values (:event_id, :topic, :key, :type, :sequence, :agency, :time, :value, :traceparent)"
)


def append(
    conn: Connection,
    *,
    service: str,
    agency: str,
    aggregate: str,
    sequence: int,
    message: Message,
    traceparent: str | None = None,
) -> str:
    """Adds one fact of `agency` to the running transaction and returns its event id.

    `aggregate` is the record's reference (the key), `sequence` its version from 1, +1 per fact. The current span's
    trace goes with it. Raises ValueError when the message is of another service's contract, too large, or the names
    cannot be a topic: all are mistakes in code.
    """
    kind = message.DESCRIPTOR.full_name
    topic = topic_name(service, agency)
    if parse_topic(topic) is None or not kind.startswith(f"concord.{service}.v1."):
        raise ValueError(f"{kind} cannot be a fact of {topic}")
    value = message.SerializeToString(deterministic=True)
    if len(value) > VALUE_LIMIT or not aggregate or sequence < 1:
        raise ValueError(f"{kind}: empty aggregate, sequence below 1, or more than {VALUE_LIMIT} bytes")
    event_id = str(uuid7())
    row = {"event_id": event_id, "topic": topic, "key": aggregate, "type": kind, "sequence": sequence}
    row |= {
        "agency": agency,
        "time": datetime.now(UTC),
        "value": value,
        "traceparent": traceparent or current_traceparent(),
    }
    conn.execute(_INSERT, row)
    return event_id
