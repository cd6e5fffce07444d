"""Facts out of an outbox, as a consumer would get them, for tests that stand in for the log."""

from __future__ import annotations

from typing import Any

from google.protobuf import symbol_database
from google.protobuf.message import Message

from concord_core.events import Fact


def fact_of(row: Any, node: str) -> Fact[Any]:
    """The fact in a row of `outbox` of a node's victim-assistance; its message's module must have been imported."""
    message: Message = symbol_database.Default().GetSymbol(row.type)()
    message.ParseFromString(bytes(row.value))
    return Fact(
        topic=row.topic,
        partition=0,
        offset=row.seq,
        key=row.key,
        id=str(row.event_id),
        source=f"/{node}/assistance",
        type=row.type,
        subject=row.key,
        time=row.time,
        sequence=row.sequence,
        agency=row.agency,
        message=message,
        traceparent=row.traceparent,
        appended=row.time,
    )
