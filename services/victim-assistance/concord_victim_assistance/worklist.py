"""What an advocate or an officer must do next, and by when: this service's part of `/work`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from concord_core.identity import Principal
from concord_core.storage import Work
from concord_core.web.marks import msgid
from concord_core.web.work import WorkItem, stretch
from concord_victim_assistance.consent.domain import Consent
from concord_victim_assistance.persons.commands import Persons
from concord_victim_assistance.persons.domain import Handover
from concord_victim_assistance.policy import ADVOCATE, OFFICER
from concord_victim_assistance.referrals.commands import OwnerSide, RecipientSide
from concord_victim_assistance.referrals.domain import Check, Received, Referral, Status

Say = Callable[[str], str]


@dataclass(frozen=True)
class Item:
    """One thing to do. `verb` is an English message id; `waiting_for` the agency that must move, if not us."""

    reference: str
    verb: str
    started: datetime
    due: datetime
    country: str
    type: str
    url: str
    waiting_for: str = ""
    state: str = field(default="due")

    def at(self, now: datetime) -> Item:
        """The item with its state at that moment: `late`, `waiting` for others, or `due`."""
        state = "late" if now > self.due else "waiting" if self.waiting_for else "due"
        return Item(**{**self.__dict__, "state": state})


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _end(day: date) -> datetime:
    """The last moment of a day on which something is due."""
    return datetime.combine(day, time.max, UTC)


def handover_item(handover: Handover) -> Item:
    """A request for help that nobody has opened."""
    return Item(
        reference=handover.report_reference,
        verb=msgid("Open the request for help"),
        started=handover.received,
        due=handover.due,
        country=handover.country,
        type="assistance_request",
        url=f"/assistance/requests/{handover.report_reference}",
    )


def unanswered_item(referral: Referral) -> Item:
    """A referral that the other agency has not answered."""
    return Item(
        reference=referral.reference,
        verb=msgid("Wait for the answer to the referral"),
        started=_start(referral.offered),
        due=_end(referral.answer_by),
        country=referral.country,
        type="referral",
        url=f"/assistance/referrals/{referral.reference}",
        waiting_for=referral.recipient,
    )


def erasure_item(referral: Referral) -> Item:
    """A copy that the other agency has not confirmed to be erased: an alarm once its time has passed."""
    due = referral.erasure_due or datetime.now(UTC)
    return Item(
        reference=referral.reference,
        verb=msgid("Make sure that the other agency has erased its copy"),
        started=_start(referral.ended or referral.offered),
        due=due,
        country=referral.country,
        type="erasure",
        url=f"/assistance/referrals/{referral.reference}",
        waiting_for=referral.recipient,
    )


def ending_item(consent: Consent) -> Item:
    """A consent that ends soon while help rests on it: after its last day the other agency erases what it holds."""
    return Item(
        reference=consent.reference,
        verb=msgid("Ask the person whether the consent goes on"),
        started=_start(consent.given),
        due=_end(consent.expiry or consent.given),
        country="",
        type="consent",
        url=f"/assistance/persons/{consent.person_reference}",
    )


def received_item(referral: Received) -> Item | None:
    """A referral that came to us: answer it, then provide and end it. None when there is nothing to do."""
    if referral.status is Status.IN_PROGRESS:
        verb, due = msgid("Open the referral and answer it"), _end(referral.answer_by)
    elif referral.status is Status.ACCEPTED:
        verb = msgid("End the referral") if referral.provided else msgid("Provide the service")
        due = _end(max(referral.answer_by, referral.accepted or referral.answer_by))
    else:
        return None
    waits = referral.open_requested is not None and not referral.holds_copy
    silent = referral.check is Check.WAITING and referral.attempts > 0
    return Item(
        reference=referral.reference,
        verb=verb,
        started=referral.received,
        due=due,
        country=referral.country,
        type="referral_received",
        url=f"/assistance/inbox/{referral.reference}",
        waiting_for=referral.owner if waits or silent else "",
    )


@dataclass(frozen=True)
class Worklist:
    """Collects the items of a person's roles."""

    persons: Persons
    owner: OwnerSide
    recipient: RecipientSide

    def items(self, work: Work, principal: Principal, now: datetime) -> list[Item]:
        """What is to be done, the most pressing first."""
        found: list[Item] = []
        if principal.roles & ADVOCATE:
            found += [handover_item(one) for one in self.persons.handovers(work)]
            found += [unanswered_item(one) for one in self.owner.listed(work) if one.status is Status.IN_PROGRESS]
            found += [erasure_item(one) for one in self.owner.unconfirmed(work)]
            found += [ending_item(one) for one in self.owner.ending(work)]
        if principal.roles & OFFICER:
            items = [received_item(one) for one in self.recipient.listed(work)]
            found += [item for item in items if item is not None]
        return sorted((item.at(now) for item in found), key=lambda item: (item.due, item.reference))


def work_item(item: Item, say: Say) -> WorkItem:
    """An item as `/work` shows it; a time limit that waits for others is still running."""
    return WorkItem(
        reference=item.reference,
        verb=say(item.verb),
        started=item.started,
        due=item.due,
        segments=[stretch(item.started, item.waiting_for or "agency")],
        state=item.state,
        waiting_for=item.waiting_for,
        country=item.country,
        type=item.type,
        url=item.url,
    )
