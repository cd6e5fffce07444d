"""Every write of the REST interfaces with a body that is taken from the owner's people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from concord_stack.walk.steps.checks import check_body
from concord_stack.walk.steps.referral import consent_body
from concord_stack.walk.steps.reports import report_body
from tests.security.authorization.scene import ACTS as CASE_ACTS
from tests.security.authorization.scene import CLOSURE, HELPER, SECOND, Make, Scene, day
from tests.security.authorization.targets import Target

Body = Callable[[Scene, Target], dict[str, Any] | None]


@dataclass(frozen=True)
class Act:
    """What is sent, and what it is done to."""

    make: Make
    body: Body = lambda _scene, _target: None


def _new(_scene: Scene) -> Target:
    """Nothing is there yet."""
    return Target()


def _same(body: dict[str, Any] | None) -> Body:
    return lambda _scene, _target: body


def _case(act: str) -> Act:
    body = (CASE_ACTS | CLOSURE).get(act)
    return Act(lambda scene: scene.case_before(act), _same(body))


def _need(step: str, *before: str) -> Act:
    def make(scene: Scene) -> Target:
        found = scene.need(*before)
        return Target(found.names, found.version, {"step": step}, look=found.look)

    return Act(make, _same({}))


def _referred(_scene: Scene, target: Target) -> dict[str, Any]:
    return {**target.names, "recipient": HELPER, "service": "medical"}


def _offered(scene: Scene, target: Target) -> dict[str, Any]:
    return {**_referred(scene, target), "shown_fields": target.shown["fields"].split(",")}


def _called(_scene: Scene, _target: Target) -> dict[str, Any]:
    return {"outcome": "reached", "called_at": datetime.now(UTC).isoformat()}


def _received(*before: str) -> Make:
    return lambda scene: scene.received(*before)


_PAUSE = {"on": day(2), "reason": "awaiting_victim", "holder": "investigating_body"}
_PERSON = {"name": "Personne Inventée", "language": "fr"}
_REASON = "Invented for a test."
_CASES, _LISTINGS, _REVIEWS = "/api/intake/cases/{reference}", "/api/screening/listings", "/api/screening/reviews"
_PERSONS, _INBOX = "/api/assistance/persons", "/api/assistance/inbox/{reference}"
_REFERRALS = "/api/assistance/referrals"

WRITES: Mapping[str, tuple[Act, ...]] = {
    "POST /api/intake/reports": (Act(_new, _same(report_body(day()))),),
    **{f"POST {_CASES}/{act}": (_case(act),) for act in (*CASE_ACTS, *CLOSURE, *SECOND)},
    f"POST {_CASES}/clocks/{{clock}}/pause": (Act(Scene.running, _same(_PAUSE)),),
    f"POST {_CASES}/clocks/{{clock}}/resume": (Act(Scene.paused, _same({"on": day(3)})),),
    f"PUT {_CASES}/call-backs/{{number}}": (Act(Scene.call, _called),),
    f"POST {_LISTINGS}": (Act(_new, lambda scene, _: scene.entry()),),
    f"POST {_LISTINGS}/{{reference}}/approval": (Act(Scene.draft),),
    f"POST {_LISTINGS}/{{reference}}/correction": (Act(Scene.active, lambda scene, _: scene.entry()),),
    f"POST {_LISTINGS}/{{reference}}/correction/approval": (Act(Scene.corrected),),
    f"POST {_LISTINGS}/{{reference}}/withdrawal": (Act(Scene.active, _same({"reason": "expired"})),),
    "POST /api/screening/checks": (Act(_new, lambda scene, _: check_body(scene.name()[0], "1971-02-03")),),
    f"POST {_REVIEWS}/{{reference}}/decision": (
        Act(Scene.review, _same({"same_person": True, "reason": _REASON})),
        Act(Scene.review, _same({"same_person": False, "reason": _REASON})),
    ),
    f"POST {_REVIEWS}/{{reference}}/release": (Act(Scene.judged, _same({"fields": ["basis"]})),),
    f"POST {_REVIEWS}/{{reference}}/refusal": (Act(Scene.judged, _same({"reason": _REASON})),),
    f"POST {_PERSONS}": (Act(_new, _same(_PERSON)),),
    f"PATCH {_PERSONS}/{{reference}}": (Act(Scene.helped, _same({"notes": "Inventé."})),),
    f"POST {_PERSONS}/{{reference}}/needs": (Act(Scene.helped, _same({"service": "medical"})),),
    f"POST {_PERSONS}/{{reference}}/consents": (Act(Scene.helped, lambda _scene, _target: consent_body()),),
    "POST /api/assistance/handovers/{report_reference}/open": (Act(Scene.request),),
    "POST /api/assistance/needs/{reference}/{step}": (
        _need("offer"),
        _need("provide", "offer"),
        _need("decline", "offer"),
    ),
    "POST /api/assistance/consents/{reference}/withdraw": (Act(Scene.consent, _same({})),),
    f"POST {_REFERRALS}/preview": (Act(Scene.willing, _referred),),
    f"POST {_REFERRALS}": (Act(Scene.willing, _offered),),
    f"POST {_REFERRALS}/{{reference}}/revoke": (Act(Scene.referral, _same({})),),
    f"POST {_INBOX}/open": (Act(_received()),),
    f"POST {_INBOX}/accept": (Act(_received(), _same({})),),
    f"POST {_INBOX}/reject": (Act(_received("open"), _same({"reason": "capacity"})),),
    f"POST {_INBOX}/provide": (Act(_received("accept"), _same({})),),
    f"POST {_INBOX}/done": (Act(_received("accept", "provide"), _same({})),),
}
"""Method and path → what is sent there. A write that does not stand here fails the walk."""

_API_READS: Mapping[str, str] = {
    "/api/intake/cases/{reference}": "case",
    "/api/intake/cases/{reference}/call-backs": "call",
    "/api/intake/reports/{reference}": "report",
    "/api/screening/listings/{reference}": "listing",
    "/api/screening/checks/{reference}": "check",
    "/api/screening/reviews/{reference}": "review",
    "/api/assistance/persons/{reference}": "person",
    "/api/assistance/persons/{reference}/needs": "person",
    "/api/assistance/persons/{reference}/consents": "person",
    "/api/assistance/consents/{reference}": "consent",
    "/api/assistance/referrals/{reference}": "referral",
    "/api/assistance/inbox/{reference}": "received",
    "/api/assistance/inbox/{reference}/content": "received",
}
_CASE_PAGES = {f"/cases/{{reference}}/{act}": "case" for act in (*CASE_ACTS, *CLOSURE, *SECOND)}
_PAGE_READS: Mapping[str, str] = {
    "/cases/{reference}": "case",
    **_CASE_PAGES,
    "/cases/{reference}/clocks/{clock}/pause": "clock",
    "/cases/{reference}/clocks/{clock}/resume": "clock",
    "/cases/{reference}/call-backs/{number}": "call",
    "/screening/checks/{reference}": "check",
    "/screening/register/{reference}": "listing",
    "/screening/register/{reference}/correct": "listing",
    "/screening/register/{reference}/approve": "listing",
    "/screening/register/{reference}/withdraw": "listing",
    "/screening/reviews/{reference}": "review",
    "/screening/reviews/{reference}/release": "review",
    "/screening/reviews/{reference}/refuse": "review",
    "/assistance/persons/{reference}": "person",
    "/assistance/persons/{reference}/change": "person",
    "/assistance/persons/{reference}/refer": "person",
    "/assistance/persons/{reference}/consents/new": "person",
    "/assistance/requests/{report_reference}": "request",
    "/assistance/consents/{reference}": "consent",
    "/assistance/consents/{reference}/receipt": "consent",
    "/assistance/consents/{reference}/withdraw": "consent",
    "/assistance/referrals/{reference}": "referral",
    "/assistance/referrals/{reference}/revoke": "referral",
    "/assistance/inbox/{reference}": "received",
}
READS: Mapping[str, str] = {**_API_READS, **_PAGE_READS}
"""Path → kind of record whose reference it takes. A path with references that does not stand here fails the walk."""

KINDS: Mapping[str, Make] = {
    "case": Scene.case,
    "clock": Scene.running,
    "call": Scene.call,
    "report": Scene.told,
    "listing": Scene.active,
    "check": Scene.check,
    "review": Scene.judged,
    "person": Scene.helped,
    "consent": Scene.consent,
    "referral": Scene.referral,
    "received": _received("open"),
    "request": Scene.request,
}
QUERIES: Mapping[str, str] = {"/reporting/rows": "?concern=sea&year=2026"}
"""What a path needs beside itself."""
