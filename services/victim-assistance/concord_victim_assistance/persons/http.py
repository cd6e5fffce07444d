"""REST for persons' records and for requests for help."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import Depends
from fastapi.responses import JSONResponse

from concord_core.identity import Allow, Principal, Routes
from concord_core.storage import Work
from concord_core.values import values_of
from concord_core.web.rest import Body, Key, OwnAgency, Version, answer
from concord_victim_assistance.persons.commands import Persons
from concord_victim_assistance.persons.domain import Handover, Person, Profile
from concord_victim_assistance.persons.opening import HandoverOpening

PERSONS = "/api/assistance/persons"
Listing = Annotated[Principal, Depends(Allow("assistance.persons.list"))]
Reading = Annotated[Principal, Depends(Allow("assistance.persons.read"))]
Registering = Annotated[Principal, Depends(Allow("assistance.persons.register"))]
Changing = Annotated[Principal, Depends(Allow("assistance.persons.change"))]
HandoverListing = Annotated[Principal, Depends(Allow("assistance.handovers.list"))]
HandoverOpen = Annotated[Principal, Depends(Allow("assistance.handovers.open"))]


class PersonBody(Body):
    """A person as an advocate records them; only what is known."""

    name: str = ""
    contact: str = ""
    safe_times: str = ""
    notes: str = ""
    sex: str = "unknown"
    age_category: str = "unknown"
    language: str = "en"
    country: str = ""
    registered_date: date | None = None


class PersonChange(Body):
    """Fields to change; those left out stay as they are."""

    name: str | None = None
    contact: str | None = None
    safe_times: str | None = None
    notes: str | None = None
    sex: str | None = None
    age_category: str | None = None
    language: str | None = None
    country: str | None = None


def person_json(person: Person) -> dict[str, Any]:
    """A record without personal data."""
    return values_of(
        person,
        "reference",
        "sex",
        "age_category",
        "language",
        "country",
        "registered_date",
        "report_reference",
        "version",
    )


def handover_json(handover: Handover) -> dict[str, Any]:
    """A request for help."""
    return values_of(
        handover, "report_reference", "requested_date", "country", "urgent", "language", "due", "person_reference"
    )


def router(own: OwnAgency, persons: Persons, opening: HandoverOpening) -> Routes:
    """The routes under `/api/assistance/persons` and `/api/assistance/handovers`."""
    api = Routes("/api/assistance", tags=["persons"])

    @api.get("/persons")
    def listed(who: Listing) -> JSONResponse:
        """All records of the caller's agency, without personal data, the latest first."""
        with own.work(who) as work:
            return answer({"items": [person_json(person) for person in persons.listed(work)]})

    @api.post("/persons", status_code=201)
    def register(body: PersonBody, key: Key, who: Registering) -> JSONResponse:
        """Makes a record. Nothing but a language is needed: no case, no report, no name."""
        profile = Profile(**body.model_dump(exclude={"registered_date"}))

        def act(work: Work) -> dict[str, Any]:
            return person_json(persons.register(work, profile, body.registered_date))

        return own.create(who, key, "assistance.persons.register", body, act, at=PERSONS)

    @api.get("/persons/{reference}")
    def read(reference: str, who: Reading) -> JSONResponse:
        """One record with the person's data; the reading is an audit entry."""
        with own.work(who) as work:
            person = persons.get(work, reference)
            work.audit("person.read", reference, purpose="assistance")
            profile = persons.read(work, person)
        return answer(person_json(person) | values_of(profile, "name", "contact", "safe_times", "notes"))

    @api.patch("/persons/{reference}")
    def change(
        reference: str,
        body: PersonChange,
        key: Key,
        version: Version,
        who: Changing,
    ) -> JSONResponse:
        """Changes the fields that are named."""
        changes = body.model_dump(exclude_none=True)

        def act(work: Work) -> dict[str, Any]:
            return person_json(persons.change(work, reference, changes, version))

        return own.change(who, key, f"assistance.persons.change/{reference}", (version, changes), act)

    @api.get("/handovers")
    def handovers(who: HandoverListing) -> JSONResponse:
        """Requests for help that nobody has opened, the most pressing first."""
        with own.work(who) as work:
            return answer({"items": [handover_json(item) for item in persons.handovers(work)]})

    @api.post("/handovers/{report_reference}/open", status_code=201)
    def open_handover(report_reference: str, key: Key, who: HandoverOpen) -> JSONResponse:
        """Makes the person's record from what the reporter allows."""
        person = opening.open(who.own_agency, who.actor, report_reference, key)
        return answer(person_json(person), 201, location=f"{PERSONS}/{person.reference}")

    return api
