"""Marks planted in every text of every flow appear nowhere but, encrypted, in their owner's database; on both stacks.

Searched afterwards: every record of the event log with its headers, every row of every database in plain, every log,
span and metric of every process, and the public files; in other spellings, too. Which texts there are is asked of the
services: each text of each write of their OpenAPI, each control of the public form and of the staff forms.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from concord_intake.reports.form import load
from concord_stack.demo.command import embedded_world
from concord_stack.embedded import EmbeddedStack
from concord_stack.full import FullStack
from concord_stack.stack import Stack
from concord_stack.walk.walk import World
from tests.security.authorization.forms import FORMS
from tests.security.authorization.scene import Scene
from tests.security.canary import sinks
from tests.security.canary.acts import Acts, without_references
from tests.security.canary.leaves import Contract
from tests.security.canary.marks import MARK, NATIVE, found_in
from tests.security.canary.planting import PUBLIC_FORM, ask_for_marks, plant
from tests.security.canary.sweep import NO_CONTROLS, SHAPED, Text, Typed, free_texts, typed_controls
from tests.support.worlds import full_world

TAKING = ("intake", "screening", "assistance")
"""The services that take texts and tell facts."""
EMBEDDED = pytest.param("embedded", marks=pytest.mark.xdist_group("embedded"))
FULL = pytest.param("full_stack", marks=pytest.mark.xdist_group("full"))


@dataclass(frozen=True)
class Planted:
    """A stack after every flow was run with marks, and what its processes exported of it. `in_flows`: the texts of REST
    writes that were taken in the flows; `free` and `controls`: what was found to be taken when each was tried alone."""

    stack: Stack
    world: World
    acts: Acts
    exports: sinks.Exports
    in_flows: set[Text]
    free: set[Text]
    controls: list[Typed]

    def facts(self) -> Iterator[tuple[str, bytes]]:
        """Topic and content of every record of the event log."""
        return sinks.kafka_records(self.stack) if isinstance(self.stack, FullStack) else sinks.log_records(self.stack)


@pytest.fixture(scope="module", params=[EMBEDDED, FULL])
def planted(request: pytest.FixtureRequest) -> Iterator[Planted]:
    """Each stack; on the embedded default, where it costs less, each text was tried alone, too."""
    stack, acts = request.getfixturevalue(request.param), Acts()
    exports = sinks.Exports(stack)
    world = replace(full_world(stack) if isinstance(stack, FullStack) else embedded_world(stack), clients=acts.client)
    client = world.clients(world.origin())
    free, controls = set[Text](), list[Typed]()
    with exports.listening():
        before = exports.sent()
        taken = [f"/api/{service}/openapi.json" for service in TAKING]
        contracts = [Contract(client.get(path).raise_for_status().json()) for path in taken]
        plant(world)
        writes = [write for contract in contracts for write, _ in contract.writes()]
        in_flows = without_references(acts.rest, writes)
        if isinstance(stack, EmbeddedStack):
            scene, routes = Scene(world, stack), request.getfixturevalue("routes")
            free = free_texts(scene, client, routes, contracts)
            controls = typed_controls(scene, client, routes)
        ask_for_marks(world, (path for contract in contracts for path in contract.reads()))
        exports.wait(acts.traces)
    after = exports.sent()
    for service in TAKING:
        assert after["hub", service] > before.get(("hub", service), 0), f"the facts of {service} were not counted"
    yield Planted(stack, world, acts, exports, in_flows, free, controls)
    acts.close()


# --- the search can find, and everything was planted --------------------------------------------------------------


def test_the_search_finds_a_mark_where_there_is_one() -> None:
    for word in (MARK, NATIVE, MARK.lower(), NATIVE.lower()):
        for before in ("", "x", "xy"):
            raw = f"{before}{word}tail".encode()
            for spelled in (raw, raw.hex().encode(), raw.hex().upper().encode(), base64.b64encode(raw)):
                assert found_in(spelled)
            assert found_in(base64.urlsafe_b64encode(raw))
            assert found_in(ascii(f"{before}{word}tail").encode())
    assert not found_in(b"an invented sentence")


def test_every_text_of_the_writes_was_planted(planted: Planted) -> None:
    """A text of a body is refused because it is none of the values that exist, or a flow planted it and was let in."""
    assert planted.free - planted.in_flows == set(), "they can hold anything, and no flow plants a mark in them"
    assert len(planted.in_flows) > 30
    assert len(planted.free) > 30 or isinstance(planted.stack, FullStack)


def test_every_text_of_the_public_form_was_planted(planted: Planted) -> None:
    texts = {field.name for step in load().steps for field in step.fields if field.kind in ("text", "textarea")}
    assert {name for path, name in planted.acts.typed if path == PUBLIC_FORM} == texts
    assert len(texts) >= 7


@pytest.mark.parametrize("planted", [EMBEDDED], indirect=True)
def test_every_text_of_the_staff_forms_was_planted(planted: Planted) -> None:
    """What can be typed is a day, a time or a number, or the form was taken with a mark in it."""
    wrong = [one for one in planted.controls if one.taken == (one.kind in ("date", "time") or one.control in SHAPED)]
    assert wrong == []
    assert {one.form for one in planted.controls} == set(FORMS) - NO_CONTROLS


# --- and is found nowhere -----------------------------------------------------------------------------------------


def test_no_row_of_any_database_holds_a_mark_in_plain(planted: Planted) -> None:
    """Own databases hold personal data only encrypted; those of others and of the servers hold none."""
    rows = [(table, row.encode()) for table, row in sinks.rows(planted.stack)]
    databases = {table.partition(".")[0] for table, _ in rows}
    expected = {node.database(service) for node in planted.stack.nodes for service in node.services}
    assert expected | ({"keycloak"} if isinstance(planted.stack, FullStack) else {"hub_log"}) <= databases
    assert len(rows) > 500
    assert sinks.marked(rows) == []


def test_no_fact_holds_a_mark(planted: Planted) -> None:
    facts = list(planted.facts())
    traces = {trace.encode() for trace in planted.acts.traces}
    ours = {topic for topic, content in facts if any(trace in content for trace in traces)}
    assert {f"concord.{service}.unicef.v1" for service in TAKING} <= ours, "the facts of the flows were not searched"
    assert sinks.marked(facts) == []


def test_no_log_holds_a_mark(planted: Planted) -> None:
    logs = sinks.logs(planted.stack)
    servers = {"keycloak", "kafka", "postgres"} if isinstance(planted.stack, FullStack) else {"issuer", "postgres"}
    services = {f"{node.slug}-{service}" for node in planted.stack.nodes for service in (*node.services, "gateway")}
    assert {f"{name}.log" for name in servers | services} <= set(logs)
    assert sinks.marked(logs.items()) == []


def test_no_span_or_metric_holds_a_mark(planted: Planted) -> None:
    """Nor anything else of an export: events and statuses of spans, what a process says of itself."""
    exported = b"".join(planted.exports.heard)
    assert all(bytes.fromhex(trace) in exported for trace in planted.acts.traces), "the exports were not searched"
    assert [place for place, content in enumerate(planted.exports.heard) if found_in(content)] == []


def test_no_public_file_holds_a_mark(planted: Planted) -> None:
    planted.world.publish()
    found = list(sinks.public(planted.world.clients(planted.world.origin())))
    assert len(found) > 10
    assert sinks.marked(found) == []
