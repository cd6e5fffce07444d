"""What a person of this service must do next, and by when: this service's part of `/work`.

A recruiter's item never says for whom it waits: that would name an owner.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import JSONResponse, Response

from concord_core.identity import Allow, AllowPage, Principal, Routes
from concord_core.storage import Work
from concord_core.web import Pages, translator_of
from concord_core.web.marks import msgid
from concord_core.web.rest import OwnAgency
from concord_core.web.work import WorkItem, stretch, work_answer
from concord_screening.checks.commands import Checks
from concord_screening.checks.domain import Screening
from concord_screening.disclosure.commands import Disclosures
from concord_screening.disclosure.domain import LateReview, Review, ReviewState
from concord_screening.policy import (
    DISCLOSURE_OFFICER,
    HEAD_OF_UNIT,
    LISTING_APPROVER,
    LISTING_OFFICER,
    RECRUITER,
    STEWARD,
)
from concord_screening.register.commands import Register
from concord_screening.register.domain import Listing, ListingState, withdrawal_due

REVIEW_SOON = timedelta(days=60)
Say = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do. `verb` is an English message id; `due` is none where no limit is set."""

    reference: str
    verb: str
    kind: str
    url: str
    due: date | None
    started: date
    waiting: bool = False

    def state(self, day: date) -> str:
        """`late`, `due`, or `waiting` for somebody else."""
        if self.due is not None and self.due < day:
            return "late"
        return "waiting" if self.waiting else "due"


def listing_item(listing: Listing, outcome: str | None, who: Principal, day: date) -> Item | None:
    """What this person must do with a listing, if anything: withdraw before approve before look again."""
    if listing.entry is None:
        return None
    task = _task(listing, outcome, who, day)
    if task is None:
        return None
    verb, kind, due = task
    url = f"/screening/register/{listing.reference}"
    return Item(listing.reference, verb, kind, url, due, listing.activated_date or day)


def _task(listing: Listing, outcome: str | None, who: Principal, day: date) -> tuple[str, str, date | None] | None:
    approver, officer = bool(who.roles & LISTING_APPROVER), bool(who.roles & LISTING_OFFICER)
    review = listing.entry.terms.review_date if listing.entry else day
    if withdrawal_due(listing.state, outcome):
        second = approver and listing.entered_by != who.subject
        return (msgid("Withdraw the listing"), "listing_withdrawal", day) if second else None
    if approver and listing.state is ListingState.DRAFT and listing.entered_by != who.subject:
        return msgid("Approve the listing"), "listing_approval", None
    if approver and listing.state is ListingState.UNDER_CORRECTION and listing.proposed_by != who.subject:
        return msgid("Approve the correction"), "listing_correction", None
    if officer and listing.state is ListingState.ACTIVE and review <= day + REVIEW_SOON:
        return msgid("Look at the listing again"), "listing_review", review
    return None


def review_item(review: Review) -> Item:
    """A candidate that waits for the owner's officer."""
    judged = review.state is ReviewState.SAME
    verb = msgid("Choose what to release") if judged else msgid("Compare the candidate with the listing")
    url = f"/screening/reviews/{review.reference}"
    return Item(review.reference, verb, "review", url, review.due_date, review.opened_at.astimezone(UTC).date())


def late_item(late: LateReview, verb: str) -> Item:
    """A review that is due or late, for somebody who sees to it that it is answered."""
    return Item(late.reference, verb, "late_review", "/screening/late", late.due_date, late.opened_date)


def screening_item(screening: Screening) -> Item:
    """A check that waits for its answer."""
    url, started = f"/screening/checks/{screening.reference}", screening.asked_at.astimezone(UTC).date()
    return Item(
        screening.reference, msgid("Wait for the answer"), "screening", url, screening.answer_by, started, waiting=True
    )


@dataclass(frozen=True)
class Worklist:
    """Collects the items of a person's roles."""

    register: Register
    checks: Checks
    disclosures: Disclosures

    def items(self, work: Work, who: Principal, day: date) -> list[Item]:
        """What is to be done, the most pressing first."""
        found: list[Item | None] = []
        if who.roles & (LISTING_OFFICER | LISTING_APPROVER):
            found += [listing_item(listing, outcome, who, day) for listing, outcome in self.register.waiting(work)]
        if who.roles & DISCLOSURE_OFFICER:
            found += [review_item(review) for review, _ in self.disclosures.waiting(work)]
        if who.roles & HEAD_OF_UNIT:
            verb = msgid("See that the review is answered")
            found += [late_item(late, verb) for late in self.disclosures.late(work, day)]
        if who.roles & STEWARD:
            verb = msgid("Remind the agency of the review")
            found += [late_item(late, verb) for late in self.disclosures.escalated(work)]
        if who.roles & RECRUITER:
            found += [screening_item(screening) for screening in self.checks.waiting(work)]
        return _ordered(item for item in found if item is not None)


def _ordered(items: Iterable[Item]) -> list[Item]:
    return sorted(items, key=lambda item: (item.waiting, item.due is None, item.due or date.max, item.reference))


def work_item(item: Item, day: date, say: Say) -> WorkItem:
    """An item as `/work` shows it."""
    return WorkItem(
        reference=item.reference,
        verb=say(item.verb),
        started=item.started,
        due=item.due,
        segments=[stretch(item.started, "other" if item.waiting else "agency")] if item.due else [],
        state=item.state(day),
        waiting_for=say(msgid("the answer")) if item.waiting else "",
        country="",
        type=item.kind,
        url=item.url,
    )


def router(own: OwnAgency, worklist: Worklist, pages: Pages, today: Callable[[], date]) -> Routes:
    """`GET /api/screening/work-items`, and the first page of the service; `today` gives the day in UTC."""
    routes = Routes(tags=["work"])

    @routes.get("/screening", include_in_schema=False)
    def home(request: Request, who: Annotated[Principal, Depends(AllowPage("screening.home"))]) -> Response:
        """What waits for this person, and the parts that they may open."""
        with own.work(who) as work:
            items = worklist.items(work, who, today())
        return pages.render(request, "home.html", items=items)

    @routes.get("/api/screening/work-items")
    def work_items(request: Request, who: Annotated[Principal, Depends(Allow("screening.work.list"))]) -> JSONResponse:
        """What the caller must do next, and by when; verbs are in the language of the request."""
        say, day = translator_of(request).gettext, today()
        with own.work(who) as work:
            items = worklist.items(work, who, day)
        return work_answer(work_item(item, day, say) for item in items)

    return routes
