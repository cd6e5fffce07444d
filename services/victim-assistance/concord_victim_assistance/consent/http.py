"""REST for consents."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import Depends
from fastapi.responses import JSONResponse
from pydantic import Field

from concord_core.agreement import Agreement
from concord_core.identity import Allow, Principal, Routes
from concord_core.storage import Work
from concord_core.values import today, values_of
from concord_core.web.rest import Body, Key, OwnAgency, Version, answer
from concord_victim_assistance.consent.commands import Consents
from concord_victim_assistance.consent.domain import Consent, Draft, fields_of
from concord_victim_assistance.persons.commands import Persons
from concord_victim_assistance.referrals.commands import OwnerSide

Reading = Annotated[Principal, Depends(Allow("assistance.consents.read"))]
Recording = Annotated[Principal, Depends(Allow("assistance.consents.record"))]
Withdrawing = Annotated[Principal, Depends(Allow("assistance.consents.withdraw"))]


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
    what = ("reference", "person_reference", "scope", "recipient", "service", "groups", "given_how", "given_by")
    days = ("given_date", "expiry_date", "withdrawn_date", "withdrawn_by")
    computed = {"fields": fields_of(consent.groups), "state": consent.state_on(today())}
    return values_of(consent, *what, "language", *days, "version") | computed


def draft_of(body: ConsentBody) -> Draft:
    """The body as the room's draft."""
    plain = body.model_dump(exclude={"groups", "given_date", "expiry_date"})
    return Draft(**plain, groups=tuple(body.groups), given=body.given_date, expiry=body.expiry_date)


def router(own: OwnAgency, agreement: Agreement, persons: Persons, consents: Consents, referrals: OwnerSide) -> Routes:
    """The routes of consents, under their person and by their own reference."""
    api = Routes("/api/assistance", tags=["consents"])

    @api.get("/persons/{reference}/consents")
    def listed(reference: str, who: Reading) -> JSONResponse:
        """A person's consents, the latest first."""
        with own.work(who) as work:
            persons.get(work, reference)
            return answer({"items": [consent_json(one) for one in consents.of_person(work, reference)]})

    @api.post("/persons/{reference}/consents", status_code=201)
    def record(
        reference: str,
        body: ConsentBody,
        key: Key,
        who: Recording,
    ) -> JSONResponse:
        """Records a consent or a refusal."""
        slugs = [agency.slug for agency in agreement.members]

        def act(work: Work) -> dict[str, Any]:
            return consent_json(consents.record(work, reference, draft_of(body), slugs))

        return own.create(who, key, f"assistance.consents.record/{reference}", body, act, at="/api/assistance/consents")

    @api.get("/consents/{reference}")
    def read(reference: str, who: Reading) -> JSONResponse:
        """One consent with the person's words; the reading is an audit entry."""
        with own.work(who) as work:
            consent = consents.get(work, reference)
            work.audit("consent.read", reference, purpose="assistance")
            said = consents.words(work, reference)
        return answer(consent_json(consent) | {"words": said.words, "best_interest": said.best_interest})

    @api.post("/consents/{reference}/withdraw")
    def withdraw(
        reference: str,
        body: WithdrawBody,
        key: Key,
        version: Version,
        who: Withdrawing,
    ) -> JSONResponse:
        """Takes a consent back: from this moment nothing that rests on it can be opened."""

        def act(work: Work) -> dict[str, Any]:
            return consent_json(referrals.withdraw_consent(work, reference, body.withdrawn_date, expected=version))

        return own.change(who, key, f"assistance.consents.withdraw/{reference}", (version, body), act)

    return api
