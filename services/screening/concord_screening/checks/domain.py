"""What a check asks, what it may answer, and when: pure rules.

The asker hears one of four words. *In review* says the same for every reason, and its date is the last day
on which the slowest reason is answered. Nothing here names an owner before the owner released something.
"""

from __future__ import annotations

import hashlib
import math
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from concord_core.errors import FieldError
from concord_core.values import Hidden, today
from concord_screening.engine.domain import Name, Query, Zone
from concord_screening.values import Problems, add_working_days

OWNER_WORKING_DAYS = 3
"""Working days that the owner of a listing has."""
ESCALATION_WORKING_DAYS = 5
"""Working days after the owner's last day until the asker is told *not answered*."""
_OPENS, _CLOSES = time(8), time(17)


class Purpose(StrEnum):
    """Why somebody is checked."""

    RECRUITMENT = "recruitment"
    CONSULTANCY = "consultancy"
    VOLUNTEER = "volunteer"
    DEPLOYMENT = "deployment"
    PARTNER = "partner"
    RECHECK = "recheck"


class SelfCertification(StrEnum):
    """What the candidate answered when asked whether they were ever found to have done such a thing."""

    NO = "no"
    YES = "yes"
    NOT_ASKED = "not_asked"


class Answer(StrEnum):
    """All that a recruiter is ever told."""

    CLEAR = "clear"
    IN_REVIEW = "in_review"
    DISCLOSED = "disclosed"
    NOT_ANSWERED = "not_answered"


@dataclass(frozen=True, slots=True, repr=False)
class Candidate(Hidden):
    """The person being checked, named in Latin letters, in their own script, or both.

    `no_birth_date` says why no birth date is given.
    """

    name_latin: str
    name_native: str
    birth_date: str
    no_birth_date: str
    sex: str
    nationality: str

    @property
    def names(self) -> tuple[str, ...]:
        """Every spelling given."""
        return tuple(name for name in (self.name_latin, self.name_native) if name)

    def query(self) -> Query:
        """What the engine is asked."""
        return Query(
            tuple(Name(name) for name in self.names),
            dob=self.birth_date or None,
            nationality=self.nationality or None,
            gender=self.sex if self.sex in ("female", "male") else None,
        )

    def identity(self) -> bytes:
        """A digest equal for the same names and date, whatever their order, case or spacing; to be keyed."""
        words = sorted(
            word
            for name in self.names
            for word in unicodedata.normalize("NFKC", name).casefold().replace(",", " ").split()
        )
        return hashlib.sha256("\x1f".join((*words, self.birth_date)).encode()).digest()


@dataclass(frozen=True, slots=True)
class Request:
    """One check as asked: the candidate, why, for which vacancy, and the candidate's consent."""

    candidate: Candidate
    purpose: Purpose
    requisition: str
    consent_date: date
    consent_notice: str
    self_certification: SelfCertification

    @classmethod
    def of(
        cls,
        *,
        name_latin: str = "",
        name_native: str = "",
        birth_date: str = "",
        no_birth_date: str = "",
        sex: str = "unknown",
        nationality: str = "",
        purpose: str = "",
        requisition: str = "",
        consent_date: str = "",
        consent_notice: str = "",
        self_certification: str = "",
    ) -> Request:
        """Checks everything before anything is looked up; `invalid_request` names every field that is wrong.

        A birth date is asked for: without one, and without a reason, nothing is looked up. Codes of sex and
        nationality are checked by the caller, who holds the code lists.
        """
        problems = Problems()
        if not name_latin.strip() and not name_native.strip():
            problems.add(
                FieldError(
                    "name_latin", "missing", "Write the candidate's name, in Latin letters or in their own script."
                )
            )
        latin = problems.name("name_latin", name_latin) if name_latin.strip() else ""
        native = problems.name("name_native", name_native) if name_native.strip() else ""
        born = problems.birth_date("birth_date", birth_date) if birth_date.strip() else ""
        if not born and not no_birth_date.strip():
            problems.add(
                FieldError(
                    "birth_date",
                    "birth_date_wanted",
                    "Give the birth date, or say below why you cannot. Nothing was looked up.",
                )
            )
        without = (
            problems.text("no_birth_date", no_birth_date, least=5, most=300)
            if not born and no_birth_date.strip()
            else ""
        )
        if problems.given(purpose, FieldError("purpose", "missing", "Say why you check the candidate.")):
            problems.one_of("purpose", purpose, [str(one) for one in Purpose])
        vacancy = requisition.strip()
        if problems.given(vacancy, FieldError("requisition", "missing", "Give the vacancy or requisition.")):
            problems.text("requisition", vacancy, least=3, most=64)
        agreed = None
        if problems.given(consent_date, FieldError("consent_date", "missing", "Say when the candidate agreed.")):
            agreed = problems.past_day("consent_date", consent_date)
        notice = consent_notice.strip()
        if problems.given(notice, FieldError("consent_notice", "missing", "Say which notice the candidate read.")):
            problems.text("consent_notice", notice, least=1, most=32)
        certified = self_certification
        missing = FieldError("self_certification", "missing", "Say what the candidate answered.")
        if problems.given(certified, missing):
            problems.one_of("self_certification", certified, [str(one) for one in SelfCertification])
        problems.check()
        assert agreed is not None  # noqa: S101 - check() raised otherwise
        return cls(
            Candidate(latin, native, born, without, sex, nationality),
            Purpose(purpose),
            vacancy,
            agreed,
            notice,
            SelfCertification(certified),
        )


