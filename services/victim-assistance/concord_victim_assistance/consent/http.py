"""REST for consents."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import Field

from concord_core.agreement import Agreement
from concord_core.identity import Allow, Principal
from concord_core.storage import Work
from concord_victim_assistance.consent.commands import Consents
from concord_victim_assistance.consent.domain import Consent, Draft, fields_of
from concord_victim_assistance.edge import Body, Edge, Key, Version, answer
from concord_victim_assistance.persons.commands import Persons
from concord_victim_assistance.referrals.commands import OwnerSide
from concord_victim_assistance.values import today


class ConsentBody(Body):
    """A consent, or a refusal (`state` `refused`), in the person's words. Groups are `identity`, `contact`, `profile`
    and `note`; recipient, service and groups belong to the scopes that share with an agency."""

    scope: str
    state: str = "given"
    recipient: str = ""
    service: str = ""
    groups: list[str] = Field(default_factory=list, max_length=10)
    given_how: str
    given_by: str = "person"
    language: str
    given_date: date | None = None
    expiry_date: date | None = None
    words: str
    best_interest: str = ""


class WithdrawBody(Body):
    """The day on which the person took the consent back; today if left out."""

    withdrawn_date: date | None = None


def consent_json(consent: Consent) -> dict[str, Any]:
    """A consent without the person's words; `state` is that of today."""
    return {
        "reference": consent.reference,
        "person_reference": consent.person_reference,
        "scope": consent.scope,
        "recipient": consent.recipient,
        "service": consent.service,
        "groups": [group.value for group in consent.groups],
        "fields": list(fields_of(consent.groups)),
        "given_how": consent.given_how,
        "given_by": consent.given_by,
        "state": consent.state_on(today()).value,
        "language": consent.language,
        "given_date": consent.given.isoformat(),
        "expiry_date": consent.expiry.isoformat() if consent.expiry else None,
        "withdrawn_date": consent.withdrawn.isoformat() if consent.withdrawn else None,
        "withdrawn_by": consent.withdrawn_by,
        "version": consent.version,
    }


def draft_of(body: ConsentBody) -> Draft:
    """The body as the room's draft."""
    return Draft(
        scope=body.scope,
        state=body.state,
        recipient=body.recipient,
        service=body.service,
        groups=tuple(body.groups),
        given_how=body.given_how,
        given_by=body.given_by,
        language=body.language,
        given=body.given_date,
        expiry=body.expiry_date,
        words=body.words,
        best_interest=body.best_interest,
    )


def router(edge: Edge, agreement: Agreement, persons: Persons, consents: Consents, referrals: OwnerSide) -> APIRouter:
    """The routes of consents, under their person and by their own reference."""
    api = APIRouter(prefix="/api/assistance", tags=["consents"])

    @api.get("/persons/{reference}/consents")
    def listed(reference: str, who: Annotated[Principal, Depends(Allow("assistance.consents.read"))]) -> JSONResponse:
        """A person's consents, the latest first."""
        with edge.work(who) as work:
            persons.get(work, reference)
            return answer(200, {"items": [consent_json(one) for one in consents.of_person(work, reference)]})

    @api.post("/persons/{reference}/consents", status_code=201)
    def record(
        reference: str,
        body: ConsentBody,
        key: Key,
        who: Annotated[Principal, Depends(Allow("assistance.consents.record"))],
    ) -> JSONResponse:
        """Records a consent or a refusal."""

        def act(work: Work) -> tuple[int, dict[str, Any]]:
            slugs = [agency.slug for agency in agreement.members]
            return 201, consent_json(consents.record(work, reference, draft_of(body), slugs))

        return edge.change(who, key, f"consents.record/{reference}", body.model_dump(), act)

    @api.get("/consents/{reference}")
    def read(reference: str, who: Annotated[Principal, Depends(Allow("assistance.consents.read"))]) -> JSONResponse:
        """One consent with the person's words; the reading is an audit entry."""
        with edge.work(who) as work:
            consent = consents.get(work, reference)
            work.audit("consent.read", reference, purpose="assistance")
            said = consents.words(work, reference)
        return answer(200, consent_json(consent) | {"words": said.words, "best_interest": said.best_interest})

    @api.post("/consents/{reference}/withdraw")
    def withdraw(
        reference: str,
        body: WithdrawBody,
        key: Key,
        version: Version,
        who: Annotated[Principal, Depends(Allow("assistance.consents.withdraw"))],
    ) -> JSONResponse:
        """Takes a consent back: from this moment nothing that rests on it can be opened."""

        def act(work: Work) -> tuple[int, dict[str, Any]]:
            return 200, consent_json(referrals.withdraw_consent(work, reference, body.withdrawn_date, expected=version))

        return edge.change(who, key, f"consents.withdraw/{reference}", body.model_dump(), act)

    return api
