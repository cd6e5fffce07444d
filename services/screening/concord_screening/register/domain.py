"""What a listing is and how it moves: draft, approved by a second person, active, corrected, withdrawn.

Pure rules. Nobody approves their own act. A withdrawn listing is a tombstone: who, when and why,
and nothing of the person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum

from concord_core.errors import FieldError
from concord_core.errors.codes import OWN_ACT
from concord_core.values import today
from concord_screening.engine.commands import readable
from concord_screening.errors import CASE_NOT_SUBSTANTIATED, LISTING_STATE
from concord_screening.values import Problems

BASIS_LIST = "screening_listing_basis"
UNSUBSTANTIATED = "unsubstantiated"
MAX_NAMES = 20
CASE_REFERENCE = re.compile(r"(?=.*[0-9])[A-Za-z0-9][A-Za-z0-9./_-]{2,63}", re.ASCII)
"""Our own references and those of older files; no sentence, for it is stored in plain and may be released."""
_WORD = re.compile(r"[A-Za-z]{3,}")


def is_case_reference(text: str) -> bool:
    """Whether it has a reference's form: a digit, no blank, at most one word that is not all capitals (`case-7`).

    So `Ana-Lima-1980` is none. One name alone (`Lima-1980`, `AnaLima1980`) and names in capitals have the form of a
    reference and are not stopped: the form asks for the reference only.
    """
    words = [word for word in _WORD.findall(text) if not word.isupper()]
    return CASE_REFERENCE.fullmatch(text) is not None and len(words) <= 1


class NameKind(StrEnum):
    """How the person came by a name."""

    PRIMARY = "primary"
    FORMER = "former"
    ALIAS = "alias"
    MAIDEN = "maiden"


class NoticeWay(StrEnum):
    """How the person was told that they are listed."""

    LETTER = "letter"
    EMAIL = "email"
    IN_PERSON = "in_person"


class WithdrawalReason(StrEnum):
    """Why a listing left the register."""

    DECIDED_OTHERWISE = "decided_otherwise"
    CORRECTION = "correction"
    EXPIRED = "expired"
    RULING = "ruling"


class ListingState(StrEnum):
    """Where a listing stands."""

    DRAFT = "draft"
    ACTIVE = "active"
    UNDER_CORRECTION = "under_correction"
    WITHDRAWN = "withdrawn"

    @property
    def listed(self) -> bool:
        """Whether candidates are compared with it."""
        return self in (ListingState.ACTIVE, ListingState.UNDER_CORRECTION)


@dataclass(frozen=True, slots=True)
class ListedName:
    """One name of the person, in any script."""

    text: str
    kind: NameKind = NameKind.PRIMARY

    def __repr__(self) -> str:
        return f"ListedName({len(self.text)} characters)"


@dataclass(frozen=True, slots=True)
class Person:
    """Who is listed. `numbers` are keyed hashes of index and identity document numbers, never the numbers."""

    names: tuple[ListedName, ...]
    birth_dates: tuple[str, ...] = ()
    sex: str = "unknown"
    nationalities: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Person({len(self.names)} names)"

    @classmethod
    def of(
        cls,
        names: Sequence[tuple[str, str]],
        birth_dates: Sequence[str] = (),
        sex: str = "unknown",
        nationalities: Sequence[str] = (),
        numbers: Sequence[str] = (),
    ) -> Person:
        """Checks names `(text, kind)` and dates; raises `invalid_request` with every field that is wrong.

        At least one of the names must be in a script that the engine reads. Codes of sex and nationality are checked by
        the caller, who holds the code lists.
        """
        problems = Problems()
        if not names:
            problems.add(FieldError("names", "missing", "Write at least one name."))
        if len(names) > MAX_NAMES:
            problems.add(FieldError("names", "too_many", "There are more names than a listing can hold."))
        kinds = [str(kind) for kind in NameKind]
        checked: list[ListedName] = []
        for at, (text, kind) in enumerate(names[:MAX_NAMES]):
            clean = problems.name(f"names[{at}].text", text)
            if problems.one_of(f"names[{at}].kind", kind, kinds) in kinds:
                checked.append(ListedName(clean, NameKind(kind)))
        if checked and all(name.text and not readable(name.text) for name in checked):
            # Whose name no comparison can read would be listed and never found.
            problems.add(
                FieldError(
                    "names",
                    "unreadable",
                    "Names in this script cannot be compared. Write the name in Latin letters as well.",
                )
            )
        dates = tuple(
            problems.birth_date(f"birth_dates[{at}]", text) for at, text in enumerate(birth_dates[:MAX_NAMES])
        )
        problems.check()
        return cls(tuple(checked), dates, sex, tuple(nationalities), tuple(numbers))


@dataclass(frozen=True, slots=True)
class Terms:
    """Why and until when: no personal data, but told to nobody before the owner releases it."""

    basis: str
    case_reference: str
    decided_date: date
    review_date: date
    notice_date: date | None = None
    notice_way: NoticeWay | None = None
    contested_date: date | None = None

    @classmethod
    def of(
        cls,
        *,
        basis: str,
        case_reference: str,
        decided_date: str,
        review_date: str,
        notice_date: str = "",
        notice_way: str = "",
        contested_date: str = "",
    ) -> Terms:
        """Checks the dates; raises `invalid_request` with every field that is wrong."""
        problems = Problems()
        case = case_reference.strip()
        given = problems.given(case, FieldError("case_reference", "missing", "Give the reference of the case."))
        if given and not is_case_reference(case):
            problems.add(
                FieldError(
                    "case_reference",
                    "not_a_reference",
                    "Write the reference of the case only, in letters and digits, such as UNICEF-26-7K3Q9X.",
                )
            )
        decided = review = None
        if problems.given(decided_date, FieldError("decided_date", "missing", "Say when it was decided.")):
            decided = problems.past_day("decided_date", decided_date)
        if problems.given(review_date, FieldError("review_date", "missing", "Say by when to look again.")):
            review = problems.day("review_date", review_date)
        if review is not None and review <= today():
            problems.add(FieldError("review_date", "in_the_past", "The review must lie in the future."))
        notice = problems.past_day("notice_date", notice_date) if notice_date else None
        if notice_date and not notice_way:
            problems.add(FieldError("notice_way", "missing", "Say how the person was told."))
        ways = [str(way) for way in NoticeWay]
        way = problems.one_of("notice_way", notice_way, ways) if notice_way else ""
        contested = problems.past_day("contested_date", contested_date) if contested_date else None
        problems.given(basis, FieldError("basis", "missing", "Choose the basis of the listing."))
        problems.check()
        assert decided is not None  # noqa: S101 - check() raised otherwise
        assert review is not None  # noqa: S101 - the same
        return cls(basis, case, decided, review, notice, NoticeWay(way) if way else None, contested)


TERMS = tuple(one.name for one in fields(Terms))
"""Their names: columns, members in JSON and fields of the form alike."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one person writes and another approves."""

    person: Person
    terms: Terms


