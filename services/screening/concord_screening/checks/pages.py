"""Staff pages of checks: ask, answer, all checks. The page of an answer is the same for every reason of a review."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import Response

from concord_core.errors import ConcordError, ErrorKind
from concord_core.identity import AllowPage, Principal, Routes
from concord_core.web import Pages, StaffForm, Translator, translator_of
from concord_core.web.forms import form_key, typed
from concord_core.web.rest import OwnAgency
from concord_screening.checks.commands import Checks
from concord_screening.checks.domain import Request as Asked
from concord_screening.checks.http import Pace
from concord_screening.words import ANSWERS, FACTS, PURPOSES, SELF_CERTIFICATIONS, fact_value, options

PREFIX = "/screening/checks"
Asking = Annotated[Principal, Depends(AllowPage("screening.checks.ask"))]
Reading = Annotated[Principal, Depends(AllowPage("screening.checks.read"))]
FIELDS = (
    "name_latin",
    "name_native",
    "birth_date",
    "no_birth_date",
    "sex",
    "nationality",
    "purpose",
    "requisition",
    "consent_date",
    "consent_notice",
    "self_certification",
)


def router(own: OwnAgency, checks: Checks, pace: Pace, pages: Pages) -> Routes:
    """The routes."""
    routes = Routes(PREFIX, include_in_schema=False)
    _asking(routes, checks, pace, pages)
    _reading(routes, own, checks, pages)
    return routes


def _asking(routes: Routes, checks: Checks, pace: Pace, pages: Pages) -> None:
    def form(request: Request, *, status: int = 200, **context: Any) -> Response:
        words = translator_of(request)
        context.setdefault("values", {"sex": "unknown"})
        return pages.render(
            request,
            "check_form.html",
            status,
            purposes=options(PURPOSES, words),
            certifications=options(SELF_CERTIFICATIONS, words),
            **context,
        )

    @routes.get("/new")
    def new(request: Request, who: Asking) -> Response:
        return form(request)

    @routes.post("/new")
    def ask(request: Request, posted: StaffForm, who: Asking) -> Response:
        started = time.monotonic()
        try:
            asked = Asked.of(**{name: typed(posted, name) for name in FIELDS})
            screening = checks.ask(who.own_agency, who.actor, asked, form_key(posted))
        except ConcordError as error:
            if error.kind is not ErrorKind.INVALID:
                raise
            return form(request, status=422, values=posted, errors=error.fields)
        pace.wait(started)
        return pages.redirect(request, f"{PREFIX}/{screening.reference}")


def _reading(routes: Routes, own: OwnAgency, checks: Checks, pages: Pages) -> None:
    @routes.get("")
    def recent(request: Request, who: Reading) -> Response:
        with own.work(who) as work:
            found = checks.recent(work)
        return pages.render(request, "check_list.html", screenings=found, answers=ANSWERS)

    @routes.get("/{reference}")
    def one(request: Request, reference: str, who: Reading) -> Response:
        with own.work(who) as work:
            screening, disclosures = checks.read(work, reference)
        words = translator_of(request)
        return pages.render(
            request,
            "check.html",
            screening=screening,
            asked=screening.request,
            answers=ANSWERS,
            purposes=PURPOSES,
            certifications=SELF_CERTIFICATIONS,
            disclosures=[(one, _facts(one.facts, words)) for one in disclosures],
        )


def _facts(facts: Sequence[tuple[str, str]], words: Translator) -> list[tuple[str, str]]:
    return [(words.gettext(FACTS.get(field, field)), fact_value(field, value, words)) for field, value in facts]
