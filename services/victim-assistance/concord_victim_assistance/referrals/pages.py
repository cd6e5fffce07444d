"""Staff pages of referrals: choose, see exactly what would travel, send; the inbox; both sides' timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from starlette.datastructures import FormData

from concord_core.agreement import Agreement
from concord_core.errors import ConcordError
from concord_core.errors.codes import NOT_FOUND
from concord_core.identity import AllowPage, Principal, Routes
from concord_core.storage import Work
from concord_core.web import StaffForm, Translator, translator_of
from concord_core.web.forms import form_version, typed
from concord_core.web.rest import OwnAgency
from concord_victim_assistance import screens, words
from concord_victim_assistance.consent.domain import fields_of
from concord_victim_assistance.needs.domain import NeedStatus
from concord_victim_assistance.referrals.commands import Offer
from concord_victim_assistance.referrals.courier import Opening
from concord_victim_assistance.referrals.domain import OPEN, Status, Step, TimelineEntry, officer_steps
from concord_victim_assistance.referrals.http import received_json, referral_json
from concord_victim_assistance.rooms import Rooms
from concord_victim_assistance.screens import STAFF

Listing = Annotated[Principal, Depends(AllowPage("assistance.referrals.list"))]
Reading = Annotated[Principal, Depends(AllowPage("assistance.referrals.read"))]
Previewing = Annotated[Principal, Depends(AllowPage("assistance.referrals.preview"))]
Offering = Annotated[Principal, Depends(AllowPage("assistance.referrals.offer"))]
Revoking = Annotated[Principal, Depends(AllowPage("assistance.referrals.revoke"))]
InboxListing = Annotated[Principal, Depends(AllowPage("assistance.inbox.list"))]
InboxReading = Annotated[Principal, Depends(AllowPage("assistance.inbox.read"))]
InboxOpening = Annotated[Principal, Depends(AllowPage("assistance.inbox.open"))]
InboxAnswering = Annotated[Principal, Depends(AllowPage("assistance.inbox.answer"))]

_STEPS = {"accept": Step.ACCEPT, "reject": Step.REJECT, "provide": Step.PROVIDE, "done": Step.FINISH}


@dataclass(frozen=True)
class Shown:
    """A timeline's entry as the kit draws it."""

    at: datetime
    title: str
    by: str
    text: str


def drawn(say: Translator, entries: Sequence[TimelineEntry]) -> list[Shown]:
    """Both sides' steps, newest first; the day is said where it is not the day on which it became known."""
    return [
        Shown(
            at=entry.known,
            title=say.gettext(words.EVENTS[entry.event]),
            by=say.agency(entry.by_agency),
            text="" if entry.day == entry.known.date() else say.gettext("on %(day)s", day=say.date(entry.day)),
        )
        for entry in reversed(entries)
    ]


def router(own: OwnAgency, agreement: Agreement, rooms: Rooms, opening: Opening) -> Routes:
    """The pages of both sides under `/assistance/referrals` and `/assistance/inbox`."""
    pages = Routes("/assistance", include_in_schema=False)
    _owner_pages(pages, own, agreement, rooms)
    _inbox_pages(pages, own, rooms, opening)
    return pages


def _offer_of(form: FormData, reference: str) -> Offer:
    return Offer(
        person_reference=reference,
        recipient=typed(form, "recipient"),
        service=typed(form, "service"),
        urgent=typed(form, "urgent") == "yes",
        country=typed(form, "country"),
        note=typed(form, "note"),
        need_reference=typed(form, "need_reference") or None,
        offered=screens.day(form, "offered_date"),
        shown=tuple(name for name in typed(form, "shown").split(",") if name),
    )


