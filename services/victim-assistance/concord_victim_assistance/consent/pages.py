"""Staff pages of consents: record one in the person's words, read it, print its receipt, take it back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import FormData

from concord_core.agreement import Agreement
from concord_core.codes import CodeLists
from concord_core.errors import ConcordError
from concord_core.identity import AllowPage, Principal
from concord_core.storage import Work
from concord_core.web import StaffForm, translator_of
from concord_victim_assistance import screens
from concord_victim_assistance.consent.domain import Draft, fields_of
from concord_victim_assistance.consent.http import consent_json
from concord_victim_assistance.edge import Edge
from concord_victim_assistance.rooms import Rooms
from concord_victim_assistance.screens import STAFF
from concord_victim_assistance.values import today

Recording = Annotated[Principal, Depends(AllowPage("assistance.consents.record"))]
Reading = Annotated[Principal, Depends(AllowPage("assistance.consents.read"))]
Withdrawing = Annotated[Principal, Depends(AllowPage("assistance.consents.withdraw"))]


def draft_of(form: FormData) -> Draft:
    """The form as the room's draft; raises `invalid_request` for a field that is no date."""
    state = screens.typed(form, "state")
    return Draft(
        scope=screens.typed(form, "scope"),
        state=state,
        recipient=screens.typed(form, "recipient"),
        service=screens.typed(form, "service"),
        groups=screens.chosen(form, "groups"),
        given_how=screens.typed(form, "given_how"),
        given_by="guardian" if state == "given_by_guardian" else "person",
        language=screens.typed(form, "language"),
        given=screens.day(form, "given_date"),
        expiry=screens.day(form, "expiry_date"),
        words=screens.typed(form, "words"),
        best_interest=screens.typed(form, "best_interest"),
    )


def router(edge: Edge, agreement: Agreement, codes: CodeLists, rooms: Rooms) -> APIRouter:
    """The pages of consents under `/assistance`."""
    pages = APIRouter(prefix="/assistance", include_in_schema=False)
    slugs = [agency.slug for agency in agreement.members]

    def form_page(
        request: Request, who: Principal, reference: str, values: Any, errors: list[Any], status: int = 200
    ) -> Response:
        say = translator_of(request)
        with edge.work(who) as work:
            person = rooms.persons.get(work, reference)
        return STAFF.render(
            request,
            "staff/consent_form.html",
            status,
            person=person,
            agencies=[(slug, say.agency(slug)) for slug in slugs if slug != who.agency],
            values=values,
            errors=errors,
            **screens.base(request, codes),
        )

    @pages.get("/persons/{reference}/consents/new")
    def new(request: Request, reference: str, who: Recording) -> Response:
        return form_page(request, who, reference, {}, [])

    @pages.post("/persons/{reference}/consents/new")
    def record(request: Request, reference: str, form: StaffForm, who: Recording) -> Response:
        def act(work: Work) -> tuple[int, dict[str, Any]]:
            return 201, consent_json(rooms.consents.record(work, reference, draft_of(form), slugs))

        content = [item for item in form.multi_items() if item[0] not in ("form_token", "key")]
        try:
            edge.run(who, screens.typed(form, "key"), f"consents.record/{reference}", content, act)
        except ConcordError as error:
            return form_page(request, who, reference, form, screens.shown(request, error), 422)
        return STAFF.redirect(request, f"/assistance/persons/{reference}")

    def consent_page(
        request: Request, reference: str, who: Principal, template: str, errors: list[Any], status: int = 200
    ) -> Response:
        with edge.work(who) as work:
            consent = rooms.consents.get(work, reference)
            work.audit("consent.read", reference, purpose="assistance")
            said = rooms.consents.words(work, reference)
            referrals = [
                one
                for one in rooms.owner.of_person(work, consent.person_reference)
                if one.consent_reference == reference
            ]
        return STAFF.render(
            request,
            template,
            status,
            consent=consent,
            state=consent.state_on(today()),
            said=said,
            fields=fields_of(consent.groups),
            referrals=referrals,
            errors=errors,
            **screens.base(request, codes),
        )

    @pages.get("/consents/{reference}")
    def show(request: Request, reference: str, who: Reading) -> Response:
        return consent_page(request, reference, who, "staff/consent.html", [])

    @pages.get("/consents/{reference}/receipt")
    def receipt(request: Request, reference: str, who: Reading) -> Response:
        return consent_page(request, reference, who, "staff/consent_receipt.html", [])

    @pages.get("/consents/{reference}/withdraw")
    def withdraw_form(request: Request, reference: str, who: Withdrawing) -> Response:
        return consent_page(request, reference, who, "staff/consent_withdraw.html", [])

    @pages.post("/consents/{reference}/withdraw")
    def withdraw(request: Request, reference: str, form: StaffForm, who: Withdrawing) -> Response:
        def act(work: Work) -> tuple[int, dict[str, Any]]:
            on, version = screens.day(form, "withdrawn_date"), screens.version(form)
            return 200, consent_json(rooms.owner.withdraw_consent(work, reference, on, expected=version))

        content = screens.typed(form, "withdrawn_date")
        try:
            _, done = edge.run(who, screens.typed(form, "key"), f"consents.withdraw/{reference}", content, act)
        except ConcordError as error:
            errors = screens.shown(request, error)
            return consent_page(request, reference, who, "staff/consent_withdraw.html", errors, 422)
        return STAFF.redirect(request, f"/assistance/persons/{done['person_reference']}")

    return pages
