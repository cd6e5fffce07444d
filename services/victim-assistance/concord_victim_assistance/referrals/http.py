"""REST for referrals: the owner's under `/referrals`, the asked agency's under `/inbox`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import Depends
from fastapi.responses import JSONResponse
from google.protobuf.json_format import MessageToDict
from pydantic import Field

from concord_core.identity import Allow, Principal, Routes
from concord_core.storage import Work
from concord_core.values import values_of
from concord_core.web.rest import Body, Key, OwnAgency, Version, answer
from concord_victim_assistance.referrals.commands import Offer, OwnerSide, RecipientSide
from concord_victim_assistance.referrals.courier import Opening
from concord_victim_assistance.referrals.domain import Received, Referral, Step, TimelineEntry

Listing = Annotated[Principal, Depends(Allow("assistance.referrals.list"))]
Reading = Annotated[Principal, Depends(Allow("assistance.referrals.read"))]
Previewing = Annotated[Principal, Depends(Allow("assistance.referrals.preview"))]
Offering = Annotated[Principal, Depends(Allow("assistance.referrals.offer"))]
Revoking = Annotated[Principal, Depends(Allow("assistance.referrals.revoke"))]
InboxListing = Annotated[Principal, Depends(Allow("assistance.inbox.list"))]
InboxReading = Annotated[Principal, Depends(Allow("assistance.inbox.read"))]
InboxOpening = Annotated[Principal, Depends(Allow("assistance.inbox.open"))]
InboxAnswering = Annotated[Principal, Depends(Allow("assistance.inbox.answer"))]


class PreviewBody(Body):
    """Whom to ask for which service."""

    person_reference: str
    recipient: str
    service: str
    note: str = Field(default="", max_length=2_000)


class OfferBody(Body):
    """A referral. `shown_fields` are the fields that the preview answered: if others would travel now, nothing does."""

    person_reference: str
    recipient: str
    service: str
    urgent: bool = False
    country: str = ""
    note: str = ""
    need_reference: str | None = None
    offered_date: date | None = None
    shown_fields: list[str] = Field(max_length=20)


class RevokeBody(Body):
    """The day on which the referral is taken back; today if left out."""

    revoked_date: date | None = None


class AnswerBody(Body):
    """The day of the step; today if left out."""

    on: date | None = None


class RejectBody(AnswerBody):
    """Why the agency cannot help: `capacity`, `eligibility`, `location`, `contact_lost` or `other`."""

    reason: str


_BOTH = ("reference", "service", "urgent", "country", "status", "offered_date", "answer_by_date", "opened")
_DAYS = ("accepted_date", "provided_date", "done_date", "ended_date", "reason", "backups_until_date", "version")


def timeline_json(entries: Sequence[TimelineEntry]) -> list[dict[str, Any]]:
    """Both sides' steps, in the order in which they became known here."""
    return [{"event": entry.event, "by": entry.by_agency, "date": entry.day, "known": entry.known} for entry in entries]


def referral_json(referral: Referral) -> dict[str, Any]:
    """The owner's side."""
    behind = ("person_reference", "consent_reference", "need_reference", "recipient", "groups")
    return values_of(referral, *_BOTH, *behind, *_DAYS, "erasure_due", "erasure_confirmed_date")


def received_json(referral: Received) -> dict[str, Any]:
    """The asked agency's side. `content`: `none`, `waiting` (asked for, the owner does not answer yet), `held`,
    `erased`."""
    content = "held" if referral.holds_copy else "waiting" if referral.open_requested else "none"
    seen = values_of(referral, *_BOTH, *_DAYS, "owner", "check", "checked", "open_requested", "erased_date")
    return seen | {"content": "erased" if referral.erased else content}