@dataclass(frozen=True, slots=True)
class Listing:
    """A person put on the register by an agency.

    `entry` is what is in force (of a draft: what waits), none for a tombstone; `proposal` is a correction
    that waits. `facts` counts what was published. `person_version` moves when names, dates or numbers change,
    so that an old "not the same person" is not carried over to a corrected listing.
    """

    reference: str
    state: ListingState
    version: int
    entry: Entry | None
    entered_by: str
    proposal: Entry | None = None
    proposed_by: str = ""
    approved_by: str = ""
    activated_date: date | None = None
    withdrawn_date: date | None = None
    withdrawn_reason: WithdrawalReason | None = None
    facts: int = 0
    person_version: int = 1

    def approved(self, by: str, outcome: str | None) -> Listing:
        """A second person lets a draft take effect. `outcome` is what is known of the case."""
        if self.state is not ListingState.DRAFT:
            raise LISTING_STATE.error()
        self._second_person(by, self.entered_by)
        if outcome == UNSUBSTANTIATED:
            raise CASE_NOT_SUBSTANTIATED.error()
        return replace(
            self,
            state=ListingState.ACTIVE,
            version=self.version + 1,
            approved_by=by,
            activated_date=today(),
            facts=self.facts + 1,
        )

    def proposed(self, entry: Entry, by: str) -> Listing:
        """A correction is written; the listing in force stays until a second person approves it."""
        if not self.state.listed:
            raise LISTING_STATE.error()
        return replace(
            self,
            state=ListingState.UNDER_CORRECTION,
            version=self.version + 1,
            proposal=entry,
            proposed_by=by,
        )

    def amended(self, by: str, outcome: str | None) -> Listing:
        """A second person lets the correction take effect."""
        if self.state is not ListingState.UNDER_CORRECTION or self.proposal is None or self.entry is None:
            raise LISTING_STATE.error()
        self._second_person(by, self.proposed_by)
        if outcome == UNSUBSTANTIATED:
            raise CASE_NOT_SUBSTANTIATED.error()
        other_person = self.proposal.person != self.entry.person
        return replace(
            self,
            state=ListingState.ACTIVE,
            version=self.version + 1,
            entry=self.proposal,
            proposal=None,
            proposed_by="",
            approved_by=by,
            facts=self.facts + 1,
            person_version=self.person_version + other_person,
        )

    def withdrawn(self, by: str, reason: WithdrawalReason) -> Listing:
        """Takes the listing off, leaving a tombstone. A draft leaves without a fact: nobody heard of it."""
        if self.state is ListingState.WITHDRAWN:
            raise LISTING_STATE.error()
        self._second_person(by, self.entered_by)
        return replace(
            self,
            state=ListingState.WITHDRAWN,
            version=self.version + 1,
            entry=None,
            proposal=None,
            proposed_by="",
            withdrawn_date=today(),
            withdrawn_reason=reason,
            facts=self.facts + self.state.listed,
        )

    @staticmethod
    def _second_person(by: str, first: str) -> None:
        if by == first:
            raise OWN_ACT.error()


def normal_number(text: str) -> str:
    """An index or document number as it is hashed: letters and digits only, capitals, one Unicode form."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).upper()


def withdrawal_due(state: ListingState, outcome: str | None) -> bool:
    """Whether a listing must go because its case was decided as not substantiated."""
    return outcome == UNSUBSTANTIATED and state is not ListingState.WITHDRAWN


def parse_reason(text: str) -> WithdrawalReason:
    """The reason of a withdrawal; raises `invalid_request` for another word."""
    problems = Problems()
    problems.one_of("reason", text, [str(reason) for reason in WithdrawalReason])
    problems.check()
    return WithdrawalReason(text)
