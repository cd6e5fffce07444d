"""REST of reviews, for the owner's disclosure officers."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends
from pydantic import Field, StrictBool
from starlette.responses import JSONResponse

from concord_core.identity import Allow, Principal, Routes
from concord_core.web.rest import Body, OwnAgency, Version, answer
from concord_screening.disclosure.commands import Disclosures
from concord_screening.disclosure.domain import Review
from concord_screening.register.domain import Listing

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
    return {
        "reference": review.reference,
        "state": str(review.state),
        "version": review.version,
        "asker": review.asker,
        "listing": review.listing,
        "opened_date": review.opened_at.date().isoformat(),
        "due_date": review.due_date.isoformat(),
        "released": [{"field": str(field), "value": value} for field, value in review.released],
    }


def _whole(review: Review, listing: Listing) -> dict[str, Any]:
    asked, entry = review.asked, listing.entry
    return _summary(review) | {
        "candidate": {
            "names": list(asked.names),
            "birth_date": asked.birth_date,
            "sex": asked.sex,
            "nationality": asked.nationality,
            "purpose": asked.purpose,
            "requisition": asked.requisition,
        },
        "listed": {
            "names": [name.text for name in entry.person.names],
            "birth_dates": list(entry.person.birth_dates),
            "sex": entry.person.sex,
            "nationalities": list(entry.person.nationalities),
        }
        if entry
        else None,
        "evidence": [{"code": one.code, "params": dict(one.params)} for one in asked.evidence],
    }
