"""REST of the register, for the owner's officers."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from concord_core.identity import Allow, Principal
from concord_core.storage import Database
from concord_screening.register.commands import Register
from concord_screening.register.domain import Entry, Listing, Person, Terms, parse_reason
from concord_screening.web import answer, version_of

PREFIX = "/api/screening/listings"
Version = Annotated[int, Depends(version_of)]


class Strict(BaseModel):
    """A JSON object without unknown members."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NameBody(Strict):
    """One name, in any script."""

    text: str
    kind: str = "primary"


class EntryBody(Strict):
    """A listing as it is written. Dates `YYYY-MM-DD`; birth dates may be partial."""

    names: list[NameBody] = Field(max_length=50)
    birth_dates: list[str] = Field(default=[], max_length=20)
    sex: str = "unknown"
    nationalities: list[str] = Field(default=[], max_length=20)
    index_numbers: list[str] = Field(default=[], max_length=20)
    document_numbers: list[str] = Field(default=[], max_length=20)
    basis: str
    case_reference: str
    decided_date: str
    review_date: str
    notice_date: str = ""
    notice_way: str = ""
    contested_date: str = ""

    def entry(self, register: Register, agency: str) -> Entry:
        """The same, checked; raises `invalid_request` or `unknown_code`."""
        person = Person.of(
            [(name.text, name.kind) for name in self.names], self.birth_dates, self.sex, self.nationalities
        )
        terms = Terms.of(
            basis=self.basis,
            case_reference=self.case_reference,
            decided_date=self.decided_date,
            review_date=self.review_date,
            notice_date=self.notice_date,
            notice_way=self.notice_way,
            contested_date=self.contested_date,
        )
        return register.entry(agency, person, [*self.index_numbers, *self.document_numbers], terms)


class WithdrawalBody(Strict):
    """Why a listing leaves: `decided_otherwise`, `correction`, `expired` or `ruling`."""

    reason: str


def router(database: Database, register: Register) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix=PREFIX, tags=["listings"])
    _reading(routes, database, register)
    _changing(routes, database, register)
    return routes


def _reading(routes: APIRouter, database: Database, register: Register) -> None:
    @routes.get("")
    def all_listings(who: Annotated[Principal, Depends(Allow("screening.listings.read"))]) -> JSONResponse:
        with database.work(who.own_agency, actor=who.actor) as work:
            listings = register.all(work)
        return answer({"items": [_summary(listing) for listing in listings]})

    @routes.get("/{reference}")
    def one_listing(
        reference: str, who: Annotated[Principal, Depends(Allow("screening.listings.read"))]
    ) -> JSONResponse:
        with database.work(who.own_agency, actor=who.actor) as work:
            listing = register.read(work, reference)
        return answer(_whole(listing), version=listing.version)


def _changing(routes: APIRouter, database: Database, register: Register) -> None:
    @routes.post("")
    def draft(
        body: EntryBody,
        who: Annotated[Principal, Depends(Allow("screening.listings.draft"))],
        idempotency_key: Annotated[str | None, Header()] = None,
    ) -> JSONResponse:
        entry = body.entry(register, who.own_agency)
        with database.work(who.own_agency, actor=who.actor) as work:
            listing = register.draft(work, entry, idempotency_key)
        return _changed(listing, status=201)

    @routes.post("/{reference}/approval")
    def approve(
        reference: str, version: Version, who: Annotated[Principal, Depends(Allow("screening.listings.approve"))]
    ) -> JSONResponse:
        with database.work(who.own_agency, actor=who.actor) as work:
            listing = register.approve(work, reference, version)
        return _changed(listing)

    @routes.post("/{reference}/correction")
    def correct(
        reference: str,
        version: Version,
        body: EntryBody,
        who: Annotated[Principal, Depends(Allow("screening.listings.correct"))],
    ) -> JSONResponse:
        entry = body.entry(register, who.own_agency)
        with database.work(who.own_agency, actor=who.actor) as work:
            listing = register.propose(work, reference, version, entry)
        return _changed(listing)

    @routes.post("/{reference}/correction/approval")
    def amend(
        reference: str, version: Version, who: Annotated[Principal, Depends(Allow("screening.listings.approve"))]
    ) -> JSONResponse:
        with database.work(who.own_agency, actor=who.actor) as work:
            listing = register.amend(work, reference, version)
        return _changed(listing)

    @routes.post("/{reference}/withdrawal")
    def withdraw(
        reference: str,
        version: Version,
        body: WithdrawalBody,
        who: Annotated[Principal, Depends(Allow("screening.listings.withdraw"))],
    ) -> JSONResponse:
        reason = parse_reason(body.reason)
        with database.work(who.own_agency, actor=who.actor) as work:
            listing = register.withdraw(work, reference, version, reason)
        return _changed(listing)


def _changed(listing: Listing, *, status: int = 200) -> JSONResponse:
    return answer(_summary(listing), status=status, version=listing.version, location=f"{PREFIX}/{listing.reference}")


def _summary(listing: Listing) -> dict[str, Any]:
    terms = listing.entry.terms if listing.entry else None
    return {
        "reference": listing.reference,
        "state": str(listing.state),
        "version": listing.version,
        "basis": terms.basis if terms else None,
        "case_reference": terms.case_reference if terms else None,
        "review_date": terms.review_date.isoformat() if terms else None,
    }


def _entry(entry: Entry | None) -> dict[str, Any] | None:
    if entry is None:
        return None
    person, terms = entry.person, entry.terms
    return {
        "names": [{"text": name.text, "kind": str(name.kind)} for name in person.names],
        "birth_dates": list(person.birth_dates),
        "sex": person.sex,
        "nationalities": list(person.nationalities),
        "numbers_kept": len(person.numbers),
        "basis": terms.basis,
        "case_reference": terms.case_reference,
        "decided_date": terms.decided_date.isoformat(),
        "review_date": terms.review_date.isoformat(),
        "notice_date": terms.notice_date.isoformat() if terms.notice_date else None,
        "notice_way": str(terms.notice_way) if terms.notice_way else None,
        "contested_date": terms.contested_date.isoformat() if terms.contested_date else None,
    }


def _whole(listing: Listing) -> dict[str, Any]:
    return _summary(listing) | {
        "entry": _entry(listing.entry),
        "correction": _entry(listing.proposal),
        "activated_date": listing.activated_date.isoformat() if listing.activated_date else None,
        "withdrawn_date": listing.withdrawn_date.isoformat() if listing.withdrawn_date else None,
        "withdrawn_reason": str(listing.withdrawn_reason) if listing.withdrawn_reason else None,
    }
