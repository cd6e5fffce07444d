"""Step 8: what happened to one request, seen by the separate processes that had a part in it."""

from collections.abc import Iterator, Mapping, Sequence

from concord_stack.otlp import Span, tree
from concord_stack.walk.evidence import Evidence
from concord_stack.walk.people import until
from concord_stack.walk.walk import World

ROUTE = "POST /api/assistance/referrals"


def run(world: World) -> Evidence:
    """Shows the trace of the referral: request, outbox, event log, C's consumer, its call to A's service."""
    apart = world.origin("unicef") != world.origin("unfpa")
    spans = until(
        "the whole trace of the referral arriving",
        lambda: _whole(world.trace(world.found["trace"]), apart=apart),
        world.trace_seconds,
    )
    parts = {(span.node, span.service) for span in spans}
    lines = "\n     ".join(tree(spans))
    return Evidence(f"{len(spans)} spans, exported by OTLP from {len(parts)} services:\n     {lines}")


def _whole(spans: Sequence[Span], *, apart: bool) -> Sequence[Span]:
    """The spans, once the whole way leads through them and more than one service tells of it; nothing before.

    `apart`: C has a node of its own, so its part of the way must come from there and the rest from A's node.
    """
    several = len({span.service for span in spans}) > 1
    return spans if several and any(_led(way, apart=apart) for way in _ways(spans)) else ()


def _ways(spans: Sequence[Span]) -> Iterator[Sequence[Span]]:
    """What led to each call that a service answered: from that answer up, parent by parent."""
    known = {span.id: span for span in spans}
    for span in spans:
        if span.name == "rpc.serve":
            yield _upwards(span, known)


def _upwards(span: Span, known: Mapping[str, Span]) -> Sequence[Span]:
    way: list[Span] = []
    at: Span | None = span
    while at is not None and at not in way:
        way.append(at)
        at = known.get(at.parent)
    return way


def _led(way: Sequence[Span], *, apart: bool) -> bool:
    """Whether the way goes from the request of A over the fact that A's relay sent and C's consumer applied, which is
    child of the sending and names it, to the call that A's service answered."""
    named = {span.name: span for span in way}
    if not {"events.apply", "events.send", "rpc.call", ROUTE} <= set(named):
        return False
    served, called, applied, sent, asked = (
        way[0],
        named["rpc.call"],
        named["events.apply"],
        named["events.send"],
        named[ROUTE],
    )
    in_order = [way.index(span) for span in (served, called, applied, sent, asked)]
    handed_over = applied.parent == sent.id and sent.id in applied.links and served.parent == called.id
    at_home = asked.node == sent.node == served.node and applied.node == called.node
    return in_order == sorted(in_order) and handed_over and at_home and (applied.node != sent.node) == apart
