"""The step of the trace believes only the way that the code promises: parent by parent, from several services."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import httpx
import pytest

from concord_stack.otlp import Span
from concord_stack.walk.evidence import StepError
from concord_stack.walk.steps import trace
from concord_stack.walk.walk import World

WAY = (trace.ROUTE, "events.send", "events.apply", "assistance.courier", "rpc.call", "rpc.serve")
AT_C = WAY[2:5]


def span(number: int, name: str, parent: str, *, service: str = "assistance", node: str = "hub") -> Span:
    links = (parent,) if name == "events.apply" else ()
    return Span("t", f"{number:016x}", parent, name, service, node, number, number + 1, (), links)


def whole(node_of_c: str) -> list[Span]:
    """The trace of a referral: the way from A to C and back to A, and reporting that reads the same fact."""
    spans, parent = list[Span](), "of the caller"
    for number, name in enumerate(WAY):
        spans.append(span(number, name, parent, node=node_of_c if name in AT_C else "hub"))
        parent = spans[-1].id
    return [*spans, span(9, "events.apply", spans[1].id, service="reporting")]


def shown(spans: Sequence[Span], *, own_node: bool) -> str:
    """What the step says of these spans; `StepError` when it refuses them."""
    origins = {"": "http://hub"} | ({"unfpa": "http://unfpa"} if own_node else {})

    def unused(*_: str) -> str:
        raise AssertionError("the step asks for nothing but the spans")

    def client(origin: str) -> httpx.Client:
        raise AssertionError(origin)

    world = World(origins, client, unused, unused, lambda _: spans, trace_seconds=0)
    world.found["trace"] = "t"
    return trace.run(world).sentence


@pytest.mark.parametrize("node_of_c", ["hub", "unfpa"])
def test_the_whole_way_is_shown(node_of_c: str) -> None:
    sentence = shown(whole(node_of_c), own_node=node_of_c != "hub")
    assert all(name in sentence for name in WAY)
    assert sentence.startswith(f"7 spans, exported by OTLP from {2 if node_of_c == 'hub' else 3} services")


def changed(which: str, /, **changes: object) -> Callable[[list[Span]], list[Span]]:
    """The same trace with the first span of that name made otherwise."""

    def change(spans: list[Span]) -> list[Span]:
        at = next(place for place, one in enumerate(spans) if one.name == which)
        return [*spans[:at], replace(spans[at], **changes), *spans[at + 1 :]]  # type: ignore[arg-type]

    return change


def without(name: str) -> Callable[[list[Span]], list[Span]]:
    return lambda spans: [one for one in spans if one.name != name]


def turned(spans: list[Span]) -> list[Span]:
    """All the names on one line of parents, in another order."""
    names = dict(zip(WAY, ("events.send", trace.ROUTE, *WAY[2:]), strict=True))
    return [replace(one, name=names[one.name]) if one.service == "assistance" else one for one in spans]


BROKEN = {
    "nothing": lambda _: [],
    "one service only": lambda spans: [replace(one, service="assistance") for one in spans],
    "every span on its own": lambda spans: [replace(one, parent="") for one in spans],
    "the sending begins anew": changed("events.send", parent=""),
    "the consumer begins anew": changed("events.apply", parent=""),
    "the consumer under the request": changed("events.apply", parent=f"{0:016x}"),
    "the consumer names nothing": changed("events.apply", links=()),
    "the consumer names the request": changed("events.apply", links=(f"{0:016x}",)),
    "the call begins anew": changed("assistance.courier", parent=""),
    "the answer begins anew": changed("rpc.serve", parent=""),
    "the answer before the fact was applied": changed("rpc.call", parent=f"{0:016x}"),
    "a circle": changed("events.send", parent=f"{5:016x}"),
    "the request and its sending turned round": turned,
    "the request of another route": changed(trace.ROUTE, name="POST /api/assistance/persons"),
    **{f"no {name}": without(name) for name in WAY},
}


@pytest.mark.parametrize("node_of_c", ["hub", "unfpa"])
@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_way_is_refused(how: str, node_of_c: str) -> None:
    with pytest.raises(StepError, match="the whole trace of the referral"):
        shown(BROKEN[how](whole(node_of_c)), own_node=node_of_c != "hub")


def test_two_nodes_are_needed_where_c_has_its_own() -> None:
    for node_of_c, own_node in (("hub", True), ("unfpa", False)):
        with pytest.raises(StepError):
            shown(whole(node_of_c), own_node=own_node)
    with pytest.raises(StepError):
        shown(changed("rpc.serve", node="unfpa")(whole("unfpa")), own_node=True)
