"""REST of call-backs: what was promised for a case, and what came of a call. Codes, references and moments only.

Recording is a PUT to the promise's own address: it is written once and never changed, so that sending it twice records
it once, and it needs neither key nor version.
"""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Path, Response
from pydantic import AwareDatetime

from concord_core.identity import Allow, Principal, Routes
from concord_core.values import values_of
from concord_core.web.rest import Body, OwnAgency, answer
from concord_intake.callbacks.commands import CallBacks
from concord_intake.callbacks.domain import CallBack, Outcome
from concord_intake.cases.commands import Cases, Person


class CallBody(Body):
    """What came of a call, and when it was made."""

    outcome: Outcome
    called_at: AwareDatetime


def call_json(call: CallBack, now: datetime) -> dict[str, Any]:
    """One promise as it stands now."""
    return values_of(call, "number", "home_safe", "due", "outcome") | {
        "case_reference": call.case,
        "report_reference": call.report,
        "limits_version": call.clock.version,
        "promised": call.started,
        "called_at": call.ended,
        "late": call.late(now),
    }


def router(own: OwnAgency, calls: CallBacks, cases: Cases) -> Routes:
    """The routes."""
    api = Routes("/api/intake", tags=["call-backs"])

    @api.get("/cases/{reference}/call-backs")
    def listed(reference: str, who: Annotated[Principal, Depends(Allow("intake.cases.read"))]) -> Response:
        """The calls promised for a case, oldest first."""
        with own.work(who) as work:
            cases.view(work, reference)
            found = calls.of_case(work, reference)
        return answer({"items": [call_json(call, calls.now()) for call in found]})

    @api.put("/cases/{reference}/call-backs/{number}")
    def record(
        reference: str,
        number: Annotated[int, Path(ge=1, le=9999)],
        body: CallBody,
        who: Annotated[Principal, Depends(Allow("intake.call-backs.record"))],
    ) -> Response:
        """Records what came of a call; a child who was not reached is promised another one."""
        with own.work(who) as work:
            call = calls.record(work, reference, number, body.outcome, body.called_at, Person.of(who))
        return answer(call_json(call, calls.now()))

    return api
