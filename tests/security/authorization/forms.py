"""Every form of the staff pages, filled in so that it is taken from the owner's people."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from concord_stack.walk.steps.checks import check_body
from concord_stack.walk.steps.referral import consent_body
from tests.security.authorization.scene import ACTS, CLOSURE, HELPER, SECOND, Make, Scene, day
from tests.security.authorization.targets import Target

Fields = Mapping[str, str | list[str]]
_SHOWN = re.compile(r'name="shown" value="([^"]+)"')
_REASON = "Invented for a test."


@dataclass(frozen=True)
class Form:
    """What is filled in beside token, key and version, and what the form is of. `done`: how it answers when taken."""

    make: Make
    fields: Callable[[Scene, Target], Fields] = lambda _scene, _target: {}
    done: int = 303


def _same(**fields: str | list[str]) -> Callable[[Scene, Target], Fields]:
    return lambda _scene, _target: fields


def _new(_scene: Scene) -> Target:
    """Nothing is there yet."""
    return Target()


def _case(act: str) -> Form:
    body = {name: _typed(value) for name, value in ((ACTS | CLOSURE).get(act) or {}).items()}
    return Form(lambda scene: scene.case_before(act), _same(**body))


def _typed(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _call(_scene: Scene, _target: Target) -> Fields:
    now = datetime.now(UTC)
    return {"outcome": "reached", "on": now.date().isoformat(), "called_at": f"{now:%H:%M}"}


def _entry(scene: Scene, _target: Target) -> Fields:
    body = scene.entry()
    plain = {name: value for name, value in body.items() if isinstance(value, str)}
    return plain | {"names_primary": body["names"][0]["text"], "birth_dates": body["birth_dates"][0]}


def _previewed(scene: Scene) -> Target:
    """A review whose officer has seen what a release would show."""
    target = scene.judged()
    session = scene.sessions.of("unicef-disclosure", "screening")
    path = target.path("/screening/reviews/{reference}/release")
    with scene.sessions.browser() as browser:
        data = {"form_token": session.token, "version": str(target.version), "fields": ["basis"], "act": "preview"}
        page = browser.post(path, data=data, headers={"cookie": session.cookie})
    return replace(target, shown={"shown": _SHOWN.findall(page.text)[0]})


def _release(_scene: Scene, target: Target) -> Fields:
    return {"fields": ["basis"], "act": "release", **target.shown}


def _consent(_scene: Scene, _target: Target) -> Fields:
    return consent_body()


def _willing(scene: Scene) -> Target:
    found = scene.willing()
    return replace(found, names={"reference": found.names["person_reference"]})


def _refer(_scene: Scene, _target: Target) -> Fields:
    return {"recipient": HELPER, "service": "medical"}


def _send(scene: Scene, target: Target) -> Fields:
    return {**_refer(scene, target), "shown": target.shown["fields"]}


def _step(step: str, make: Make, **fields: str) -> Form:
    return Form(lambda scene: replace(make(scene), fixed={"step": step}), _same(**fields))


def _received(*before: str) -> Make:
    return lambda scene: scene.received(*before)


_CASE, _REGISTER, _REVIEW = "/cases/{reference}", "/screening/register", "/screening/reviews/{reference}"
_PERSON, _INBOX = "/assistance/persons/{reference}", "/assistance/inbox/{reference}"
_PROFILE = {"name": "Personne Inventée", "language": "fr", "sex": "female", "age_category": "adult", "country": "HTI"}

FORMS: Mapping[str, tuple[Form, ...]] = {
    **{f"{_CASE}/{act}": (_case(act),) for act in (*ACTS, *CLOSURE, *SECOND)},
    f"{_CASE}/clocks/{{clock}}/pause": (
        Form(Scene.running, _same(on=day(2), reason="awaiting_victim", holder="investigating_body")),
    ),
    f"{_CASE}/clocks/{{clock}}/resume": (Form(Scene.paused, _same(on=day(3))),),
    f"{_CASE}/call-backs/{{number}}": (Form(Scene.call, _call),),
    "/screening/checks/new": (Form(_new, lambda scene, _: check_body(scene.name()[0], "1971-02-03")),),
    f"{_REGISTER}/new": (Form(_new, _entry),),
    f"{_REGISTER}/{{reference}}/correct": (Form(Scene.active, _entry),),
    f"{_REGISTER}/{{reference}}/approve": (Form(Scene.draft), Form(Scene.corrected)),
    f"{_REGISTER}/{{reference}}/withdraw": (Form(Scene.active, _same(reason="expired")),),
    f"{_REVIEW}/decision": (
        Form(Scene.review, _same(decision="same", reason_same=_REASON)),
        Form(Scene.review, _same(decision="not_same", reason_not_same=_REASON)),
    ),
    f"{_REVIEW}/release": (
        Form(Scene.judged, _same(fields=["basis"], act="preview"), done=200),
        Form(_previewed, _release),
    ),
    f"{_REVIEW}/refuse": (Form(Scene.judged, _same(reason=_REASON)),),
    "/assistance/persons/new": (Form(_new, _same(**_PROFILE)),),
    f"{_PERSON}/change": (Form(Scene.helped, _same(**_PROFILE, notes="Inventé.")),),
    f"{_PERSON}/needs": (Form(Scene.helped, _same(service="medical")),),
    f"{_PERSON}/consents/new": (Form(Scene.helped, _consent),),
    f"{_PERSON}/refer": (Form(_willing, _refer, done=200),),
    f"{_PERSON}/refer/send": (Form(_willing, _send),),
    "/assistance/needs/{reference}/{step}": (
        _step("offer", Scene.need),
        _step("provide", lambda scene: scene.need("offer")),
        _step("decline", lambda scene: scene.need("offer")),
    ),
    "/assistance/requests/{report_reference}": (Form(Scene.request),),
    "/assistance/consents/{reference}/withdraw": (Form(Scene.consent),),
    "/assistance/referrals/{reference}/revoke": (Form(Scene.referral),),
    f"{_INBOX}/open": (Form(_received()),),
    f"{_INBOX}/{{step}}": (
        _step("accept", _received()),
        _step("reject", _received("open"), reason="capacity"),
        _step("provide", _received("accept")),
        _step("done", _received("accept", "provide")),
    ),
}
"""Path → the forms that are posted there. A form that does not stand here fails the walk."""
