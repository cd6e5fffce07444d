"""The directory as JSON, for anybody. It reads files only: nothing is stored, nothing is logged."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query
from fastapi.responses import JSONResponse

from concord_core.agreement import Agreement
from concord_core.codes import CodeLists
from concord_core.identity import Allow, Principal, Routes
from concord_core.web.rest import answer
from concord_victim_assistance.directory import domain

ANYBODY = Annotated[Principal, Depends(Allow("assistance.directory.read"))]


def router(agreement: Agreement, codes: CodeLists, node: str) -> Routes:
    """The routes under `/api/assistance/directory`."""
    api = Routes("/api/assistance/directory", tags=["directory"])

    @api.get("/mechanisms")
    def mechanisms(_who: ANYBODY, need: Annotated[str, Query(max_length=60)] = "") -> JSONResponse:
        """Offices for people who work for the UN; `need` is a code of `support_type`."""
        if need:
            codes.check("support_type", need, "need")
        return answer({"items": domain.mechanisms(codes.mechanisms, need)})

    @api.get("/desks/{country}")
    def desks(country: str, _who: ANYBODY) -> JSONResponse:
        """Desks of a country (`country_iso3166_alpha3`); `elsewhere` holds whom to ask when it has none."""
        codes.check("country_iso3166_alpha3", country, "country")
        found = domain.desks_in(agreement.members, country)
        return answer({"items": found, "elsewhere": elsewhere(agreement, node)})

    return api


def elsewhere(agreement: Agreement, node: str) -> list[domain.CountryDesk]:
    """Headquarters that answer where no country desk is named: the node's receiving agency, then the operator."""
    receiving = agreement.receiving_agency(node)
    first = [slug for slug in (receiving, agreement.operator) if slug]
    return domain.headquarters(agreement.members, first)
