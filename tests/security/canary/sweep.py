"""Tries every text of every write, one at a time, with a mark, and says which were not refused as unknown values.

What is not refused so can hold anything: it must be planted.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx

from concord_stack.people import Person
from tests.security.authorization.acts import WRITES, Act
from tests.security.authorization.caller import staff
from tests.security.authorization.forms import FORMS, Form
from tests.security.authorization.rights import may
from tests.security.authorization.routes import Route
from tests.security.authorization.scene import SECOND, Scene
from tests.security.authorization.targets import Target
from tests.security.canary.leaves import Contract, Leaf, named, planted
from tests.security.canary.marks import mark

Text = tuple[str, str]
"""A write (`POST /api/…`) or a form (its path), and the text in it."""

_NO_SUCH_VALUE = {"unknown_code", "unknown_agency", "impossible_date", "not_a_reference"}
_NOWHERE = {(404, "not_found"), (409, "preview_changed"), (409, "flow_missing"), (409, "consent_missing")}
"""What is answered where a text must be a reference, an agency or a code of what exists."""
_WHOLE = {
    "POST /api/intake/cases/{reference}/assess": {"victims": [{"sex": "female", "age_category": "adult", "count": 1}]}
}
"""What a body must hold so that a text in it is looked at."""
SHAPED = {"birth_date", "birth_dates", "case_reference", "victim_count"}
"""Controls of plain text that take a date, a number or a reference only."""
NO_CONTROLS = {
    *(f"/cases/{{reference}}/{act}" for act in SECOND),
    "/screening/register/{reference}/approve",
    "/screening/register/{reference}/withdraw",
    "/assistance/needs/{reference}/{step}",
    "/assistance/requests/{report_reference}",
    "/assistance/inbox/{reference}/open",
    "/assistance/persons/{reference}/refer/send",
}
"""Forms of buttons and choices; the last repeats, hidden, what was typed in the form before it."""
_CONTROL = re.compile(r"<(?:textarea|input)\b[^>]*>")
_CHOICES = ('type="hidden"', 'type="radio"', 'type="checkbox"', 'type="submit"')


def free_texts(scene: Scene, client: httpx.Client, routes: Iterable[Route], contracts: Iterable[Contract]) -> set[Text]:
    """The texts of the REST writes that can hold anything."""
    by_name = {str(route): route for route in routes}
    tried = [
        (by_name[write], act, leaves)
        for contract in contracts
        for write, leaves in contract.writes()
        for act in WRITES[write]
        if leaves
    ]
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda one: set(_free(scene, client, *one)), tried)
        return {text for texts in found for text in texts}


def _free(scene: Scene, client: httpx.Client, route: Route, act: Act, leaves: Iterable[Leaf]) -> Iterator[Text]:
    target, body = _made(scene, route, act)
    for leaf in leaves:
        headers = {
            "authorization": f"Bearer {scene.world.tokens(_who_may(target, route).user)}",
            "idempotency-key": uuid.uuid4().hex,
            "if-match": f'"{target.version}"',
        }
        sent = planted(body, leaf, mark(named(leaf)))
        answer = client.request(route.method, target.path(route.path), json=sent, headers=headers)
        if not _refused(answer, named(leaf)):
            yield str(route), named(leaf)
        if answer.is_success:
            target, body = _made(scene, route, act)


def _made(scene: Scene, route: Route, act: Act) -> tuple[Target, Mapping[str, object]]:
    target = act.make(scene)
    return target, (act.body(scene, target) or {}) | _WHOLE.get(str(route), {})


def _who_may(target: Target, route: Route) -> Person:
    return next(one for one in staff(target.owner) if may(one, route.operation))


def _refused(answer: httpx.Response, leaf: str) -> bool:
    """Whether it was refused because it is none of the values that this text can have."""
    if answer.is_success:
        return False
    problem = answer.json()
    fields = {field["path"] for field in problem["fields"] if field["code"] in _NO_SUCH_VALUE}
    of_it = any(path.startswith(leaf.partition("{")[0].rstrip(".")) or leaf.startswith(path) for path in fields)
    return (answer.status_code == 422 and of_it) or (answer.status_code, problem["code"]) in _NOWHERE


# --- the forms of the staff pages ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Typed:
    """A control of a form in which something can be typed. `taken`: the form was taken with a mark in it."""

    form: str
    control: str
    kind: str
    taken: bool


def typed_controls(scene: Scene, client: httpx.Client, routes: Iterable[Route]) -> list[Typed]:
    """Every control of every staff form in which something can be typed, tried one at a time with a mark."""
    forms = [route for route in routes if route.page and route.writes and not route.public]
    tried = [(route, form) for route in forms for form in FORMS[route.path]]
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda one: list(_typed(scene, client, *one)), tried)
        return [typed for several in found for typed in several]


def _typed(scene: Scene, client: httpx.Client, route: Route, form: Form) -> Iterator[Typed]:
    target = form.make(scene)
    for control, kind in _controls(scene, client, route, target).items():
        fields = {**form.fields(scene, target), control: mark(control)}
        answer = _post(scene, client, route, target, fields)
        taken = answer.status_code == form.done
        yield Typed(route.path, control, kind, taken)
        if taken:
            target = form.make(scene)


def _controls(scene: Scene, client: httpx.Client, route: Route, target: Target) -> Mapping[str, str]:
    """Name → kind of what can be typed into the form, as the page shows it that carries the form; nothing without
    a page that does."""
    path, person = target.path(route.path), _who_may(target, route)
    session = scene.sessions.of(person.user, route.service)
    carried = re.compile(rf'<form[^>]*\baction="{re.escape(path)}(?:\?[^"]*)?"[^>]*>(.*?)</form>', re.DOTALL)
    at = path
    while at:
        page = client.get(at, headers={"cookie": session.cookie})
        forms = carried.findall(page.text) if page.status_code == 200 else []
        if forms:
            tags = [tag for tag in _CONTROL.findall("".join(forms)) if not any(kind in tag for kind in _CHOICES)]
            return {_attribute(tag, "name"): _attribute(tag, "type") or "textarea" for tag in tags}
        at = at.rpartition("/")[0]
    return {}


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found[1] if found else ""


def _post(
    scene: Scene, client: httpx.Client, route: Route, target: Target, fields: Mapping[str, str | list[str]]
) -> httpx.Response:
    session = scene.sessions.of(_who_may(target, route).user, route.service)
    data = {"form_token": session.token, "key": uuid.uuid4().hex, "version": str(target.version), **fields}
    return client.post(target.path(route.path), data=data, headers={"cookie": session.cookie})
