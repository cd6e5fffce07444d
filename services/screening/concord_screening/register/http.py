"""REST of the register, for the owner's officers."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends
from pydantic import Field
from starlette.responses import JSONResponse

from concord_core.identity import Allow, Principal, Routes
from concord_core.values import values_of
from concord_core.web.rest import Body, Key, OwnAgency, Version, answer
from concord_screening.register.commands import Register
from concord_screening.register.domain import TERMS, Entry, Listing, Person, Terms, parse_reason

PREFIX = "/api/screening/listings"
Reading = Annotated[Principal, Depends(Allow("screening.listings.read"))]
Drafting = Annotated[Principal, Depends(Allow("screening.listings.draft"))]
Approving = Annotated[Principal, Depends(Allow("screening.listings.approve"))]
Correcting = Annotated[Principal, Depends(Allow("screening.listings.correct"))]
Withdrawing = Annotated[Principal, Depends(Allow("screening.listings.withdraw"))]


class NameBody(Body):
    """One name, in any script."""

    text: str
    kind: str = "primary"


class EntryBody(Body):
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
        terms = Terms.of(**values_of(self, *TERMS))
        return register.entry(agency, person, [*self.index_numbers, *self.document_numbers], terms)


class WithdrawalBody(Body):
    """Why a listing leaves: `decided_otherwise`, `correction`, `expired` or `ruling`."""

    reason: str


def router(own: OwnAgency, register: Register) -> Routes:
    """The routes."""
    routes = Routes(PREFIX, tags=["listings"])
    _reading(routes, own, register)
    _changing(routes, own, register)
    return routes


def _reading(routes: Routes, own: OwnAgency, register: Register) -> None:
    @routes.get("")
    def all_listings(who: Reading) -> JSONResponse:
        with own.work(who) as work:
            listings = register.all(work)
        return answer({"items": [_summary(listing) for listing in listings]})

    @routes.get("/{reference}")
    def one_listing(reference: str, who: Reading) -> JSONResponse:
        with own.work(who) as work:
            listing = register.read(work, reference)
        return answer(_whole(listing))


def _changing(routes: Routes, own: OwnAgency, register: Register) -> None:
    @routes.post("", status_code=201)
    def draft(body: EntryBody, key: Key, who: Drafting) -> JSONResponse:
        entry = body.entry(register, who.own_agency)
        return own.create(
            who, key, "screening.listings.draft", body, lambda work: _summary(register.draft(work, entry)), at=PREFIX
        )

    @routes.post("/{reference}/approval")
    def approve(reference: str, version: Version, who: Approving) -> JSONResponse:
        with own.work(who) as work:
            listing = register.approve(work, reference, version)
        return answer(_summary(listing))

    @routes.post("/{reference}/correction")
    def correct(reference: str, version: Version, body: EntryBody, who: Correcting) -> JSONResponse:
        entry = body.entry(register, who.own_agency)
        with own.work(who) as work:
            listing = register.propose(work, reference, version, entry)
        return answer(_summary(listing))

    @routes.post("/{reference}/correction/approval")
    def amend(reference: str, version: Version, who: Approving) -> JSONResponse:
        with own.work(who) as work:
            listing = register.amend(work, reference, version)
        return answer(_summary(listing))

    @routes.post("/{reference}/withdrawal")
    def withdraw(reference: str, version: Version, body: WithdrawalBody, who: Withdrawing) -> JSONResponse:
        reason = parse_reason(body.reason)
        with own.work(who) as work:
            listing = register.withdraw(work, reference, version, reason)
        return answer(_summary(listing))


def _summary(listing: Listing) -> dict[str, Any]:
    shown = ("basis", "case_reference", "review_date")
    terms = values_of(listing.entry.terms, *shown) if listing.entry else dict.fromkeys(shown)
    return values_of(listing, "reference", "state", "version") | terms


def _entry(entry: Entry | None) -> dict[str, Any] | None:
    if entry is None:
        return None
    person = values_of(entry.person, "names", "birth_dates", "sex", "nationalities")
    return person | values_of(entry.terms, *TERMS) | {"numbers_kept": len(entry.person.numbers)}


def _whole(listing: Listing) -> dict[str, Any]:
    days = values_of(listing, "activated_date", "withdrawn_date", "withdrawn_reason")
    return _summary(listing) | {"entry": _entry(listing.entry), "correction": _entry(listing.proposal), **days}
