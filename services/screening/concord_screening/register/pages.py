"""Staff pages of the register: list, listing, new, correct, approve, withdraw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from concord_core.errors import ConcordError, ErrorKind, FieldError
from concord_core.identity import AllowPage, Principal, Routes
from concord_core.storage import Work
from concord_core.web import Pages, StaffForm, translator_of
from concord_core.web.forms import form_version, typed
from concord_core.web.rest import OwnAgency
from concord_screening.policy import LISTING_APPROVER, LISTING_OFFICER
from concord_screening.register.commands import Register
from concord_screening.register.domain import (
    TERMS,
    Entry,
    Listing,
    ListingState,
    Person,
    Terms,
    parse_reason,
    withdrawal_due,
)
from concord_screening.words import LISTING_STATES, NAME_KINDS, NOTICE_WAYS, WITHDRAWAL_REASONS, options

PREFIX = "/screening/register"
Reading = Annotated[Principal, Depends(AllowPage("screening.listings.read"))]
Drafting = Annotated[Principal, Depends(AllowPage("screening.listings.draft"))]
Correcting = Annotated[Principal, Depends(AllowPage("screening.listings.correct"))]
Approving = Annotated[Principal, Depends(AllowPage("screening.listings.approve"))]
Withdrawing = Annotated[Principal, Depends(AllowPage("screening.listings.withdraw"))]
NATIONALITIES = 3


def router(own: OwnAgency, register: Register, pages: Pages) -> Routes:
    """The routes."""
    routes = Routes(PREFIX, include_in_schema=False)
    _writing(routes, own, register, pages)
    _reading(routes, own, register, pages)
    _deciding(routes, own, register, pages)
    return routes


def _reading(routes: Routes, own: OwnAgency, register: Register, pages: Pages) -> None:
    @routes.get("")
    def all_listings(request: Request, who: Reading) -> Response:
        with own.work(who) as work:
            listings = register.all(work)
        return pages.render(
            request,
            "register_list.html",
            listings=listings,
            states=LISTING_STATES,
            may_write=bool(who.roles & LISTING_OFFICER),
        )

    @routes.get("/{reference}")
    def one_listing(request: Request, reference: str, who: Reading) -> Response:
        with own.work(who) as work:
            listing = register.read(work, reference)
            outcome = register.outcome_of(work, listing)
        return pages.render(
            request,
            "listing.html",
            listing=listing,
            states=LISTING_STATES,
            kinds=NAME_KINDS,
            ways=NOTICE_WAYS,
            reasons=WITHDRAWAL_REASONS,
            must_go=withdrawal_due(listing.state, outcome),
            acts=acts(listing, who, outcome),
        )


def _writing(routes: Routes, own: OwnAgency, register: Register, pages: Pages) -> None:
    def form(request: Request, *, status: int = 200, **context: Any) -> Response:
        words = translator_of(request)
        context.setdefault("values", {"sex": "unknown"})
        return pages.render(
            request,
            "listing_form.html",
            status,
            ways=options(NOTICE_WAYS, words),
            nationalities=range(1, NATIONALITIES + 1),
            **context,
        )

    @routes.get("/new")
    def new(request: Request, who: Drafting) -> Response:
        return form(request, listing=None)

    @routes.post("/new")
    def draft(request: Request, posted: StaffForm, who: Drafting) -> Response:
        try:
            entry = _entry(register, who.own_agency, posted)
        except ConcordError as error:
            return form(request, status=422, listing=None, values=posted, errors=_field_errors(error, posted))
        made = own.submit(
            who,
            posted,
            "screening.listings.draft",
            lambda work: {"reference": register.draft(work, entry).reference},
        )
        return pages.redirect(request, f"{PREFIX}/{made['reference']}")

    @routes.get("/{reference}/correct")
    def correct(request: Request, reference: str, who: Correcting) -> Response:
        with own.work(who) as work:
            listing = register.read(work, reference)
        values = _values(listing)
        return form(request, listing=listing, values=values)

    @routes.post("/{reference}/correct")
    def propose(request: Request, reference: str, posted: StaffForm, who: Correcting) -> Response:
        with own.work(who) as work:
            listing = register.find(work, reference)
            try:
                entry = _entry(register, who.own_agency, posted)
            except ConcordError as error:
                errors = _field_errors(error, posted)
                return form(request, status=422, listing=listing, values=posted, errors=errors)
            if listing.entry and not entry.person.numbers:
                # Numbers cannot be shown again, so an empty field keeps what is there.
                entry = Entry(replace(entry.person, numbers=listing.entry.person.numbers), entry.terms)
            register.propose(work, reference, form_version(posted), entry)
        return pages.redirect(request, f"{PREFIX}/{reference}")


def _deciding(routes: Routes, own: OwnAgency, register: Register, pages: Pages) -> None:
    @routes.get("/{reference}/approve")
    def approval(request: Request, reference: str, who: Approving) -> Response:
        with own.work(who) as work:
            listing = register.read(work, reference)
        return pages.render(request, "listing_approve.html", listing=listing, kinds=NAME_KINDS)

    @routes.post("/{reference}/approve")
    def approve(request: Request, reference: str, posted: StaffForm, who: Approving) -> Response:
        with own.work(who) as work:
            _approve(work, register, reference, form_version(posted))
        return pages.redirect(request, f"{PREFIX}/{reference}")

    @routes.get("/{reference}/withdraw")
    def withdrawal(request: Request, reference: str, who: Withdrawing) -> Response:
        with own.work(who) as work:
            listing = register.read(work, reference)
        return _withdrawal(request, pages, listing)

    @routes.post("/{reference}/withdraw")
    def withdraw(request: Request, reference: str, posted: StaffForm, who: Withdrawing) -> Response:
        with own.work(who) as work:
            try:
                reason = parse_reason(typed(posted, "reason"))
            except ConcordError as error:
                listing = register.find(work, reference)
                return _withdrawal(request, pages, listing, status=422, errors=error.fields)
            register.withdraw(work, reference, form_version(posted), reason)
        return pages.redirect(request, f"{PREFIX}/{reference}")


def _approve(work: Work, register: Register, reference: str, version: int) -> None:
    if register.find(work, reference).state is ListingState.UNDER_CORRECTION:
        register.amend(work, reference, version)
    else:
        register.approve(work, reference, version)


def _withdrawal(request: Request, pages: Pages, listing: Listing, *, status: int = 200, **context: Any) -> Response:
    reasons = options(WITHDRAWAL_REASONS, translator_of(request))
    return pages.render(request, "listing_withdraw.html", status, listing=listing, reasons=reasons, **context)


def acts(listing: Listing, who: Principal, outcome: str | None) -> list[str]:
    """What this person may do with the listing now, the most pressing first."""
    approver, officer = bool(who.roles & LISTING_APPROVER), bool(who.roles & LISTING_OFFICER)
    must_go = withdrawal_due(listing.state, outcome)
    found = []
    first = listing.proposed_by if listing.state is ListingState.UNDER_CORRECTION else listing.entered_by
    waits = listing.state in (ListingState.DRAFT, ListingState.UNDER_CORRECTION)
    if approver and waits and first != who.subject and not must_go:
        found.append("approve")
    if officer and listing.state.listed:
        found.append("correct")
    if approver and listing.state is not ListingState.WITHDRAWN and listing.entered_by != who.subject:
        found.insert(0 if must_go else len(found), "withdraw")
    return found


def _lines(form: FormData, name: str) -> list[str]:
    return [line.strip() for line in typed(form, name).splitlines() if line.strip()]


def _names(form: FormData) -> list[tuple[str, str, str]]:
    """Every name typed: `(text, kind, field)`."""
    return [(line, kind, f"names_{kind}") for kind in NAME_KINDS for line in _lines(form, f"names_{kind}")]


def _entry(register: Register, agency: str, form: FormData) -> Entry:
    nations = [typed(form, f"nationality_{at}") for at in range(1, NATIONALITIES + 1)]
    person = Person.of(
        [(text, kind) for text, kind, _ in _names(form)],
        _lines(form, "birth_dates"),
        typed(form, "sex") or "unknown",
        [nation for nation in nations if nation],
    )
    terms = Terms.of(**{name: typed(form, name) for name in TERMS})
    return register.entry(agency, person, _lines(form, "numbers"), terms)


def _field_errors(error: ConcordError, form: FormData) -> list[FieldError]:
    """Errors with the names of the form's own fields; anything but a wrong field is raised again."""
    if error.kind is not ErrorKind.INVALID:
        raise error
    names = _names(form)

    def field(path: str) -> str:
        head, _, rest = path.partition("[")
        if head == "names":
            number = rest.partition("]")[0]
            return names[int(number)][2] if number.isdigit() else "names_primary"
        return "nationality_1" if head == "nationalities" else head

    return [replace(one, path=field(one.path)) for one in error.fields]


def _values(listing: Listing) -> Mapping[str, str]:
    entry = listing.proposal or listing.entry
    if entry is None:
        return {}
    person, terms = entry.person, entry.terms
    values = {f"names_{kind}": "" for kind in NAME_KINDS}
    for kind in NAME_KINDS:
        values[f"names_{kind}"] = "\n".join(name.text for name in person.names if name.kind == kind)
    for at, nation in enumerate(person.nationalities[:NATIONALITIES], 1):
        values[f"nationality_{at}"] = nation
    dates = {
        name: day.isoformat() if (day := getattr(terms, name)) else ""
        for name in ("decided_date", "review_date", "notice_date", "contested_date")
    }
    return (
        values
        | dates
        | {
            "birth_dates": "\n".join(person.birth_dates),
            "sex": person.sex,
            "basis": terms.basis,
            "case_reference": terms.case_reference,
            "notice_way": str(terms.notice_way or ""),
        }
    )
