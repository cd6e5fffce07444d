"""Live, exact counts for signed-in staff, with how far they have come; each of one's own leads to its cases."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from concord_core.identity import AllowPage, Principal, Routes
from concord_core.storage import Database
from concord_core.web import Pages
from concord_reporting.projections import counts
from concord_reporting.projections.commands import standing

CONCERNS = ("sea", "sh")


def router(database: Database) -> Routes:
    """`/reporting` and `/reporting/rows`."""
    routes = Routes("/reporting")
    pages = Pages("concord_reporting", "/reporting")

    @routes.get("")
    def show(
        request: Request, principal: Annotated[Principal, Depends(AllowPage("reporting.counts.read"))]
    ) -> Response:
        own = principal.agency or ""
        with database.engine.connect() as conn:
            found = standing(conn)
            return pages.render(
                request,
                "counts.html",
                head=found.head,
                sea=counts.by_year(conn, found.generation, "sea", own),
                sh=counts.by_year(conn, found.generation, "sh", own),
                referrals=counts.groups(conn, found.generation, counts.OFFERED, "status", "owner", own),
                screenings=counts.groups(conn, found.generation, "projected_screenings", "state", "agency", own),
                stages=counts.groups(conn, found.generation, "projected_cases", "stage", "agency", own),
            )

    @routes.get("/rows")
    def rows(
        request: Request,
        concern: str,
        year: int,
        principal: Annotated[Principal, Depends(AllowPage("reporting.rows.read"))],
    ) -> Response:
        with database.engine.connect() as conn:
            found = counts.rows(conn, standing(conn).generation, concern, year, principal.agency or "")
        return pages.render(request, "rows.html", concern=concern, year=year, rows=found)

    return routes
