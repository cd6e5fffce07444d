"""A review as the owner of a listing sees it, what its officer may decide, and what the asker is told of it.

Pure rules. The asker's side learns one of three words from a whole group of reviews: open, clear, disclosed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum

from concord_core.errors import FieldError
from concord_core.errors.codes import NOT_FOUND
from concord_core.values import today
from concord_screening.errors import REVIEW_LATE, REVIEW_STATE
from concord_screening.register.domain import Entry
from concord_screening.values import Problems, add_working_days

STEWARD_WORKING_DAYS = 2
"""Working days after the owner's last day until the hub's steward is told."""


class ReviewState(StrEnum):
    """Where a review stands."""

    OPEN = "open"
    SAME = "same"
    NOT_SAME = "not_same"
    RELEASED = "released"
    REFUSED = "refused"


class FactField(StrEnum):
    """What an owner can release. `contested_date` goes with every release of a contested listing."""

    BASIS = "basis"
    DECIDED_DATE = "decided_date"
    CONTACT = "contact"
    CASE_REFERENCE = "case_reference"
    CONTESTED_DATE = "contested_date"


CHOICES = (FactField.BASIS, FactField.DECIDED_DATE, FactField.CONTACT, FactField.CASE_REFERENCE)
Facts = tuple[tuple[FactField, str], ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason of the engine why the two may be one person, by code."""

    code: str
    weight: float
    params: Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked about and why, as the owner may see it. The candidate agreed to that."""

    names: tuple[str, ...]
    birth_date: str
    sex: str
    nationality: str
    purpose: str
    requisition: str
    evidence: tuple[Evidence, ...]

    def __repr__(self) -> str:
        return f"Asked({len(self.names)} names)"


@dataclass(frozen=True, slots=True)
class Review:
    """One candidate beside one listing; a record of the listing's owner.

    `group` ties together all reviews of one check on this node; `identity` is the candidate's keyed digest.
    """

    reference: str
    group: str
    listing: str
    person_version: int
    asker: str
    state: ReviewState
    version: int
    opened_at: datetime
    due_date: date
    answer_by: date
    identity: str
    asked: Asked
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""
    released: Facts = ()
    released_date: date | None = None

    @property
    def waits_for_officer(self) -> bool:
        """Whether the owner's officer has to act."""
        return self.state in (ReviewState.OPEN, ReviewState.SAME)

    def judged(self, same: bool, reason: str, by: str, at: datetime) -> Review:
        """Same person or not, with the reason. Nothing is told to the asker by *same* alone."""
        if self.state is not ReviewState.OPEN:
            raise REVIEW_STATE.error()
        state = ReviewState.SAME if same else ReviewState.NOT_SAME
        return replace(
            self, state=state, version=self.version + 1, reason=_reason(reason), decided_by=by, decided_at=at
        )

    def with_release(self, facts: Facts, by: str, at: datetime) -> Review:
        """Releases exactly these facts; only after *same person*, and while somebody waits for them: after the last day
        the asker was told that no answer came (`review_late`)."""
        if self.state is not ReviewState.SAME:
            raise REVIEW_STATE.error()
        if at.astimezone(UTC).date() > self.answer_by:
            raise REVIEW_LATE.error()
        return replace(
            self,
            state=ReviewState.RELEASED,
            version=self.version + 1,
            decided_by=by,
            decided_at=at,
            released=facts,
            released_date=today(),
        )

    def refused(self, reason: str, by: str, at: datetime) -> Review:
        """Releases nothing; the reason stays with the owner, the asker ends with *not answered*."""
        if self.state is not ReviewState.SAME:
            raise REVIEW_STATE.error()
        return replace(
            self,
            state=ReviewState.REFUSED,
            version=self.version + 1,
            reason=_reason(reason),
            decided_by=by,
            decided_at=at,
        )


def _reason(text: str) -> str:
    problems = Problems()
    clean = text.strip()
    if problems.given(clean, FieldError("reason", "missing", "Write down the reason.")):
        problems.text("reason", clean, least=5, most=2000)
    problems.check()
    return clean


