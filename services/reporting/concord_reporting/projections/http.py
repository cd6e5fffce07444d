"""The same live counts for programs, and the work that reporting has for a person."""

from typing import Annotated, Any

from fastapi import Depends
from starlette.responses import JSONResponse

from concord_core.agreement import Agreement
from concord_core.identity import Allow, Principal, Routes
from concord_core.storage import Database
from concord_core.values import today
from concord_core.web.rest import answer
from concord_core.web.work import WorkItem, work_answer
from concord_reporting.projections import counts
from concord_reporting.projections.commands import CONSUMER, standing


def router(database: Database, agreement: Agreement) -> Routes:
    """`GET /api/reporting/counts` and `GET /api/reporting/work-items`."""
    routes = Routes("/api/reporting")

    @routes.get("/counts")
    def live(principal: Annotated[Principal, Depends(Allow("reporting.counts.read"))]) -> JSONResponse:
        own = principal.agency or ""
        with database.engine.connect() as conn:
            found = standing(conn)
            return answer(
                {
                    "head": found.head,
                    "sea": counts.by_year(conn, found.generation, "sea", own),
                    "sh": counts.by_year(conn, found.generation, "sh", own),
                    "referrals": _groups(counts.groups(conn, found.generation, counts.OFFERED, "status", "owner", own)),
                    "screenings": _groups(
                        counts.groups(conn, found.generation, "projected_screenings", "state", "agency", own)
                    ),
                }
            )

    @routes.get("/work-items")
    def work_items(principal: Annotated[Principal, Depends(Allow("reporting.work.read"))]) -> JSONResponse:
        """Facts that were set aside are the operator's work: totals are incomplete until they are resolved."""
        if principal.agency != agreement.operator:
            return work_answer([])
        with database.engine.connect() as conn:
            head = standing(conn).head
        if not head.set_aside:
            return work_answer([])
        item = WorkItem(
            reference=CONSUMER,
            verb="resolve_facts_set_aside",
            started=head.last_fact or today(),
            due=None,
            segments=(),
            state="late",
            waiting_for="",
            country="",
            type="facts",
            url="/reporting",
        )
        return work_answer([item])

    return routes


def _groups(rows: list[Any]) -> list[dict[str, Any]]:
    return [{"code": row.code, "all": row.all, "own": row.own} for row in rows]
