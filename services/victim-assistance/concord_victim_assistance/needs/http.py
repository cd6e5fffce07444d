"""REST for needs."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import Depends
from fastapi.responses import JSONResponse

from concord_core.identity import Allow, Principal, Routes
from concord_core.storage import Work
from concord_core.values import values_of
from concord_core.web.rest import Body, Key, OwnAgency, Version, answer
from concord_victim_assistance.needs.commands import Needs
from concord_victim_assistance.needs.domain import Need, NeedStep
from concord_victim_assistance.persons.commands import Persons

Reading = Annotated[Principal, Depends(Allow("assistance.persons.read"))]
Recording = Annotated[Principal, Depends(Allow("assistance.needs.record"))]
Stepping = Annotated[Principal, Depends(Allow("assistance.needs.step"))]


class NeedBody(Body):
    """A need: a code of `assistance_service`."""

    service: str
    recorded_date: date | None = None


class StepBody(Body):
    """The day of a step; today if left out."""

    on: date | None = None


def need_json(need: Need) -> dict[str, Any]:
    """One need."""
    days = ("recorded_date", "offered_date", "provided_date", "declined_date")
    return values_of(need, "reference", "person_reference", "service", "status", *days, "provider", "version")


def router(own: OwnAgency, persons: Persons, needs: Needs) -> Routes:
    """The routes of needs, under their person and by their own reference."""
    api = Routes("/api/assistance", tags=["needs"])

    @api.get("/persons/{reference}/needs")
    def listed(reference: str, who: Reading) -> JSONResponse:
        """A person's needs, in the order in which they were recorded."""
        with own.work(who) as work:
            persons.get(work, reference)
            return answer({"items": [need_json(need) for need in needs.of_person(work, reference)]})

    @api.post("/persons/{reference}/needs", status_code=201)
    def record(reference: str, body: NeedBody, key: Key, who: Recording) -> JSONResponse:
        """Records a need."""

        def act(work: Work) -> dict[str, Any]:
            return need_json(needs.record(work, reference, body.service, body.recorded_date))

        return own.create(who, key, f"assistance.needs.record/{reference}", body, act)

    @api.post("/needs/{reference}/{step}")
    def step(
        reference: str,
        step: NeedStep,
        body: StepBody,
        key: Key,
        version: Version,
        who: Stepping,
    ) -> JSONResponse:
        """`offer`, `provide` or `decline`."""

        def act(work: Work) -> dict[str, Any]:
            return need_json(needs.step(work, reference, step, body.on, version))

        return own.change(who, key, f"assistance.needs.{step}/{reference}", (version, body), act)

    return api
