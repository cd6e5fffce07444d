"""REST of call-backs: what was promised for a case, and what came of a call. Codes, references and moments only.

Recording is a PUT to the promise's own address, so that sending it twice records it once.
"""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict

from concord_core.identity import Allow, Principal
from concord_core.storage import Database
from concord_intake.callbacks.commands import CallBacks
from concord_intake.callbacks.domain import CallBack, Outcome
from concord_intake.cases.commands import Cases, Person


class CallBody(BaseModel):
    """What came of a call, and when it was made."""

    model_config = ConfigDict(extra="forbid")
    outcome: Outcome
    called_at: AwareDatetime


def call_json(call: CallBack, now: datetime) -> dict[str, Any]:
    """One promise as it stands now."""
    return {
        "case_reference": call.case,
        "number": call.number,
        "report_reference": call.report,
        "home_safe": call.home_safe,
        "limits_version": call.clock.version,
        "promised": call.started.isoformat(),
        "due": call.due.isoformat(),
        "outcome": call.outcome.value if call.outcome is not None else None,
        "called_at": call.ended.isoformat() if call.ended is not None else None,
        "late": call.late(now),
    }


def router(calls: CallBacks, cases: Cases, app: Database) -> APIRouter:
    """The routes."""
    api = APIRouter(prefix="/api/intake", tags=["call-backs"])

    @api.get("/cases/{reference}/call-backs")
    def listed(reference: str, who: Annotated[Principal, Depends(Allow("intake.cases.read"))]) -> Response:
        """The calls promised for a case, oldest first."""
        with app.work(who.own_agency, actor=who.actor) as work:
            cases.view(work, reference)
            found = calls.of_case(work, reference)
        return JSONResponse({"items": [call_json(call, calls.now()) for call in found]})

    @api.put("/cases/{reference}/call-backs/{number}")
    def record(
        reference: str,
        number: Annotated[int, Path(ge=1, le=9999)],
        body: CallBody,
        who: Annotated[Principal, Depends(Allow("intake.call-backs.record"))],
    ) -> Response:
        """Records what came of a call; a child who was not reached is promised another one."""
        with app.work(who.own_agency, actor=who.actor) as work:
            call = calls.record(work, reference, number, body.outcome, body.called_at, Person(who.subject, who.name))
        return JSONResponse(call_json(call, calls.now()))

    return api