def _owner_pages(pages: Routes, own: OwnAgency, agreement: Agreement, rooms: Rooms) -> None:
    def chooser(
        request: Request, who: Principal, reference: str, values: Any, errors: list[Any], status: int = 200
    ) -> Response:
        say = translator_of(request)
        with own.work(who) as work:
            person = rooms.persons.get(work, reference)
            open_needs = [
                need
                for need in rooms.needs.of_person(work, reference)
                if need.status in (NeedStatus.RECORDED, NeedStatus.OFFERED)
            ]
        return STAFF.render(
            request,
            "staff/referral_new.html",
            status,
            person=person,
            agencies=[(one.slug, say.agency(one.slug)) for one in agreement.members if one.slug != who.agency],
            open_needs=[(one.reference, say.code("assistance_service", one.service)) for one in open_needs],
            values=values,
            errors=errors,
        )

    def previewed(
        request: Request, who: Principal, reference: str, form: FormData, errors: list[Any], status: int = 200
    ) -> Response:
        offer = _offer_of(form, reference)
        with own.work(who) as work:
            seen = rooms.owner.preview(work, reference, offer.recipient, offer.service, offer.note)
        return STAFF.render(
            request,
            "staff/referral_preview.html",
            status,
            reference=reference,
            preview=seen,
            offer=offer,
            offered_date=typed(form, "offered_date"),
            shown=",".join(seen.fields),
            errors=errors,
        )

    @pages.get("/referrals")
    def listed(request: Request, who: Listing) -> Response:
        with own.work(who) as work:
            return STAFF.render(
                request,
                "staff/referrals.html",
                referrals=rooms.owner.listed(work),
                persons=len(rooms.persons.listed(work)),
            )

    @pages.get("/persons/{reference}/refer")
    def choose(request: Request, reference: str, who: Previewing, service: str = "", need: str = "") -> Response:
        return chooser(request, who, reference, {"service": service, "need_reference": need}, [])

    @pages.post("/persons/{reference}/refer")
    def preview(request: Request, reference: str, form: StaffForm, who: Previewing) -> Response:
        try:
            return previewed(request, who, reference, form, [])
        except ConcordError as error:
            return chooser(request, who, reference, form, screens.shown(request, error), error.kind.http_status)

    @pages.post("/persons/{reference}/refer/send")
    def send(request: Request, reference: str, form: StaffForm, who: Offering) -> Response:
        def act(work: Work) -> dict[str, Any]:
            return referral_json(rooms.owner.offer(work, _offer_of(form, reference)))

        try:
            made = own.submit(who, form, f"assistance.referrals.offer/{reference}", act)
        except ConcordError as error:
            errors = screens.shown(request, error)
            if error.code == "preview_changed":
                return previewed(request, who, reference, form, errors, 409)
            return chooser(request, who, reference, form, errors, error.kind.http_status)
        return STAFF.redirect(request, f"/assistance/referrals/{made['reference']}")

    def referral_page(
        request: Request, who: Principal, reference: str, template: str, errors: list[Any], status: int = 200
    ) -> Response:
        with own.work(who) as work:
            referral = rooms.owner.get(work, reference)
            entries = rooms.owner.timeline(work, reference)
        return STAFF.render(
            request,
            template,
            status,
            referral=referral,
            is_open=referral.status in OPEN,
            waits=referral.status is Status.IN_PROGRESS,
            fields=fields_of(referral.groups),
            entries=drawn(translator_of(request), entries),
            errors=errors,
        )

    @pages.get("/referrals/{reference}")
    def show(request: Request, reference: str, who: Reading) -> Response:
        return referral_page(request, who, reference, "staff/referral.html", [])

    @pages.get("/referrals/{reference}/revoke")
    def revoke_form(request: Request, reference: str, who: Revoking) -> Response:
        return referral_page(request, who, reference, "staff/referral_revoke.html", [])

    @pages.post("/referrals/{reference}/revoke")
    def revoke(request: Request, reference: str, form: StaffForm, who: Revoking) -> Response:
        def act(work: Work) -> dict[str, Any]:
            on, version = screens.day(form, "revoked_date"), form_version(form)
            return referral_json(rooms.owner.revoke(work, reference, on, version))

        try:
            own.submit(who, form, f"assistance.referrals.revoke/{reference}", act)
        except ConcordError as error:
            errors = screens.shown(request, error)
            return referral_page(request, who, reference, "staff/referral_revoke.html", errors, error.kind.http_status)
        return STAFF.redirect(request, f"/assistance/referrals/{reference}")


def _inbox_pages(pages: Routes, own: OwnAgency, rooms: Rooms, opening: Opening) -> None:
    def received_page(
        request: Request, who: Principal, reference: str, errors: list[Any], status: int = 200, values: Any = None
    ) -> Response:
        with own.work(who) as work:
            referral = rooms.recipient.get(work, reference)
            package = rooms.recipient.content(work, reference) if referral.holds_copy else None
            entries = rooms.recipient.timeline(work, reference)
        say = translator_of(request)
        content = [] if package is None else [(field.name, value) for field, value in package.ListFields()]
        return STAFF.render(
            request,
            "staff/received.html",
            status,
            referral=referral,
            is_open=referral.status in OPEN,
            steps=officer_steps(referral.status, provided=referral.provided is not None),
            content=content,
            entries=drawn(say, entries),
            reasons=[(code, say.gettext(label)) for code, label in words.REJECT.items()],
            paths={step: path for path, step in _STEPS.items()},
            values=values or {},
            errors=errors,
        )

    @pages.get("/inbox")
    def inbox(request: Request, who: InboxListing) -> Response:
        with own.work(who) as work:
            return STAFF.render(request, "staff/inbox.html", referrals=rooms.recipient.listed(work))

    @pages.get("/inbox/{reference}")
    def show(request: Request, reference: str, who: InboxReading) -> Response:
        return received_page(request, who, reference, [])

    @pages.post("/inbox/{reference}/open")
    def open_referral(request: Request, reference: str, form: StaffForm, who: InboxOpening) -> Response:
        try:
            opening.open(who.own_agency, who.actor, reference)
        except ConcordError as error:
            return received_page(request, who, reference, screens.shown(request, error), error.kind.http_status)
        return STAFF.redirect(request, f"/assistance/inbox/{reference}")

    @pages.post("/inbox/{reference}/{step}")
    def answer(request: Request, reference: str, step: str, form: StaffForm, who: InboxAnswering) -> Response:
        if step not in _STEPS:
            raise NOT_FOUND.error()
        taken = _STEPS[step]
        reason = typed(form, "reason")

        def act(work: Work) -> dict[str, Any]:
            on, version = screens.day(form, "on"), form_version(form)
            return received_json(rooms.recipient.answer(work, reference, taken, on, version, reason))

        try:
            own.submit(who, form, f"assistance.inbox.{taken}/{reference}", act)
        except ConcordError as error:
            return received_page(request, who, reference, screens.shown(request, error), error.kind.http_status, form)
        return STAFF.redirect(request, f"/assistance/inbox/{reference}")
