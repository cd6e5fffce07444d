"""What a person must do next, and by when. Pure.

One item per case: its most pressing clock, who has it in hand, and the next act. A child to call back is an item of
its own, whatever the stage of the case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from concord_core.clocks import Clock, Holder, Segment
from concord_intake.callbacks.domain import CallBack
from concord_intake.cases.domain import SECOND_PERSON, Act, Case, Stage, next_acts

SOON = timedelta(days=7)
APPROVER = "case_approver"
OFFICER = "case_officer"


class Band(StrEnum):
    """The three bands of a worklist."""

    LATE = "late"
    DUE = "due"
    WAITING = "waiting"


class WaitingFor(StrEnum):
    """For whom an item waits."""

    CONTRIBUTING_COUNTRY = "contributing_country"
    INVESTIGATING_BODY = "investigating_body"
    SECOND_PERSON = "second_person"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a worklist. `due` is empty where no limit is mandated; with `call` it is a child to call back, and
    `started` and `due` are moments."""

    reference: str
    act: Act | None
    clock: str
    started: date
    due: date | None
    segments: tuple[Segment, ...]
    band: Band
    waiting_for: WaitingFor | None
    country: str
    allegation_type: str
    call: CallBack | None = None

    @property
    def path(self) -> str:
        """Where it is done."""
        case = f"/cases/{self.reference}"
        return f"{case}/call-backs/{self.call.number}" if self.call is not None else case


def acts_for(case: Case, roles: frozenset[str], subject: str) -> tuple[Act, ...]:
    """The next acts that this person may do: approvers answer proposals of others, officers do the rest."""
    found = []
    for act in next_acts(case):
        if act in SECOND_PERSON:
            allowed = APPROVER in roles and case.proposal is not None and case.proposal.by != subject
        else:
            allowed = OFFICER in roles
        if allowed:
            found.append(act)
    return tuple(found)


def pressing(clocks: Sequence[Clock], today: date) -> Clock | None:
    """The clock that runs and is due first, missed ones before all; None when none runs."""
    running = [clock for clock in clocks if clock.end is None]
    return min(running, key=lambda c: (c.missed(today) is None, c.due(today)), default=None)


def item(case: Case, clocks: Sequence[Clock], *, roles: frozenset[str], subject: str, today: date) -> Item | None:
    """The line for this person, or None when there is nothing that they do or await in this case."""
    if case.stage is Stage.CLOSED:
        return None
    acts = acts_for(case, roles, subject)
    if not acts and OFFICER not in roles:
        return None
    clock = pressing(clocks, today)
    waiting: WaitingFor | None = None
    if case.proposal is not None and not acts:
        waiting = WaitingFor.SECOND_PERSON
    elif clock is not None and case.proposal is None:
        held = clock.held_by(today)
        if held is not Holder.AGENCY:
            waiting = WaitingFor(held.value)
        elif clock.open_pause is not None:
            waiting = WaitingFor.PAUSE
    late = clock is not None and clock.missed(today) is not None
    return Item(
        reference=case.reference,
        act=acts[0] if acts else None,
        clock=clock.limit.code if clock is not None else "",
        started=clock.started if clock is not None else case.dates.received,
        due=clock.due(today) if clock is not None else None,
        segments=clock.segments(today) if clock is not None else (),
        band=Band.LATE if late else Band.WAITING if waiting is not None else Band.DUE,
        waiting_for=waiting,
        country=case.country,
        allegation_type=case.allegation_type,
    )


def call_item(call: CallBack, now: datetime) -> Item:
    """The line of a child who waits for a call."""
    return Item(
        reference=call.case,
        act=None,
        clock=call.clock.limit.code,
        started=call.started,
        due=call.due,
        segments=call.clock.segments(now),
        band=Band.LATE if call.late(now) else Band.DUE,
        waiting_for=None,
        country=call.country,
        allegation_type="",
        call=call,
    )


def ordered(items: Sequence[Item]) -> list[Item]:
    """By due moment, a day being due when it ends; without limit last; then by reference."""
    return sorted(items, key=lambda i: (i.due is None, _last_moment(i.due), i.reference))


def _last_moment(due: date | None) -> datetime:
    if isinstance(due, datetime):
        return due
    return datetime.combine(due or date.max, time.max, UTC)
