"""REST for needs."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from concord_core.identity import Allow, Principal
from concord_core.storage import Work
from concord_victim_assistance.edge import Body, Edge, Key, Version, answer
from concord_victim_assistance.needs.commands import Needs
from concord_victim_assistance.needs.domain import Need, NeedStep
from concord_victim_assistance.persons.commands import Persons


class NeedBody(Body):
    """A need: a code of `assistance_service`."""

    service: str
    recorded_date: date | None = None


class StepBody(Body):
    """The day of a step; today if left out."""

    on: date | None = None


def need_json(need: Need) -> dict[str, Any]:
    """One need."""
    return {
        "reference": need.reference,
        "person_reference": need.person_reference,
        "service": need.service,
        "status": need.status.value,
        "recorded_date": need.recorded.isoformat(),
        "offered_date": need.offered.isoformat() if need.offered else None,
        "provided_date": need.provided.isoformat() if need.provided else None,
        "declined_date": need.declined.isoformat() if need.declined else None,
        "provider": need.provider,
        "version": need.version,
    }


def router(edge: Edge, persons: Persons, needs: Needs) -> APIRouter:
    """The routes of needs, under their person and by their own reference."""
    api = APIRouter(prefix="/api/assistance", tags=["needs"])

    @api.get("/persons/{reference}/needs")
    def listed(reference: str, who: Annotated[Principal, Depends(Allow("assistance.persons.read"))]) -> JSONResponse:
        """A person's needs, in the order in which they were recorded."""
        with edge.work(who) as work:
            persons.get(work, reference)
            return answer(200, {"items": [need_json(need) for need in needs.of_person(work, reference)]})

    @api.post("/persons/{reference}/needs", status_code=201)
    def record(
        reference: str, body: NeedBody, key: Key, who: Annotated[Principal, Depends(Allow("assistance.needs.record"))]
    ) -> JSONResponse:
        """Records a need."""

        def act(work: Work) -> tuple[int, dict[str, Any]]:
            return 201, need_json(needs.record(work, reference, body.service, body.recorded_date))

        return edge.change(who, key, f"needs.record/{reference}", body.model_dump(), act)

    @api.post("/needs/{reference}/{step}")
    def step(
        reference: str,
        step: NeedStep,
        body: StepBody,
        key: Key,
        version: Version,
        who: Annotated[Principal, Depends(Allow("assistance.needs.step"))],
    ) -> JSONResponse:
        """`offer`, `provide` or `decline`."""

        def act(work: Work) -> tuple[int, dict[str, Any]]:
            return 200, need_json(needs.step(work, reference, step, body.on, version))

        return edge.change(who, key, f"needs.{step}/{reference}", body.model_dump(), act)

    return api
