"""The page of those who see to it that reviews are answered: the owner's head of unit, and the hub's steward.

Neither sees a candidate, a listing, or who asks.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from concord_core.identity import AllowPage, Principal, Routes
from concord_core.web import Pages
from concord_core.web.rest import OwnAgency
from concord_screening.disclosure.commands import Disclosures
from concord_screening.policy import HEAD_OF_UNIT, STEWARD


def router(own: OwnAgency, disclosures: Disclosures, pages: Pages, today: Callable[[], date]) -> Routes:
    """The route; `today` gives the day in UTC."""
    routes = Routes(include_in_schema=False)

    @routes.get("/screening/late")
    def late(request: Request, who: Annotated[Principal, Depends(AllowPage("screening.late.read"))]) -> Response:
        head, steward = bool(who.roles & HEAD_OF_UNIT), bool(who.roles & STEWARD)
        with own.work(who) as work:
            ours = disclosures.late(work, today()) if head else []
            told = disclosures.escalated(work) if steward else []
            work.audit("review.late.list", "all", purpose="screening")
        return pages.render(request, "late.html", own=ours, told=told, head=head, steward=steward)

    return routes