class ScreeningState(StrEnum):
    """Where a check stands; a recruiter sees `checking` as *in review*."""

    CHECKING = "checking"
    CLEAR = "clear"
    IN_REVIEW = "in_review"
    DISCLOSED = "disclosed"
    NOT_ANSWERED = "not_answered"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What comparing a candidate with the lists of one node gave.

    `possible`: some owner has to look. `readable`: the engine could read the name. `checked`: the lists
    were up to date in time.
    """

    possible: bool
    readable: bool
    checked: bool


def outcome_of(zones: Iterable[Zone], *, unreadable: bool, checked: bool) -> Outcome:
    """Sums up: `zones` are those of the hits left when known namesakes are taken out."""
    return Outcome(any(zone is not Zone.CLEAR for zone in zones), not unreadable, checked)


@dataclass(frozen=True, slots=True)
class Screening:
    """One check, a record of the asking agency.

    `ticket` is the opaque reference under which the lists' side knows the review, empty until they were
    compared. `facts` counts what was published.
    """

    reference: str
    state: ScreeningState
    request: Request | None
    asked_by: str
    asked_at: datetime
    answer_by: date
    ticket: str = ""
    closed_date: date | None = None
    facts: int = 1

    @property
    def answer(self) -> Answer:
        """What the recruiter sees."""
        return Answer.IN_REVIEW if self.state is ScreeningState.CHECKING else Answer(self.state.value)

    @property
    def compared(self) -> bool:
        """Whether the lists have been compared; if not, a job does it."""
        return bool(self.ticket) or self.state not in (ScreeningState.CHECKING, ScreeningState.IN_REVIEW)

    def settled(self, outcome: Outcome, ticket: str) -> Screening:
        """What follows from the comparison: clear at once, or in review.

        A check without a birth date is always in review.
        """
        if self.request is None or self.state not in (ScreeningState.CHECKING, ScreeningState.IN_REVIEW):
            return self
        dated = bool(self.request.candidate.birth_date)
        clear = outcome.checked and outcome.readable and not outcome.possible and dated
        if self.state is ScreeningState.CHECKING and clear:
            return replace(self, state=ScreeningState.CLEAR, closed_date=today())
        opened = self.state is ScreeningState.CHECKING
        return replace(
            self,
            state=ScreeningState.IN_REVIEW,
            ticket=ticket if outcome.checked else "",
            facts=self.facts + opened,
        )

    def closed(self, state: ScreeningState) -> Screening:
        """The review is answered."""
        if self.state is not ScreeningState.IN_REVIEW:
            return self
        return replace(self, state=state, closed_date=today(), facts=self.facts + 1)

    def overdue(self, day: date) -> bool:
        """Whether the day promised to the recruiter has passed."""
        return self.state is ScreeningState.IN_REVIEW and day > self.answer_by


def answer_by(day: date) -> date:
    """The one date shown for every review opened on `day`."""
    return add_working_days(day, OWNER_WORKING_DAYS + ESCALATION_WORKING_DAYS)


def release_moment(opened: datetime, draw: Callable[[int], int]) -> datetime:
    """When a review that no listing caused is answered: a second of the owner's working hours, drawn evenly.

    `draw(n)` gives 0 to n-1. An answer at such a moment does not tell whether a person or nobody looked.
    """
    hours = (_CLOSES.hour - _OPENS.hour) * 3600
    at = draw(OWNER_WORKING_DAYS * hours)
    day = add_working_days(opened.astimezone(UTC).date(), 1 + at // hours)
    return datetime.combine(day, _OPENS, UTC) + timedelta(seconds=at % hours)


def answer_moment(elapsed: float, step: float) -> float:
    """Seconds after the start at which an answer is given: the next whole `step`, whatever was found."""
    return max(1, math.ceil(elapsed / step)) * step


@dataclass(frozen=True, slots=True)
class Quota:
    """Checks allowed a day."""

    person: int
    agency: int

    def allows(self, by_person: int, by_agency: int) -> bool:
        """Whether one more is allowed after so many."""
        return by_person < self.person and by_agency < self.agency


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What one owner released, as the asker keeps it: `(field, value)` in the owner's order."""

    owner: str
    released_date: date
    facts: Sequence[tuple[str, str]]

    def __repr__(self) -> str:
        return f"Disclosure({self.owner!r}, {len(self.facts)} facts)"


@dataclass(frozen=True, slots=True)
class DayCount:
    """What one agency asked on one day, in counts."""

    screenings: int = 0
    clear: int = 0
    reviews: int = 0
    closed: int = 0
    disclosed: int = 0
