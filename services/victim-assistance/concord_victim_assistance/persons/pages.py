"""Staff pages of persons and of requests for help, and the steps of needs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from starlette.datastructures import FormData

from concord_core.errors import ConcordError
from concord_core.identity import AllowPage, Principal, Routes
from concord_core.storage import Work
from concord_core.values import today
from concord_core.web import StaffForm, Translator, translator_of
from concord_core.web.forms import form_key, form_version, typed
from concord_core.web.rest import OwnAgency
from concord_victim_assistance import screens, words
from concord_victim_assistance.consent.domain import SHARING_SCOPES, Consent
from concord_victim_assistance.needs.domain import NeedStep, steps_from
from concord_victim_assistance.persons.domain import Profile
from concord_victim_assistance.persons.http import person_json
from concord_victim_assistance.persons.opening import HandoverOpening
from concord_victim_assistance.rooms import Rooms
from concord_victim_assistance.screens import STAFF

Reading = Annotated[Principal, Depends(AllowPage("assistance.persons.read"))]
Listing = Annotated[Principal, Depends(AllowPage("assistance.persons.list"))]
Registering = Annotated[Principal, Depends(AllowPage("assistance.persons.register"))]
Changing = Annotated[Principal, Depends(AllowPage("assistance.persons.change"))]
Opening = Annotated[Principal, Depends(AllowPage("assistance.handovers.open"))]
Needing = Annotated[Principal, Depends(AllowPage("assistance.needs.record"))]
Stepping = Annotated[Principal, Depends(AllowPage("assistance.needs.step"))]

PersonPage = Callable[[Request, Principal, str, list[Any], int], Response]

_FIELDS = ("name", "contact", "safe_times", "notes", "sex", "age_category", "language", "country")


def consent_cells(
    say: Translator, consents: list[Consent]
) -> tuple[list[tuple[str, str]], list[tuple[str, str]], dict[tuple[str, str], tuple[str, str]]]:
    """Scopes, agencies and cells of the consent grid; where there are several consents, one that holds is shown."""
    now = today()
    agencies = sorted({consent.recipient for consent in consents})
    scopes = [*SHARING_SCOPES, *sorted({one.scope for one in consents} - set(SHARING_SCOPES))]
    cells: dict[tuple[str, str], tuple[str, str]] = {}
    for consent in sorted(consents, key=lambda one: (one.holds_on(now), one.given)):
        state = consent.state_on(now)
        told = say.code("consent_state", state.value)
        if consent.service:
            told = f"{told} · {say.code('assistance_service', consent.service)}"
        if consent.expiry is not None and consent.holds_on(now):
            told = say.gettext("%(state)s, until %(day)s", state=told, day=say.date(consent.expiry, "medium"))
        cells[consent.scope, consent.recipient] = (words.consent_shape(state), told)
    return (
        [(scope, say.code("consent_scope", scope)) for scope in scopes],
        [(slug, say.agency(slug) if slug else say.gettext("No agency named")) for slug in agencies],
        cells,
    )


def router(own: OwnAgency, rooms: Rooms, opening: HandoverOpening) -> Routes:
    """The pages under `/assistance/persons`, `/assistance/requests` and `/assistance/needs`."""
    pages = Routes("/assistance", include_in_schema=False)
    persons, needs = rooms.persons, rooms.needs

    def form_page(
        request: Request, values: Any, errors: list[Any], reference: str = "", status: int = 200, **more: Any
    ) -> Response:
        return STAFF.render(
            request, "staff/person_form.html", status, values=values, errors=errors, reference=reference, **more
        )

    def person_page(request: Request, who: Principal, reference: str, errors: list[Any], status: int = 200) -> Response:
        say = translator_of(request)
        with own.work(who) as work:
            person = persons.get(work, reference)
            work.audit("person.read", reference, purpose="assistance")
            profile = persons.read(work, person)
            consents = rooms.consents.of_person(work, reference)
            found_needs = needs.of_person(work, reference)
            referrals = rooms.owner.of_person(work, reference)
        scopes, agencies, cells = consent_cells(say, consents)
        return STAFF.render(
            request,
            "staff/person.html",
            status,
            person=person,
            profile=profile,
            consents=consents,
            today=today(),
            needs=[(need, steps_from(need.status)) for need in found_needs],
            referrals=referrals,
            scopes=scopes,
            agencies=agencies,
            cells=cells,
            errors=errors,
        )

    @pages.get("/persons")
    def listed(request: Request, who: Listing) -> Response:
        with own.work(who) as work:
            found, unmet = persons.listed(work), needs.unmet(work)
            requests = persons.handovers(work)
            sent = len(rooms.owner.listed(work))
        return STAFF.render(request, "staff/persons.html", persons=found, unmet=unmet, requests=requests, sent=sent)

    @pages.get("/persons/new")
    def new(request: Request, who: Registering) -> Response:
        return form_page(request, {"language": translator_of(request).lang}, [])

    @pages.post("/persons/new")
    def register(request: Request, form: StaffForm, who: Registering) -> Response:
        def act(work: Work) -> dict[str, Any]:
            return person_json(persons.register(work, profile, screens.day(form, "registered_date")))

        profile = Profile(**_typed(form))
        try:
            made = own.submit(who, form, "assistance.persons.register", act)
        except ConcordError as error:
            return form_page(request, form, screens.shown(request, error), status=error.kind.http_status)
        return STAFF.redirect(request, f"/assistance/persons/{made['reference']}")

    @pages.get("/persons/{reference}")
    def show(request: Request, reference: str, who: Reading) -> Response:
        return person_page(request, who, reference, [])

    @pages.get("/persons/{reference}/change")
    def change_form(request: Request, reference: str, who: Changing) -> Response:
        with own.work(who) as work:
            person = persons.get(work, reference)
            work.audit("person.read", reference, purpose="assistance")
            profile = persons.read(work, person)
        values = {name: getattr(profile, name) for name in _FIELDS}
        return form_page(request, values, [], reference, version=person.version)

    @pages.post("/persons/{reference}/change")
    def change(request: Request, reference: str, form: StaffForm, who: Changing) -> Response:
        def act(work: Work) -> dict[str, Any]:
            return person_json(persons.change(work, reference, _typed(form), form_version(form)))

        try:
            own.submit(who, form, f"assistance.persons.change/{reference}", act)
        except ConcordError as error:
            errors = screens.shown(request, error)
            return form_page(request, form, errors, reference, error.kind.http_status, version=typed(form, "version"))
        return STAFF.redirect(request, f"/assistance/persons/{reference}")

    _need_pages(pages, own, rooms, person_page)
    _request_pages(pages, own, rooms, opening)
    return pages


def _need_pages(pages: Routes, own: OwnAgency, rooms: Rooms, person_page: PersonPage) -> None:
    needs = rooms.needs

    @pages.post("/persons/{reference}/needs")
    def record_need(request: Request, reference: str, form: StaffForm, who: Needing) -> Response:
        service = typed(form, "service")

        def act(work: Work) -> dict[str, Any]:
            need = needs.record(work, reference, service, screens.day(form, "recorded_date"))
            return {"reference": need.reference}

        try:
            own.submit(who, form, f"assistance.needs.record/{reference}", act)
        except ConcordError as error:
            return person_page(request, who, reference, screens.shown(request, error), error.kind.http_status)
        return STAFF.redirect(request, f"/assistance/persons/{reference}")

    @pages.post("/needs/{reference}/{step}")
    def need_step(request: Request, reference: str, step: NeedStep, form: StaffForm, who: Stepping) -> Response:
        def act(work: Work) -> dict[str, Any]:
            need = needs.step(work, reference, step, screens.day(form, "on"), form_version(form))
            return {"person": need.person_reference}

        with own.work(who) as work:
            person = needs.get(work, reference).person_reference
        try:
            own.submit(who, form, f"assistance.needs.{step}/{reference}", act)
        except ConcordError as error:
            return person_page(request, who, person, screens.shown(request, error), error.kind.http_status)
        return STAFF.redirect(request, f"/assistance/persons/{person}")


def _request_pages(pages: Routes, own: OwnAgency, rooms: Rooms, opening: HandoverOpening) -> None:
    @pages.get("/requests/{report_reference}")
    def request_page(request: Request, report_reference: str, who: Opening) -> Response:
        return asked(request, report_reference, who, [])

    def asked(
        request: Request, report_reference: str, who: Principal, errors: list[Any], status: int = 200
    ) -> Response:
        with own.work(who) as work:
            handover = rooms.persons.handover(work, report_reference)
        return STAFF.render(
            request,
            "staff/request.html",
            status,
            handover=handover,
            errors=errors,
            late=datetime.now(UTC) > handover.due,
        )

    @pages.post("/requests/{report_reference}")
    def open_request(request: Request, report_reference: str, form: StaffForm, who: Opening) -> Response:
        try:
            person = opening.open(who.own_agency, who.actor, report_reference, form_key(form))
        except ConcordError as error:
            return asked(request, report_reference, who, screens.shown(request, error), error.kind.http_status)
        return STAFF.redirect(request, f"/assistance/persons/{person.reference}")


def _typed(form: FormData) -> dict[str, str]:
    return {name: typed(form, name) for name in _FIELDS}
