"""REST of checks, for the asking agency's recruiters.

Every answer has the same members and headers, whatever was found, and leaves at a whole step of time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from starlette.responses import JSONResponse

from concord_core.identity import Allow, Principal, Routes
from concord_core.values import values_of
from concord_core.web.rest import Body, Key, OwnAgency, answer
from concord_screening.checks.commands import Checks
from concord_screening.checks.domain import Answer, Disclosure, Request, Screening, answer_moment
from concord_screening.checks.store import request_content

PREFIX = "/api/screening/checks"
Asking = Annotated[Principal, Depends(Allow("screening.checks.ask"))]
Reading = Annotated[Principal, Depends(Allow("screening.checks.read"))]
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


class CheckBody(Body):
    """A candidate, and why they are checked. Dates `YYYY-MM-DD`; the birth date may be partial."""

    name_latin: str = ""
    name_native: str = ""
    birth_date: str = ""
    no_birth_date: str = ""
    sex: str = "unknown"
    nationality: str = ""
    purpose: str = ""
    requisition: str = ""
    consent_date: str = ""
    consent_notice: str = ""
    self_certification: str = ""


class Pace:
    """Lets answers to checks leave at whole steps after the request came, so that time tells nothing."""

    def __init__(self, step_seconds: float) -> None:
        self._step = step_seconds

    def wait(self, started: float) -> None:
        """Sleeps until the next step; `started` is a `time.monotonic()`."""
        now = time.monotonic()
        time.sleep(started + answer_moment(now - started, self._step) - now)


def router(own: OwnAgency, checks: Checks, pace: Pace, life: Lifespan) -> Routes:
    """The routes; `life` is what runs beside them."""
    routes = Routes(PREFIX, tags=["checks"], lifespan=life)

    @routes.post("", status_code=201)
    def ask(body: CheckBody, who: Asking, key: Key) -> JSONResponse:
        started = time.monotonic()
        request = Request.of(**body.model_dump())
        screening = checks.ask(who.own_agency, who.actor, request, key)
        with own.work(who) as work:
            screening, disclosures = checks.read(work, screening.reference)
        pace.wait(started)
        return answer(_result(screening, disclosures), 201, location=f"{PREFIX}/{screening.reference}")

    @routes.get("")
    def recent(who: Reading) -> JSONResponse:
        with own.work(who) as work:
            found = checks.recent(work)
        return answer({"items": [_standing(screening) for screening in found]})

    @routes.get("/{reference}")
    def one(reference: str, who: Reading) -> JSONResponse:
        with own.work(who) as work:
            screening, disclosures = checks.read(work, reference)
        return answer(_result(screening, disclosures))

    return routes


def _standing(screening: Screening) -> dict[str, Any]:
    return values_of(screening, "reference", "answer") | {
        "answer_by": screening.answer_by if screening.answer is Answer.IN_REVIEW else None,
        "asked_date": screening.asked_at.date(),
        "requisition": screening.request.requisition if screening.request else None,
    }


def _result(screening: Screening, disclosures: Sequence[Disclosure]) -> dict[str, Any]:
    return _standing(screening) | {
        "candidate": request_content(screening.request) if screening.request else None,
        "disclosures": [
            {
                "agency": one.owner,
                "released_date": one.released_date,
                "facts": [{"field": field, "value": value} for field, value in one.facts],
            }
            for one in disclosures
        ],
    }
