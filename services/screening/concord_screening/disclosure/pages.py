"""Staff pages of disclosures: reviews, comparison, release with its exact preview, refusal."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import Response

from concord_core.errors import ConcordError, ErrorKind, FieldError
from concord_core.identity import AllowPage, Principal, Routes
from concord_core.web import Pages, StaffForm, Translator, translator_of
from concord_core.web.forms import chosen, form_version, typed
from concord_core.web.rest import OwnAgency
from concord_screening.disclosure.commands import Disclosures
from concord_screening.disclosure.compare import Row, rows
from concord_screening.disclosure.domain import CHOICES, Facts, Review
from concord_screening.register.domain import Listing
from concord_screening.words import FACTS, PURPOSES, REVIEW_STATES, evidence_words, fact_value

PREFIX = "/screening/reviews"
Reading = Annotated[Principal, Depends(AllowPage("screening.reviews.read"))]
Judging = Annotated[Principal, Depends(AllowPage("screening.reviews.judge"))]
Releasing = Annotated[Principal, Depends(AllowPage("screening.reviews.release"))]
Refusing = Annotated[Principal, Depends(AllowPage("screening.reviews.refuse"))]


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of the comparison in the words of one language."""

    field: str
    left: Sequence[str] | None
    right: Sequence[str] | None
    state: str
    reason: str


def router(own: OwnAgency, disclosures: Disclosures, pages: Pages) -> Routes:
    """The routes."""
    routes = Routes(PREFIX, include_in_schema=False)
    _comparing(routes, own, disclosures, pages)
    _releasing(routes, own, disclosures, pages)
    return routes


def _comparing(routes: Routes, own: OwnAgency, disclosures: Disclosures, pages: Pages) -> None:
    @routes.get("")
    def all_reviews(request: Request, who: Reading) -> Response:
        with own.work(who) as work:
            found = disclosures.all(work)
        waiting = [review for review, listing in found if review.waits_for_officer and listing.state.listed]
        done = [review for review, _ in found if review not in waiting]
        return pages.render(
            request,
            "review_list.html",
            waiting=waiting,
            done=done,
            states=REVIEW_STATES,
            purposes=PURPOSES,
        )

    @routes.get("/{reference}")
    def one(request: Request, reference: str, who: Reading) -> Response:
        with own.work(who) as work:
            review, listing = disclosures.read(work, reference)
        return _comparison(request, pages, review, listing)

    @routes.post("/{reference}/decision")
    def judge(request: Request, reference: str, posted: StaffForm, who: Judging) -> Response:
        same = typed(posted, "decision") == "same"
        field = "reason_same" if same else "reason_not_same"
        try:
            with own.work(who) as work:
                disclosures.judge(work, reference, form_version(posted), same=same, reason=typed(posted, field))
        except ConcordError as error:
            errors = _only_fields(error, {"reason": field})
            with own.work(who) as work:
                review, listing = disclosures.read(work, reference)
            return _comparison(request, pages, review, listing, status=422, values=posted, errors=errors)
        return pages.redirect(request, f"{PREFIX}/{reference}/release" if same else f"{PREFIX}/{reference}")


def _releasing(routes: Routes, own: OwnAgency, disclosures: Disclosures, pages: Pages) -> None:
    @routes.get("/{reference}/release")
    def choose(request: Request, reference: str, who: Releasing) -> Response:
        with own.work(who) as work:
            review, listing = disclosures.read(work, reference)
        return _choice(request, pages, review, listing)

    @routes.post("/{reference}/release")
    def release(request: Request, reference: str, posted: StaffForm, who: Releasing) -> Response:
        fields = chosen(posted, "fields")
        contact, shown = typed(posted, "contact"), typed(posted, "shown")
        with own.work(who) as work:
            review, listing = disclosures.read(work, reference)
            try:
                facts = disclosures.preview(work, reference, fields, contact)
            except ConcordError as error:
                errors = _only_fields(error, {})
                return _choice(request, pages, review, listing, status=422, values=posted, errors=errors)
            # What goes out is what was shown: a choice changed after the preview is shown first.
            if typed(posted, "act") != "release" or shown != _mark(facts):
                return _choice(request, pages, review, listing, values=posted, facts=facts)
            disclosures.release(work, reference, form_version(posted), fields, contact)
        return pages.redirect(request, f"{PREFIX}/{reference}")

    @routes.get("/{reference}/refuse")
    def refusal(request: Request, reference: str, who: Refusing) -> Response:
        with own.work(who) as work:
            review, _ = disclosures.read(work, reference)
        return pages.render(request, "review_refuse.html", review=review)

    @routes.post("/{reference}/refuse")
    def refuse(request: Request, reference: str, posted: StaffForm, who: Refusing) -> Response:
        with own.work(who) as work:
            try:
                disclosures.refuse(work, reference, form_version(posted), typed(posted, "reason"))
            except ConcordError as error:
                review, _ = disclosures.read(work, reference)
                errors = _only_fields(error, {})
                return pages.render(request, "review_refuse.html", 422, review=review, values=posted, errors=errors)
        return pages.redirect(request, f"{PREFIX}/{reference}")


def _comparison(
    request: Request,
    pages: Pages,
    review: Review,
    listing: Listing,
    *,
    status: int = 200,
    **context: Any,
) -> Response:
    words = translator_of(request)
    compared = rows(review.asked, listing.entry.person) if listing.entry else []
    return pages.render(
        request,
        "review.html",
        status,
        review=review,
        listing=listing,
        rows=[_shown(row, words) for row in compared],
        states=REVIEW_STATES,
        purposes=PURPOSES,
        released=_facts(review.released, words),
        **context,
    )


def _choice(
    request: Request,
    pages: Pages,
    review: Review,
    listing: Listing,
    *,
    status: int = 200,
    facts: Facts = (),
    **context: Any,
) -> Response:
    words = translator_of(request)
    choices = [(str(choice), words.gettext(FACTS[choice])) for choice in CHOICES]
    return pages.render(
        request,
        "review_release.html",
        status,
        review=review,
        listing=listing,
        choices=choices,
        facts=_facts(facts, words),
        shown=_mark(facts),
        **context,
    )


def _shown(row: Row, words: Translator) -> ShownRow:
    def text(value: str) -> str:
        if row.field == "Sex":
            return words.code("sex", value)
        return words.code("country_iso3166_alpha3", value) if row.field == "Nationality" else value

    return ShownRow(
        words.gettext(row.field),
        [text(value) for value in row.candidate] or None,
        [text(value) for value in row.listed] or None,
        row.state,
        evidence_words(row.evidence, words),
    )


def _facts(facts: Facts, words: Translator) -> list[tuple[str, str]]:
    return [(words.gettext(FACTS[field]), fact_value(field, value, words)) for field, value in facts]


def _mark(facts: Facts) -> str:
    """Which facts the page showed, to notice a choice changed after it."""
    return hashlib.sha256(repr([(str(field), value) for field, value in facts]).encode()).hexdigest()


def _only_fields(error: ConcordError, renamed: dict[str, str]) -> list[FieldError]:
    """The field errors under the page's own names; any other error is raised again."""
    if error.kind is not ErrorKind.INVALID:
        raise error
    paths = [renamed.get(one.path.partition("[")[0], one.path.partition("[")[0]) for one in error.fields]
    return [FieldError(path, one.code, one.message) for path, one in zip(paths, error.fields, strict=True)]
