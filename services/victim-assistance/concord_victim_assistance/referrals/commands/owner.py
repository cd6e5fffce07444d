"""The owner's side: offer, disclose, take back, and follow what the other agency does.

Nothing is offered without a consent that covers it, and nothing is handed over unless consent and grant hold at that
moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from concord.assistance.v1 import events_pb2 as events
from concord.assistance.v1.service_pb2 import ReferralPackage
from concord_core.agreement import Agreement
from concord_core.codes import CodeLists
from concord_core.errors.codes import FORBIDDEN, NOT_FOUND
from concord_core.storage import Work, check_version
from concord_core.values import Hidden, new_reference, today
from concord_core.vault import Vault
from concord_core.web.marks import msgid
from concord_victim_assistance.config import Limits
from concord_victim_assistance.consent.commands import Consents
from concord_victim_assistance.consent.domain import (
    HOLDING,
    PURPOSE,
    SHARING_SCOPES,
    Consent,
    FieldGroup,
    State,
    fields_of,
    narrowed,
)
from concord_victim_assistance.errors import CONSENT_ENDED, FLOW_MISSING, PREVIEW_CHANGED, REFERRAL_ENDED
from concord_victim_assistance.needs.commands import Needs
from concord_victim_assistance.persons.commands import Persons
from concord_victim_assistance.persons.domain import Person
from concord_victim_assistance.referrals.domain import (
    OPEN,
    STEPS,
    Event,
    Referral,
    Status,
    Step,
    TimelineEntry,
    absorb,
    after,
    answer_by,
    lapses,
)
from concord_victim_assistance.referrals.store import owned, steps
from concord_victim_assistance.values import SERVICE, Problems

KIND = "referral"
MAX_NOTE = 2_000


@dataclass(frozen=True, repr=False)
class Offer(Hidden):
    """What an advocate decides about a referral. `note` is personal data; `shown` are the fields that the preview
    showed, so that nothing travels that was not seen."""

    person_reference: str
    recipient: str
    service: str
    urgent: bool = False
    country: str = ""
    note: str = ""
    need_reference: str | None = None
    offered: date | None = None
    shown: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class Preview(Hidden):
    """What would travel now: the consent behind it, and the package's fields with their values (personal data)."""

    consent: Consent
    groups: tuple[FieldGroup, ...]
    fields: Mapping[str, str]