def owner_router(own: OwnAgency, referrals: OwnerSide) -> Routes:
    """The routes of an advocate."""
    api = Routes("/api/assistance/referrals", tags=["referrals"])

    @api.get("")
    def listed(who: Listing) -> JSONResponse:
        """All referrals that the caller's agency made, the latest first."""
        with own.work(who) as work:
            return answer({"items": [referral_json(one) for one in referrals.listed(work)]})

    @api.post("/preview")
    def preview(body: PreviewBody, who: Previewing) -> JSONResponse:
        """Exactly what would travel: the fields that the consent covers, with their values. Sends nothing."""
        with own.work(who) as work:
            shown = referrals.preview(work, body.person_reference, body.recipient, body.service, body.note)
        return answer(
            {
                "consent_reference": shown.consent.reference,
                "groups": shown.groups,
                "fields": shown.fields,
            },
        )

    @api.post("", status_code=201)
    def offer(body: OfferBody, key: Key, who: Offering) -> JSONResponse:
        """Asks another agency to help."""
        plain = body.model_dump(exclude={"offered_date", "shown_fields"})
        offered = Offer(**plain, offered=body.offered_date, shown=tuple(body.shown_fields))

        def act(work: Work) -> dict[str, Any]:
            return referral_json(referrals.offer(work, offered))

        scope = f"assistance.referrals.offer/{body.person_reference}"
        return own.create(who, key, scope, body, act, at="/api/assistance/referrals")

    @api.get("/{reference}")
    def read(reference: str, who: Reading) -> JSONResponse:
        """One referral with both sides' timeline."""
        with own.work(who) as work:
            body = referral_json(referrals.get(work, reference))
            body["timeline"] = timeline_json(referrals.timeline(work, reference))
        return answer(body)

    @api.post("/{reference}/revoke")
    def revoke(
        reference: str,
        body: RevokeBody,
        key: Key,
        version: Version,
        who: Revoking,
    ) -> JSONResponse:
        """Takes a referral back; the consent stays."""

        def act(work: Work) -> dict[str, Any]:
            return referral_json(referrals.revoke(work, reference, body.revoked_date, version))

        return own.change(who, key, f"assistance.referrals.revoke/{reference}", (version, body), act)

    return api


def inbox_router(own: OwnAgency, recipient: RecipientSide, opening: Opening) -> Routes:
    """The routes of a referral officer."""
    api = Routes("/api/assistance/inbox", tags=["inbox"])

    def step(who: Principal, reference: str, taken: Step, body: AnswerBody, key: str, version: int) -> JSONResponse:
        reason = body.reason if isinstance(body, RejectBody) else ""

        def act(work: Work) -> dict[str, Any]:
            return received_json(recipient.answer(work, reference, taken, body.on, version, reason))

        return own.change(who, key, f"assistance.inbox.{taken}/{reference}", (version, body), act)

    @api.get("")
    def listed(who: InboxListing) -> JSONResponse:
        """All referrals that came to the caller's agency, the latest first."""
        with own.work(who) as work:
            return answer({"items": [received_json(one) for one in recipient.listed(work)]})

    @api.get("/{reference}")
    def read(reference: str, who: InboxReading) -> JSONResponse:
        """One referral with both sides' timeline, without the person's data."""
        with own.work(who) as work:
            body = received_json(recipient.get(work, reference))
            body["timeline"] = timeline_json(recipient.timeline(work, reference))
        return answer(body)

    @api.post("/{reference}/open")
    def open_referral(reference: str, who: InboxOpening) -> JSONResponse:
        """Asks the owner for the content now. 200: it is held here. 202: the owner does not answer, the request waits.

        Needs neither key nor version: whoever opens sees, and opening again what is held, or asking for what waits,
        changes nothing.
        """
        row = opening.open(who.own_agency, who.actor, reference)
        return answer(received_json(row), 200 if row.holds_copy else 202)

    @api.get("/{reference}/content")
    def content(reference: str, who: InboxOpening) -> JSONResponse:
        """The content that is held here; the reading is an audit entry."""
        with own.work(who) as work:
            package = recipient.content(work, reference)
        return answer({"fields": MessageToDict(package, preserving_proto_field_name=True)})

    @api.post("/{reference}/accept")
    def accept(reference: str, body: AnswerBody, key: Key, version: Version, who: InboxAnswering) -> JSONResponse:
        """The agency will help."""
        return step(who, reference, Step.ACCEPT, body, key, version)

    @api.post("/{reference}/reject")
    def reject(reference: str, body: RejectBody, key: Key, version: Version, who: InboxAnswering) -> JSONResponse:
        """The agency cannot help; its copy, if there is one, is erased."""
        return step(who, reference, Step.REJECT, body, key, version)

    @api.post("/{reference}/provide")
    def provide(reference: str, body: AnswerBody, key: Key, version: Version, who: InboxAnswering) -> JSONResponse:
        """The service was provided."""
        return step(who, reference, Step.PROVIDE, body, key, version)

    @api.post("/{reference}/done")
    def done(reference: str, body: AnswerBody, key: Key, version: Version, who: InboxAnswering) -> JSONResponse:
        """The referral ended well."""
        return step(who, reference, Step.FINISH, body, key, version)

    return api
