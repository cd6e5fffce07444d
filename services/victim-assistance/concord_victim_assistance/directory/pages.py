"""`/help`: where to find help, for anybody. No script, no cookie, nothing stored, nothing logged."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends, Request, Response

from concord_core.agreement import Agreement
from concord_core.codes import CodeLists
from concord_core.identity import AllowPage, Principal, Routes
from concord_core.web import Pages, translator_of
from concord_victim_assistance.directory import domain
from concord_victim_assistance.directory.http import elsewhere
from concord_victim_assistance.screens import PACKAGE

HELP: Final = Pages(PACKAGE, "/help")
Anybody = Annotated[Principal, Depends(AllowPage("assistance.directory.read"))]

_COUNTRIES: Final = "country_iso3166_alpha3"


def router(agreement: Agreement, codes: CodeLists, node: str) -> Routes:
    """The pages under `/help`."""
    pages = Routes(include_in_schema=False)

    @pages.get("/help")
    def first_question(request: Request, _who: Anybody) -> Response:
        return HELP.render(request, "public/help.html")

    @pages.get("/help/people")
    def people(request: Request, _who: Anybody, country: str = "") -> Response:
        known = codes.has(_COUNTRIES, country)
        return HELP.render(
            request,
            "public/help_people.html",
            country=country if known else "",
            countries=codes.options(_COUNTRIES, translator_of(request).lang),
            desks=domain.desks_in(agreement.members, country) if known else [],
            elsewhere=elsewhere(agreement, node),
        )

    @pages.get("/help/staff")
    def staff(request: Request, _who: Anybody, need: str = "") -> Response:
        offered = domain.needs_offered(codes.mechanisms)
        known = need in offered
        return HELP.render(
            request,
            "public/help_staff.html",
            need=need if known else "",
            needs=offered,
            mechanisms=domain.mechanisms(codes.mechanisms, need) if known else [],
        )

    return pages
