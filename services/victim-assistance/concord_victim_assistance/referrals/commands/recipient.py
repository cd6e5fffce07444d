"""The asked agency's side: what arrived, what an officer answers, the copy under this agency's own key, its erasure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from google.protobuf.json_format import MessageToJson, Parse
from google.protobuf.message import Message

from concord.assistance.v1 import events_pb2 as events
from concord.assistance.v1.service_pb2 import ReferralPackage
from concord_core.codes import CodeLists
from concord_core.errors.codes import FORBIDDEN
from concord_core.storage import Work, check_version
from concord_core.values import Hidden, today
from concord_core.vault import Vault
from concord_victim_assistance.config import Limits
from concord_victim_assistance.consent.domain import HOLDING, PURPOSE
from concord_victim_assistance.errors import COPY_ERASED, NOT_OPENED, REFERRAL_ENDED, REFERRAL_STATE
from concord_victim_assistance.referrals.domain import (
    OPEN,
    REJECT_REASONS,
    Check,
    Event,
    Received,
    Status,
    Step,
    TimelineEntry,
    absorb,
    after,
    officer_steps,
    retry_after,
)
from concord_victim_assistance.referrals.store import received, steps
from concord_victim_assistance.referrals.store.received import ConsentOver, Errand
from concord_victim_assistance.values import SERVICE, Problems

KIND = "referral_copy"


@dataclass(frozen=True, repr=False)
class Opened(Hidden):
    """What an owner handed over, and the commitment by which both sides name the sealed package in their audit
    entries."""

    package: ReferralPackage
    commitment: str = ""


@dataclass(frozen=True)
class RecipientSide:
    """What is done with referrals from other agencies; each method is part of the caller's transaction."""

    vault: Vault
    codes: CodeLists
    limits: Limits

    def arrive(self, work: Work, referral: Received, traceparent: str | None) -> None:
        """Keeps a referral that arrived. One whose consent was taken back on the way is revoked from the start."""
        received.insert(work, referral, traceparent)
        steps.add(work, referral.reference, Event.OFFERED, referral.owner, referral.offered)
        steps.add(work, referral.reference, Event.RECEIVED, work.owner, today())
        ahead = received.ahead_of(work, referral.owner, referral.reference)
        if ahead is not None:
            self._close(work, referral, ahead.day, ahead.event.value, ahead.event)

    def errands(self, work: Work, now: datetime, limit: int = 50) -> list[Errand]:
        """What the courier has to ask owners now."""
        return received.due(work, now, limit)

    def checked(self, work: Work, reference: str, status: str, consent_state: str) -> None:
        """Notes the owner's answer whether the referral stands. It changes no status: facts do that."""
        referral = self.get(work, reference, lock=True)
        if referral.check is not Check.WAITING:
            return
        stands = status in {state.value for state in OPEN} and consent_state in {state.value for state in HOLDING}
        check = Check.STANDS if stands else Check.ENDED
        next_try = datetime.now(UTC) if referral.open_requested and not referral.holds_copy else None
        received.change(
            work,
            reference,
            check_state=check.value,
            checked_at=datetime.now(UTC),
            attempts=0,
            next_try_at=next_try,
        )
        steps.add(work, reference, Event.CHECKED, referral.owner, today())

    def silent(self, work: Work, reference: str) -> None:
        """Notes that the owner's service did not answer; the courier asks again later."""
        referral = self.get(work, reference, lock=True)
        if referral.attempts == 0 and referral.open_requested is None:
            steps.add(work, reference, Event.OWNER_SILENT, referral.owner, today())
        attempts = referral.attempts + 1
        received.change(work, reference, attempts=attempts, next_try_at=datetime.now(UTC) + retry_after(attempts))

    def refused(self, work: Work, reference: str) -> None:
        """Notes that the owner refused; the courier stops. The reason comes as a fact, if it is not here already."""
        self.get(work, reference, lock=True)
        received.change(
            work,
            reference,
            check_state=Check.ENDED.value,
            checked_at=datetime.now(UTC),
            open_requested_at=None,
            open_requested_by=None,
            next_try_at=None,
        )

    def ask_to_open(self, work: Work, reference: str) -> Received:
        """Notes that an officer wants the content; returns the row. Asking again while it waits changes nothing.

        Raises `not_found`, `copy_erased`, `referral_ended`.
        """
        referral = self._openable(work, reference)
        if not referral.holds_copy and referral.open_requested is None:
            received.change(
                work,
                reference,
                open_requested_at=datetime.now(UTC),
                open_requested_by=work.actor.subject,
                attempts=0,
                next_try_at=datetime.now(UTC) + timedelta(seconds=10),
            )
            work.audit("referral.ask_to_open", reference, purpose=PURPOSE)
        return self.get(work, reference)

    def waits(self, work: Work, reference: str) -> None:
        """Shows in the timeline that the content is asked for and the owner does not answer."""
        entries = steps.timeline(work, reference)
        if not any(entry.event is Event.OPEN_WAITS for entry in entries):
            steps.add(work, reference, Event.OPEN_WAITS, work.owner, today())
        self.silent(work, reference)

    def keep(self, work: Work, reference: str, opened: Opened, opener: str) -> Received:
        """Stores the content under this agency's own key.

        A withdrawal that came meanwhile wins: then nothing is stored and `copy_erased` or `referral_ended` is raised.
        """
        referral = self._openable(work, reference)
        if not referral.holds_copy:
            cipher = self.vault.new_record(work.owner, KIND, reference)
            content = MessageToJson(opened.package, preserving_proto_field_name=True)
            received.keep_copy(work, reference, cipher.wrapped, cipher.encrypt("package", content))
            received.change(
                work,
                reference,
                opened_at=datetime.now(UTC),
                opened_by=opener,
                check_state=Check.STANDS.value,
                checked_at=datetime.now(UTC),
                attempts=0,
                next_try_at=None,
            )
            steps.add(work, reference, Event.OPENED, work.owner, today())
            details = {"owner": referral.owner, "opener": opener, "commitment": opened.commitment}
            work.audit("referral.open", reference, purpose=PURPOSE, details=details)
        return self.get(work, reference)

    def content(self, work: Work, reference: str) -> ReferralPackage:
        """The content held here; raises `not_found`, `not_opened`, `copy_erased`, `referral_ended`."""
        referral = self._openable(work, reference)
        held = received.copy(work, reference)
        if held is None:
            raise NOT_OPENED.error()
        cipher = self.vault.record(work.owner, KIND, reference, held[0])
        work.audit("referral.read", reference, purpose=PURPOSE, details={"owner": referral.owner})
        return Parse(cipher.decrypt("package", held[1]), ReferralPackage())

    def answer(
        self, work: Work, reference: str, step: Step, day: date | None, expected: int, reason: str = ""
    ) -> Received:
        """One step of an officer, published to the owner.

        Raises `stale_write`, `referral_state`, `not_provided`, `invalid_request`.
        """
        referral = self.get(work, reference, lock=True)
        check_version(expected, referral.version)
        provided = referral.provided is not None
        status = after(referral.status, step, provided=provided)
        if step not in officer_steps(referral.status, provided=provided):
            raise REFERRAL_STATE.error(status=referral.status.value)
        problems = Problems(self.codes)
        on = problems.past_day("on", day, not_before=referral.last_day)
        if step is Step.REJECT:
            problems.one_of("reason", reason, REJECT_REASONS)
        problems.check()
        event, column = _ANSWERS[step]
        columns: dict[str, date | datetime | str | int | None] = {"status": status.value, column: on}
        if step is Step.REJECT:
            columns |= {"reason": reason, "next_try_at": None, "open_requested_at": None}
        received.change(work, reference, **columns)
        steps.add(work, reference, event, work.owner, on)
        self._publish(work, reference, _fact(referral, step, on, reason))
        if step is Step.REJECT and referral.holds_copy:
            self._erase(work, referral)
        work.audit(f"referral.{step}", reference, details={"owner": referral.owner})
        return self.get(work, reference)

    def consent_over(
        self, work: Work, owner: str, consent: str, references: tuple[str, ...], day: date, event: Event
    ) -> None:
        """The person took the consent back, or its last day is over: every copy that rests on it is erased, and its
        owner told so.

        A referral that has not arrived yet is kept in mind and closed when it arrives.
        """
        for reference in references:
            referral = received.locked(work, reference)
            if referral is None:
                received.keep_ahead(work, reference, ConsentOver(owner, consent, day, event))
                continue
            if referral.owner != owner:
                raise FORBIDDEN.error()
            self._close(work, referral, day, event.value, event)

    def revoked(self, work: Work, owner: str, reference: str, day: date, reason: str) -> None:
        """The owner took the referral back: the copy here is erased."""
        referral = self.get(work, reference, lock=True)
        if referral.owner != owner:
            raise FORBIDDEN.error()
        self._close(work, referral, day, reason, Event.REVOKED)

    def lapsed(self, work: Work, owner: str, reference: str, day: date) -> None:
        """The owner ended a referral that nobody answered."""
        referral = self.get(work, reference, lock=True)
        if referral.owner != owner:
            raise FORBIDDEN.error()
        status = absorb(referral.status, Step.EXPIRE)
        if status is not referral.status:
            received.change(work, reference, status=status.value, ended_date=day, next_try_at=None)
            if referral.holds_copy:
                self._erase(work, referral)
        steps.add(work, reference, Event.EXPIRED, owner, day)

    def get(self, work: Work, reference: str, *, lock: bool = False) -> Received:
        """One referral that came to this agency; raises `not_found`."""
        return received.get(work, reference, lock=lock)

    def listed(self, work: Work) -> list[Received]:
        """All that came to this agency, the latest first."""
        return received.listed(work)

    def timeline(self, work: Work, reference: str) -> list[TimelineEntry]:
        """Both sides' steps, in the order in which they became known here."""
        return steps.timeline(work, reference)

    def _openable(self, work: Work, reference: str) -> Received:
        referral = self.get(work, reference, lock=True)
        if referral.erased is not None:
            raise COPY_ERASED.error(day=referral.erased.isoformat())
        if referral.status not in OPEN and not (referral.status is Status.DONE and referral.holds_copy):
            raise REFERRAL_ENDED.error()
        return referral

    def _close(self, work: Work, referral: Received, day: date, reason: str, event: Event) -> None:
        """Ends the referral if it is open, erases the copy, confirms the erasure to the owner (once)."""
        reference = referral.reference
        steps.add(work, reference, event, referral.owner, day)
        status = absorb(referral.status, Step.REVOKE)
        columns: dict[str, date | datetime | str | int | None] = {
            "next_try_at": None,
            "open_requested_at": None,
            "open_requested_by": None,
        }
        if status is not referral.status:
            columns |= {"status": status.value, "ended_date": day, "reason": reason}
        received.change(work, reference, **columns)
        if referral.confirmed:
            return
        erased, until = self._erase(work, referral)
        fact = events.ErasureConfirmed(
            owner=referral.owner,
            consent_reference=referral.consent_reference,
            erased_date=erased.isoformat(),
            backups_until_date=until.isoformat(),
        )
        self._publish(work, reference, fact)
        received.change(work, reference, confirmed_at=datetime.now(UTC))
        steps.add(work, reference, Event.ERASURE_CONFIRMED, work.owner, today())

    def _erase(self, work: Work, referral: Received) -> tuple[date, date]:
        """Drops the key of the copy; returns the day of the erasure and the last day on which a backup can hold it.

        What was never opened left nothing in any backup. What was erased before keeps its days.
        """
        if referral.erased is not None and referral.backups_until is not None:
            return referral.erased, referral.backups_until
        now = today()
        until = now + timedelta(days=self.limits.backup_days) if referral.holds_copy else now
        received.drop_copy(work, referral.reference)
        received.change(work, referral.reference, erased_date=now, backups_until_date=until)
        if referral.holds_copy:
            steps.add(work, referral.reference, Event.ERASED, work.owner, now)
            fact = events.RecordErased(record_kind=KIND, erased_date=now.isoformat())
            self._publish(work, referral.reference, fact)
        work.audit("referral.erase", referral.reference, details={"owner": referral.owner})
        return now, until

    def _publish(self, work: Work, reference: str, fact: Message) -> None:
        work.emit(SERVICE, reference, received.next_fact(work, reference), fact)


def _fact(referral: Received, step: Step, day: date, reason: str) -> Message:
    on = day.isoformat()
    if step is Step.ACCEPT:
        return events.ReferralAccepted(owner=referral.owner, accepted_date=on)
    if step is Step.REJECT:
        return events.ReferralRejected(owner=referral.owner, rejected_date=on, reason=reason)
    if step is Step.PROVIDE:
        return events.ReferralServiceProvided(owner=referral.owner, service=referral.service, provided_date=on)
    return events.ReferralDone(owner=referral.owner, done_date=on)


_ANSWERS: Mapping[Step, tuple[Event, str]] = {
    Step.ACCEPT: (Event.ACCEPTED, "accepted_date"),
    Step.REJECT: (Event.REJECTED, "ended_date"),
    Step.PROVIDE: (Event.PROVIDED, "provided_date"),
    Step.FINISH: (Event.DONE, "done_date"),
}
