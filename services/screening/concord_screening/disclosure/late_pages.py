"""The page of those who see to it that reviews are answered: the owner's head of unit, and the hub's steward.

Neither sees a candidate, a listing, or who asks.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from concord_core.identity import AllowPage, Principal
from concord_core.storage import Database
from concord_core.web import Pages
from concord_screening.disclosure.commands import Disclosures
from concord_screening.policy import HEAD_OF_UNIT, STEWARD


def router(database: Database, disclosures: Disclosures, pages: Pages, today: Callable[[], date]) -> APIRouter:
    """The route; `today` gives the day in UTC."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/screening/late")
    def late(request: Request, who: Annotated[Principal, Depends(AllowPage("screening.late.read"))]) -> Response:
        head, steward = bool(who.roles & HEAD_OF_UNIT), bool(who.roles & STEWARD)
        with database.work(who.own_agency, actor=who.actor) as work:
            own = disclosures.late(work, today()) if head else []
            told = disclosures.escalated(work) if steward else []
            work.audit("review.late.list", "all", purpose="screening")
        return pages.render(request, "late.html", principal=who, own=own, told=told, head=head, steward=steward)

    return routes
