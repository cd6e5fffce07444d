"""The referral as a state machine, the same on both sides, and what a package may hold. Pure.

States are the codes of `referral_status`. What travels between the sides may cross on the way: the side that holds the
later word keeps it, and the other side's step is still shown in the timeline.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from concord_victim_assistance.consent.domain import FieldGroup
from concord_victim_assistance.errors import NOT_PROVIDED, REFERRAL_STATE


class Status(StrEnum):
    """Codes of the code list `referral_status`."""

    IN_PROGRESS = "in_progress"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DONE = "done"
    REVOKED = "revoked"
    EXPIRED = "expired"


class Step(StrEnum):
    """What either side does to a referral."""

    ACCEPT = "accept"
    REJECT = "reject"
    PROVIDE = "provide"
    FINISH = "finish"
    REVOKE = "revoke"
    EXPIRE = "expire"


STEPS: Final[Mapping[tuple[Status, Step], Status]] = {
    (Status.IN_PROGRESS, Step.ACCEPT): Status.ACCEPTED,
    (Status.IN_PROGRESS, Step.REJECT): Status.REJECTED,
    (Status.IN_PROGRESS, Step.REVOKE): Status.REVOKED,
    (Status.IN_PROGRESS, Step.EXPIRE): Status.EXPIRED,
    (Status.ACCEPTED, Step.PROVIDE): Status.ACCEPTED,
    (Status.ACCEPTED, Step.FINISH): Status.DONE,
    (Status.ACCEPTED, Step.REVOKE): Status.REVOKED,
}

OPEN: Final = frozenset({Status.IN_PROGRESS, Status.ACCEPTED})

REJECT_REASONS: Final = ("capacity", "eligibility", "location", "contact_lost", "other")


class Check(StrEnum):
    """What the recipient knows about whether a referral that arrived still stands."""

    WAITING = "waiting"
    STANDS = "stands"
    ENDED = "ended"


class Event(StrEnum):
    """What a timeline shows; the same words on both sides."""

    OFFERED = "offered"
    RECEIVED = "received"
    CHECKED = "checked"
    OWNER_SILENT = "owner_silent"
    OPEN_WAITS = "open_waits"
    OPENED = "opened"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PROVIDED = "provided"
    DONE = "done"
    REVOKED = "revoked"
    EXPIRED = "expired"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    CONSENT_EXPIRED = "consent_expired"
    ERASED = "erased"
    ERASURE_CONFIRMED = "erasure_confirmed"


@dataclass(frozen=True)
class TimelineEntry:
    """One step of either side: what, by which agency, on which day, and when it became known here."""

    event: Event
    by_agency: str
    day: date
    known: datetime


@dataclass(frozen=True)
class Referral:
    """The owner's side. Erasure is expected from the recipient once `erasure_due` is set."""

    reference: str
    person_reference: str
    consent_reference: str
    need_reference: str | None
    recipient: str
    service: str
    urgent: bool
    country: str
    groups: tuple[FieldGroup, ...]
    status: Status
    offered: date
    answer_by: date
    version: int
    opened: datetime | None = None
    accepted: date | None = None
    provided: date | None = None
    done: date | None = None
    ended: date | None = None
    reason: str | None = None
    erasure_due: datetime | None = None
    erasure_confirmed: date | None = None
    backups_until: date | None = None

    @property
    def awaits_erasure(self) -> bool:
        """Whether the recipient still owes the word that its copy is gone."""
        return self.erasure_due is not None and self.erasure_confirmed is None


@dataclass(frozen=True)
class Received:
    """The recipient's side. `check` says what the owner answered when it was asked whether the referral stands;
    `open_requested` that an officer asked for the content and waits for the owner."""

    reference: str
    owner: str
    consent_reference: str
    service: str
    urgent: bool
    country: str
    status: Status
    offered: date
    answer_by: date
    version: int
    received: datetime
    check: Check = Check.WAITING
    checked: datetime | None = None
    attempts: int = 0
    open_requested: datetime | None = None
    opened: datetime | None = None
    holds_copy: bool = False
    accepted: date | None = None
    provided: date | None = None
    done: date | None = None
    ended: date | None = None
    reason: str | None = None
    erased: date | None = None
    backups_until: date | None = None
    confirmed: bool = False

    @property
    def last_day(self) -> date:
        """The day of the latest step here; the next one is not earlier."""
        days = (self.offered, self.accepted, self.provided, self.done, self.ended)
        return max(day for day in days if day is not None)


def after(status: Status, step: Step, *, provided: bool = False) -> Status:
    """The status after a step of one's own; raises `referral_state`, or `not_provided` for an end without a service."""
    following = STEPS.get((status, step))
    if following is None:
        raise REFERRAL_STATE.error(status=status.value)
    if step is Step.FINISH and not provided:
        raise NOT_PROVIDED.error()
    return following


def absorb(status: Status, step: Step) -> Status:
    """The status after a step of the other side. A step that crossed one of ours changes nothing: no error."""
    return STEPS.get((status, step), status)


def officer_steps(status: Status, *, provided: bool) -> tuple[Step, ...]:
    """What the asked agency's officer can do now."""
    if status is Status.IN_PROGRESS:
        return (Step.ACCEPT, Step.REJECT)
    if status is Status.ACCEPTED:
        return (Step.FINISH,) if provided else (Step.PROVIDE,)
    return ()


def answer_by(offered: date, urgent: bool, *, days: int, urgent_days: int) -> date:
    """The day by which an answer is expected."""
    return offered + timedelta(days=urgent_days if urgent else days)


def lapses(referral: Referral, recorded: date, today: date, *, grace_days: int) -> bool:
    """Whether a referral without an answer ends: the grace runs from the day of answer, yet never from before the
    day on which the offer was recorded, so that a back-dated one reaches the other agency first."""
    if referral.status is not Status.IN_PROGRESS:
        return False
    return today > max(referral.answer_by, recorded) + timedelta(days=grace_days)


def retry_after(attempts: int) -> timedelta:
    """How long the courier waits after so many silent answers: 2 s, doubling, five minutes at most."""
    return timedelta(seconds=min(300, 2 ** min(attempts, 9)))