def facts_for(entry: Entry, fields: Sequence[str], contact: str) -> Facts:
    """The facts named, in the order of the choices, with the contest if there is one.

    Raises `invalid_request` for no field, an unknown field, or a contact that is chosen and not written.
    """
    problems = Problems()
    if not fields:
        problems.add(FieldError("fields", "missing", "Choose at least one fact, or refuse."))
    for at, field in enumerate(fields):
        problems.one_of(f"fields[{at}]", field, [str(choice) for choice in CHOICES])
    chosen = [choice for choice in CHOICES if choice in fields]
    spoken = contact.strip() if FactField.CONTACT in chosen else ""
    missing = FieldError("contact", "missing", "Write whom to ask, or do not choose it.")
    if FactField.CONTACT in chosen and problems.given(spoken, missing):
        problems.text("contact", spoken, least=5, most=200)
    problems.check()
    values = {
        FactField.BASIS: entry.terms.basis,
        FactField.DECIDED_DATE: entry.terms.decided_date.isoformat(),
        FactField.CONTACT: spoken,
        FactField.CASE_REFERENCE: entry.terms.case_reference,
    }
    facts = [(choice, values[choice]) for choice in chosen]
    if entry.terms.contested_date is not None:
        facts.append((FactField.CONTESTED_DATE, entry.terms.contested_date.isoformat()))
    return tuple(facts)


@dataclass(frozen=True, slots=True)
class Standing:
    """One review as far as the asker's answer depends on it. `listed`: the listing is still in force."""

    state: ReviewState
    listed: bool


class GroupState(StrEnum):
    """What the asker's side is told."""

    OPEN = "open"
    CLEAR = "clear"
    DISCLOSED = "disclosed"


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the opaque reference of a check means here.

    It is sealed under this node's key, so that nothing is kept for a check that resembled nobody.
    `release_at`: when a review without a listing is answered; `readable`: whether it can be answered at all.
    """

    group: str
    asker: str
    release_at: datetime
    answer_by: date
    readable: bool

    def for_agency(self, agency: str | None) -> Ticket:
        """The ticket, if the agency is the one that asked; otherwise it does not exist."""
        if agency != self.asker:
            raise NOT_FOUND.error()
        return self


def ticket_digest(ticket: str) -> str:
    """By what both sides name a review in sealed packages and audit entries: short, and it opens nothing."""
    return hashlib.sha256(ticket.encode()).hexdigest()[:32]


def group_state(ticket: Ticket, reviews: Iterable[Standing], now: datetime) -> GroupState:
    """What the asker is told of all reviews of one check.

    Open until every owner has decided, so that one answer does not tell that another still looks; on
    the last day whatever was released goes out. A refused or unread one is never *clear*; a listing
    withdrawn meanwhile counts no more, released or not.
    """
    found = [one for one in reviews if one.listed or one.state is ReviewState.NOT_SAME]
    waiting = any(one.state in (ReviewState.OPEN, ReviewState.SAME) for one in found)
    if any(one.state is ReviewState.RELEASED for one in found):
        last_day = now.date() >= ticket.answer_by
        return GroupState.OPEN if waiting and not last_day else GroupState.DISCLOSED
    if waiting or any(one.state is ReviewState.REFUSED for one in found) or not ticket.readable:
        return GroupState.OPEN
    if not found and now < ticket.release_at:
        return GroupState.OPEN
    return GroupState.CLEAR


@dataclass(frozen=True, slots=True)
class LateReview:
    """A review that is due or late, as those are told who are not to see it: no candidate, no listing, no asker.

    `owner` is the listing's agency, which has to answer.
    """

    owner: str
    reference: str
    opened_date: date
    due_date: date

    def for_head(self, day: date) -> bool:
        """Whether the owner's head of unit is told: from the last day on which the answer is in time."""
        return day >= self.due_date

    def for_steward(self, day: date) -> bool:
        """Whether the hub's steward is told, too."""
        return day >= add_working_days(self.due_date, STEWARD_WORKING_DAYS)