@dataclass(frozen=True)
class OwnerSide:
    """What is done with referrals to other agencies; each method is part of the caller's transaction."""

    vault: Vault
    codes: CodeLists
    agreement: Agreement
    limits: Limits
    persons: Persons
    consents: Consents
    needs: Needs

    def preview(self, work: Work, person_reference: str, recipient: str, service: str, note: str = "") -> Preview:
        """Exactly what would travel; raises `not_found`, `flow_missing`, `consent_missing`, `nothing_allowed`."""
        person = self.persons.get(work, person_reference)
        if not self.agreement.flow_allows(work.owner, recipient, SERVICE, PURPOSE, datetime.now(UTC)):
            raise FLOW_MISSING.error(recipient=recipient)
        consent, groups = self.consents.usable(work, person_reference, recipient, service)
        work.audit("referral.preview", person_reference, purpose=PURPOSE, details={"recipient": recipient})
        profile = self.persons.read(work, person)
        values = {name: getattr(profile, name) for name in fields_of(FieldGroup) if name != "note"}
        values["note"] = note
        return Preview(consent, groups, {name: values[name] for name in fields_of(groups)})

    def offer(self, work: Work, offer: Offer) -> Referral:
        """Asks another agency to help and publishes `ReferralOffered`.

        Raises what `preview` raises, `preview_changed` when something else would travel than was shown, and
        `invalid_request`.
        """
        person = self.persons.get(work, offer.person_reference)
        problems = Problems(self.codes)
        problems.code("service", "assistance_service", offer.service)
        country = offer.country or person.country
        problems.code("country", "country_iso3166_alpha3", country, required=False)
        note = problems.text("note", offer.note, most=MAX_NOTE)
        if offer.recipient not in {agency.slug for agency in self.agreement.members} - {work.owner}:
            problems.add("recipient", "unknown_agency", msgid("Choose one of the agencies of the agreement."))
        day = problems.past_day("offered_date", offer.offered, not_before=person.registered)
        problems.check()
        preview = self.preview(work, offer.person_reference, offer.recipient, offer.service, note)
        if note and FieldGroup.NOTE not in preview.groups:
            problems.add("note", "not_covered", msgid("The consent does not cover a note. Leave it empty."))
            problems.check()
        if set(offer.shown) != set(preview.fields):
            raise PREVIEW_CHANGED.error()
        referral = Referral(
            reference=new_reference("RF"),
            person_reference=offer.person_reference,
            consent_reference=preview.consent.reference,
            need_reference=offer.need_reference,
            recipient=offer.recipient,
            service=offer.service,
            urgent=offer.urgent,
            country=country,
            groups=preview.groups,
            status=Status.IN_PROGRESS,
            offered=day,
            answer_by=answer_by(
                day, offer.urgent, days=self.limits.answer_days, urgent_days=self.limits.urgent_answer_days
            ),
            version=1,
        )
        if offer.need_reference is not None:
            self.needs.offered_by_referral(work, offer.need_reference, offer.person_reference, day)
        cipher = self.vault.new_record(work.owner, KIND, referral.reference)
        owned.insert(work, referral, cipher.wrapped, cipher.encrypt("note", note))
        self.consents.grant(work, preview.consent, referral.reference, preview.groups)
        steps.add(work, referral.reference, Event.OFFERED, work.owner, day)
        fact = events.ReferralOffered(
            recipient=referral.recipient,
            service=referral.service,
            urgent=referral.urgent,
            country=country,
            offered_date=day.isoformat(),
            consent_reference=referral.consent_reference,
            answer_by_date=referral.answer_by.isoformat(),
        )
        work.emit(SERVICE, referral.reference, 1, fact)
        work.audit("referral.offer", referral.reference, purpose=PURPOSE, details={"recipient": offer.recipient})
        return referral

    def standing(self, work: Work, reference: str, recipient: str) -> tuple[Status, State]:
        """Whether a referral stands, for the agency that was asked; raises `not_found` for another one."""
        referral = self.get(work, reference)
        if referral.recipient != recipient:
            raise NOT_FOUND.error()
        return referral.status, self.consents.standing(work, reference)

    def disclose(self, work: Work, reference: str, recipient: str) -> ReferralPackage:
        """The content for the agency that was asked, as consent and grant allow at this moment.

        Raises `not_found` for another agency, `consent_ended`, `referral_ended`, `flow_missing`.
        """
        referral = self._locked(work, reference)
        if referral.recipient != recipient:
            raise NOT_FOUND.error()
        state = self.consents.standing(work, reference)
        if state not in HOLDING:
            raise CONSENT_ENDED.error()
        if referral.status not in OPEN:
            raise REFERRAL_ENDED.error()
        if not self.agreement.flow_allows(work.owner, recipient, SERVICE, PURPOSE, datetime.now(UTC)):
            raise FLOW_MISSING.error(recipient=recipient)
        fields = fields_of(self.consents.use_grant(work, reference, recipient))
        profile = self.persons.read(work, self.persons.get(work, referral.person_reference))
        values = {name: getattr(profile, name) for name in fields if name != "note"}
        if "note" in fields:
            wrapped, blob = owned.note(work, reference)
            values["note"] = self.vault.record(work.owner, KIND, reference, wrapped).decrypt("note", blob)
        if referral.opened is None:
            owned.change(work, reference, opened_at=datetime.now(UTC))
            steps.add(work, reference, Event.OPENED, recipient, today())
        return ReferralPackage(**values)

    def revoke(self, work: Work, reference: str, day: date | None, expected: int) -> Referral:
        """Takes a referral back; the other agency erases what it holds. Raises `stale_write`, `referral_state`."""
        referral = self._locked(work, reference)
        check_version(expected, referral.version)
        after(referral.status, Step.REVOKE)
        problems = Problems(self.codes)
        on = problems.past_day("revoked_date", day, not_before=referral.offered)
        problems.check()
        self.consents.end_grant(work, reference)
        self._end(work, referral, on, "owner_decision")
        work.audit("referral.revoke", reference)
        return self.get(work, reference)

    def withdraw_consent(
        self,
        work: Work,
        consent_reference: str,
        day: date | None,
        *,
        expected: int | None,
        by: str = "person",
    ) -> Consent:
        """Takes a consent back with everything that rests on it: grants, open referrals; erasures become due."""
        consent, references = self.consents.withdraw(work, consent_reference, day, expected=expected, by=by)
        self._consent_over(work, references, consent.withdrawn or today(), Event.CONSENT_WITHDRAWN)
        return consent

    def end_consents(self, work: Work, day: date) -> int:
        """Ends the consents whose last day lies before `day`, with everything that rests on them; returns how many."""
        over = self.consents.over_on(work, day)
        for reference in over:
            consent, references = self.consents.lapse(work, reference, day)
            self._consent_over(work, references, consent.expiry or day, Event.CONSENT_EXPIRED)
        return len(over)

    def ending(self, work: Work) -> list[Consent]:
        """Consents that end soon, so that whoever is being helped can be asked again in time."""
        return self.consents.ending(work, today(), timedelta(days=self.limits.consent_notice_days))

    def narrow(self, work: Work, person: Person) -> None:
        """Takes back the consents of a person of which a reporter's refusal leaves nothing."""
        limits = self.persons.limits(work, person)
        for consent in self.consents.of_person(work, person.reference):
            shares = consent.scope in SHARING_SCOPES
            if shares and consent.state in HOLDING and not narrowed(consent, limits):
                self.withdraw_consent(work, consent.reference, None, expected=None, by="reporter")

    def follow(self, work: Work, reference: str, recipient: str, step: Step, day: date, reason: str = "") -> None:
        """Takes over a step of the agency that was asked; raises `not_found` for a referral that it was not asked.

        A step that crossed a withdrawal on the way is shown in the timeline and leaves the status as it is.
        """
        referral = self._of_recipient(work, reference, recipient)
        event, column = _FOLLOWED[step]
        steps.add(work, reference, event, recipient, day)
        if (referral.status, step) in STEPS:
            columns: dict[str, date | str | None] = {"status": absorb(referral.status, step).value, column: day}
            if step is Step.REJECT:
                columns["reason"] = reason
                self.consents.end_grant(work, reference)
            owned.change(work, reference, **columns)
        # Help that was given was given, also when the referral was taken back on the way.
        if step is Step.PROVIDE and referral.need_reference is not None:
            self.needs.provided_by_referral(work, referral.need_reference, recipient, day)

    def confirm_erasure(self, work: Work, reference: str, recipient: str, day: date, backups_until: date) -> None:
        """Notes that the other agency's copy is gone, and until when a backup could hold it."""
        referral = self._of_recipient(work, reference, recipient)
        if referral.erasure_confirmed is not None:
            return
        owned.change(work, reference, erasure_confirmed_date=day, backups_until_date=backups_until)
        steps.add(work, reference, Event.ERASURE_CONFIRMED, recipient, day)
        work.audit("referral.erasure_confirmed", reference, details={"recipient": recipient})

    def expire(self, work: Work) -> int:
        """Ends the referrals that nobody answered in time; returns how many."""
        ended = 0
        for candidate, recorded in owned.unanswered(work):
            referral = self._locked(work, candidate.reference)
            if not lapses(referral, recorded, today(), grace_days=self.limits.expire_grace_days):
                continue
            status = after(referral.status, Step.EXPIRE)
            owned.change(work, referral.reference, status=status.value, ended_date=today())
            self.consents.end_grant(work, referral.reference)
            steps.add(work, referral.reference, Event.EXPIRED, work.owner, today())
            fact = events.ReferralExpired(recipient=referral.recipient, expired_date=today().isoformat())
            work.emit(SERVICE, referral.reference, owned.next_fact(work, referral.reference), fact)
            ended += 1
        return ended

    def get(self, work: Work, reference: str, *, lock: bool = False) -> Referral:
        """One referral; raises `not_found`."""
        return owned.get(work, reference, lock=lock)

    def listed(self, work: Work) -> list[Referral]:
        """All referrals of the agency, the latest first."""
        return owned.listed(work)

    def of_person(self, work: Work, person_reference: str) -> list[Referral]:
        """A person's referrals, the latest first."""
        return owned.of_person(work, person_reference)

    def unconfirmed(self, work: Work) -> list[Referral]:
        """Referrals whose other side still owes the word that its copy is gone."""
        return owned.unconfirmed(work)

    def timeline(self, work: Work, reference: str) -> list[TimelineEntry]:
        """Both sides' steps, in the order in which they became known here."""
        return steps.timeline(work, reference)

    def _of_recipient(self, work: Work, reference: str, recipient: str) -> Referral:
        referral = self._locked(work, reference)
        if referral.recipient != recipient:
            raise FORBIDDEN.error()
        return referral

    def _locked(self, work: Work, reference: str) -> Referral:
        """The referral, its grant locked before it: a withdrawal locks in the order consent, grants, referrals, too."""
        self.consents.lock_grant(work, reference)
        return self.get(work, reference, lock=True)

    def _consent_over(self, work: Work, references: list[str], day: date, event: Event) -> None:
        """What rested on a consent that holds no more: open referrals end, erasures become due."""
        for reference in references:
            referral = self.get(work, reference, lock=True)
            steps.add(work, reference, event, work.owner, day)
            if referral.status in OPEN:
                self._end(work, referral, day, event.value)
            else:
                self._expect_erasure(work, reference)

    def _end(self, work: Work, referral: Referral, day: date, reason: str) -> None:
        status = after(referral.status, Step.REVOKE)
        owned.change(work, referral.reference, status=status.value, ended_date=day, reason=reason)
        self._expect_erasure(work, referral.reference)
        steps.add(work, referral.reference, Event.REVOKED, work.owner, day)
        fact = events.ReferralRevoked(recipient=referral.recipient, revoked_date=day.isoformat(), reason=reason)
        work.emit(SERVICE, referral.reference, owned.next_fact(work, referral.reference), fact)

    def _expect_erasure(self, work: Work, reference: str) -> None:
        due = datetime.now(UTC) + timedelta(hours=self.limits.erasure_hours)
        owned.change(work, reference, erasure_due_at=due)


_FOLLOWED: Mapping[Step, tuple[Event, str]] = {
    Step.ACCEPT: (Event.ACCEPTED, "accepted_date"),
    Step.REJECT: (Event.REJECTED, "ended_date"),
    Step.PROVIDE: (Event.PROVIDED, "provided_date"),
    Step.FINISH: (Event.DONE, "done_date"),
}
