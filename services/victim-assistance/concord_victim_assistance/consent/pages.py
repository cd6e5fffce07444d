"""Staff pages of consents: record one in the person's words, read it, print its receipt, take it back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request, Response
from starlette.datastructures import FormData

from concord_core.agreement import Agreement
from concord_core.errors import ConcordError
from concord_core.identity import AllowPage, Principal, Routes
from concord_core.storage import Work
from concord_core.values import today
from concord_core.web import StaffForm, translator_of
from concord_core.web.forms import chosen, form_version, typed
from concord_core.web.rest import OwnAgency
from concord_victim_assistance import screens
from concord_victim_assistance.consent.domain import Draft, fields_of
from concord_victim_assistance.consent.http import consent_json
from concord_victim_assistance.rooms import Rooms
from concord_victim_assistance.screens import STAFF

Recording = Annotated[Principal, Depends(AllowPage("assistance.consents.record"))]
Reading = Annotated[Principal, Depends(AllowPage("assistance.consents.read"))]
Withdrawing = Annotated[Principal, Depends(AllowPage("assistance.consents.withdraw"))]


def draft_of(form: FormData) -> Draft:
    """The form as the room's draft; raises `invalid_request` for a field that is no date."""
    state = typed(form, "state")
    return Draft(
        scope=typed(form, "scope"),
        state=state,
        recipient=typed(form, "recipient"),
        service=typed(form, "service"),
        groups=chosen(form, "groups"),
        given_how=typed(form, "given_how"),
        given_by="guardian" if state == "given_by_guardian" else "person",
        language=typed(form, "language"),
        given=screens.day(form, "given_date"),
        expiry=screens.day(form, "expiry_date"),
        words=typed(form, "words"),
        best_interest=typed(form, "best_interest"),
    )


def router(own: OwnAgency, agreement: Agreement, rooms: Rooms) -> Routes:
    """The pages of consents under `/assistance`."""
    pages = Routes("/assistance", include_in_schema=False)
    slugs = [agency.slug for agency in agreement.members]

    def form_page(
        request: Request, who: Principal, reference: str, values: Any, errors: list[Any], status: int = 200
    ) -> Response:
        say = translator_of(request)
        with own.work(who) as work:
            person = rooms.persons.get(work, reference)
        return STAFF.render(
            request,
            "staff/consent_form.html",
            status,
            person=person,
            agencies=[(slug, say.agency(slug)) for slug in slugs if slug != who.agency],
            values=values,
            errors=errors,
        )

    @pages.get("/persons/{reference}/consents/new")
    def new(request: Request, reference: str, who: Recording) -> Response:
        return form_page(request, who, reference, {}, [])

    @pages.post("/persons/{reference}/consents/new")
    def record(request: Request, reference: str, form: StaffForm, who: Recording) -> Response:
        def act(work: Work) -> dict[str, Any]:
            return consent_json(rooms.consents.record(work, reference, draft_of(form), slugs))

        try:
            own.submit(who, form, f"assistance.consents.record/{reference}", act)
        except ConcordError as error:
            return form_page(request, who, reference, form, screens.shown(request, error), error.kind.http_status)
        return STAFF.redirect(request, f"/assistance/persons/{reference}")

    def consent_page(
        request: Request, reference: str, who: Principal, template: str, errors: list[Any], status: int = 200
    ) -> Response:
        with own.work(who) as work:
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
        def act(work: Work) -> dict[str, Any]:
            on, version = screens.day(form, "withdrawn_date"), form_version(form)
            return consent_json(rooms.owner.withdraw_consent(work, reference, on, expected=version))

        try:
            done = own.submit(who, form, f"assistance.consents.withdraw/{reference}", act)
        except ConcordError as error:
            errors = screens.shown(request, error)
            return consent_page(request, reference, who, "staff/consent_withdraw.html", errors, error.kind.http_status)
        return STAFF.redirect(request, f"/assistance/persons/{done['person_reference']}")

    return pages
