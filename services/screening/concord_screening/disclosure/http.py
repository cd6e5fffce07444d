"""REST of reviews, for the owner's disclosure officers."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends
from pydantic import Field, StrictBool
from starlette.responses import JSONResponse

from concord_core.identity import Allow, Principal, Routes
from concord_core.values import values_of
from concord_core.web.rest import Body, OwnAgency, Version, answer
from concord_screening.disclosure.commands import Disclosures
from concord_screening.disclosure.domain import Review
from concord_screening.register.domain import Listing, Person

PREFIX = "/api/screening/reviews"
Reading = Annotated[Principal, Depends(Allow("screening.reviews.read"))]
Judging = Annotated[Principal, Depends(Allow("screening.reviews.judge"))]
Releasing = Annotated[Principal, Depends(Allow("screening.reviews.release"))]
Refusing = Annotated[Principal, Depends(Allow("screening.reviews.refuse"))]


class DecisionBody(Body):
    """Whether candidate and listed person are one, and why."""

    same_person: StrictBool
    reason: str


class ReleaseBody(Body):
    """Which facts go out: `basis`, `decided_date`, `contact`, `case_reference`; `contact` is written here."""

    fields: list[str] = Field(max_length=10)
    contact: str = ""


class RefusalBody(Body):
    """Why nothing goes out; for the owner's own record."""

    reason: str


def router(own: OwnAgency, disclosures: Disclosures) -> Routes:
    """The routes."""
    routes = Routes(PREFIX, tags=["reviews"])

    @routes.get("")
    def all_reviews(who: Reading) -> JSONResponse:
        with own.work(who) as work:
            found = disclosures.all(work)
        return answer({"items": [_summary(review) for review, _ in found]})

    @routes.get("/{reference}")
    def one(reference: str, who: Reading) -> JSONResponse:
        with own.work(who) as work:
            review, listing = disclosures.read(work, reference)
        return answer(_whole(review, listing))

    @routes.post("/{reference}/decision")
    def judge(reference: str, version: Version, body: DecisionBody, who: Judging) -> JSONResponse:
        with own.work(who) as work:
            review = disclosures.judge(work, reference, version, same=body.same_person, reason=body.reason)
        return answer(_summary(review))

    @routes.post("/{reference}/release")
    def release(reference: str, version: Version, body: ReleaseBody, who: Releasing) -> JSONResponse:
        with own.work(who) as work:
            review = disclosures.release(work, reference, version, body.fields, body.contact)
        return answer(_summary(review))

    @routes.post("/{reference}/refusal")
    def refuse(reference: str, version: Version, body: RefusalBody, who: Refusing) -> JSONResponse:
        with own.work(who) as work:
            review = disclosures.refuse(work, reference, version, body.reason)
        return answer(_summary(review))

    return routes


def _summary(review: Review) -> dict[str, Any]:
    return values_of(review, "reference", "state", "version", "asker", "listing", "due_date") | {
        "opened_date": review.opened_at.date(),
        "released": [{"field": field, "value": value} for field, value in review.released],
    }


def _whole(review: Review, listing: Listing) -> dict[str, Any]:
    asked, person = review.asked, listing.entry.person if listing.entry else None
    return _summary(review) | {
        "candidate": values_of(asked, "names", "birth_date", "sex", "nationality", "purpose", "requisition"),
        "listed": _listed(person) if person else None,
        "evidence": [{"code": one.code, "params": dict(one.params)} for one in asked.evidence],
    }


def _listed(person: Person) -> dict[str, Any]:
    names = [name.text for name in person.names]
    return {"names": names, **values_of(person, "birth_dates", "sex", "nationalities")}
