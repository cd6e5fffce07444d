"""Step 8: what happened to one request, seen by the separate processes that had a part in it."""

from collections.abc import Sequence

from concord_stack.walk.evidence import Evidence
from concord_stack.walk.people import until
from concord_stack.walk.walk import World

PARTS = ("POST", "events.send", "events.apply", "rpc.serve")
"""The request, the relay that sent the fact, C's consumer, and its call to A's service."""


def run(world: World) -> Evidence:
    """Shows the trace of the referral: request, outbox, event log, C's consumer, its call to A's service."""
    lines = until(
        "the spans of the referral arriving", lambda: _complete(world.trace(world.found["trace"])), world.trace_seconds
    )
    processes = {line.split()[0] for line in lines}
    tree = "\n     ".join(lines)
    return Evidence(f"{len(lines)} spans, exported by OTLP from {len(processes)} services:\n     {tree}")


def _complete(lines: Sequence[str]) -> Sequence[str]:
    """The lines, once every part that must have had a hand in it is there."""
    seen = " ".join(lines)
    return lines if all(part in seen for part in PARTS) else ()
