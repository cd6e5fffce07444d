"""Recording consents in the person's words, taking them back, and the grants that rest on them.

A consent taken back ends its grants in the same transaction: nothing can be opened from that moment. The fact that
tells the holders to erase carries references only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from concord.assistance.v1 import events_pb2 as events
from concord_core.codes import CodeLists
from concord_core.errors.codes import NOT_FOUND
from concord_core.storage import Work, check_version
from concord_core.values import Hidden, new_reference, today
from concord_core.vault import Vault
from concord_victim_assistance.consent import store
from concord_victim_assistance.consent.domain import (
    HOLDING,
    PURPOSE,
    SHARING_SCOPES,
    Consent,
    Draft,
    FieldGroup,
    State,
    checked_draft,
    choose,
    moved,
    narrowed,
)
from concord_victim_assistance.consent.store import Grant
from concord_victim_assistance.errors import CONSENT_ENDED, CONSENT_MISSING, NOTHING_ALLOWED
from concord_victim_assistance.persons.commands import Persons
from concord_victim_assistance.values import SERVICE, Problems

KIND = "consent"
_DAY = timedelta(days=1)


@dataclass(frozen=True, repr=False)
class Words(Hidden):
    """What the person said, and for a child why it is in the child's interest: personal data."""

    words: str
    best_interest: str


@dataclass(frozen=True)
class Consents:
    """What is done with consents and grants; each method is part of the caller's transaction."""

    vault: Vault
    codes: CodeLists
    persons: Persons

    def record(self, work: Work, person_reference: str, draft: Draft, agencies: Iterable[str]) -> Consent:
        """Records a consent or a refusal; publishes `ConsentGiven` for a consent. Raises `invalid_request`."""
        person = self.persons.get(work, person_reference)
        kept = checked_draft(
            draft,
            age_category=person.age_category,
            registered=person.registered,
            agencies=[slug for slug in agencies if slug != work.owner],
            codes=self.codes,
        )
        consent = Consent(
            reference=new_reference("CO"),
            person_reference=person_reference,
            scope=kept.scope,
            recipient=kept.recipient,
            service=kept.service,
            groups=tuple(FieldGroup(group) for group in kept.groups),
            given_how=kept.given_how,
            given_by=kept.given_by,
            state=State(kept.state),
            language=kept.language,
            given=kept.given or today(),
            expiry=kept.expiry,
            version=1,
        )
        cipher = self.vault.new_record(work.owner, KIND, consent.reference)
        encrypted = {
            "words": cipher.encrypt("words", kept.words),
            "best_interest": cipher.encrypt("best_interest", kept.best_interest),
        }
        store.insert(work, consent, cipher.wrapped, encrypted)
        if consent.state in HOLDING:
            fact = events.ConsentGiven(
                person_reference=person_reference,
                scope=consent.scope,
                recipient=consent.recipient,
                service=consent.service,
                given_date=consent.given.isoformat(),
                expiry_date=consent.expiry.isoformat() if consent.expiry else "",
            )
            work.emit(SERVICE, consent.reference, store.next_fact(work, consent.reference), fact)
        work.audit("consent.record", consent.reference, details={"state": consent.state.value})
        return consent

    def withdraw(
        self,
        work: Work,
        reference: str,
        day: date | None,
        *,
        expected: int | None,
        by: str = "person",
    ) -> tuple[Consent, list[str]]:
        """Takes a consent back and ends its grants; returns it with the referrals that rested on it.

        Publishes `ConsentWithdrawn`. `expected` is the version that a person saw; a handler knows none. Raises
        `not_found`, `stale_write`, `consent_state`, `invalid_request`.
        """
        consent = self.get(work, reference, lock=True)
        if expected is not None:
            check_version(expected, consent.version)
        withdrawn = moved(consent, State.WITHDRAWN)
        problems = Problems(self.codes)
        on = problems.past_day("withdrawn_date", day, not_before=consent.given)
        problems.check()
        store.mark_withdrawn(work, reference, on, by)
        referrals = store.revoke_grants(work, reference)
        fact = events.ConsentWithdrawn(
            recipient=consent.recipient, withdrawn_date=on.isoformat(), referral_references=referrals
        )
        work.emit(SERVICE, reference, store.next_fact(work, reference), fact)
        work.audit("consent.withdraw", reference, details={"by": by})
        return replace(withdrawn, withdrawn=on, withdrawn_by=by, version=consent.version + 1), referrals

    def lapse(self, work: Work, reference: str, day: date) -> tuple[Consent, list[str]]:
        """Ends a consent whose last day lies before `day`; returns it with the referrals that rested on it.

        A referral of which a newer consent of the person covers everything goes on under that one. Publishes
        `ConsentExpired`. Raises `consent_state` for one that does not hold.
        """
        consent = self.get(work, reference, lock=True)
        ended = moved(consent, State.EXPIRED)
        store.mark_expired(work, reference)
        person = self.persons.get(work, consent.person_reference)
        newer = choose(self.of_person(work, person.reference), consent.recipient, consent.service, day)
        covered = set(narrowed(newer, self.persons.limits(work, person))) if newer is not None else set()
        for grant in store.open_grants(work, reference):
            if newer is not None and set(grant.groups) <= covered:
                store.move_grant(work, grant.referral_reference, newer.reference, newer.expiry or newer.given)
        referrals = store.revoke_grants(work, reference)
        fact = events.ConsentExpired(
            recipient=consent.recipient,
            expiry_date=(consent.expiry or day).isoformat(),
            referral_references=referrals,
        )
        work.emit(SERVICE, reference, store.next_fact(work, reference), fact)
        work.audit("consent.expire", reference)
        return replace(ended, version=consent.version + 1), referrals

    def over_on(self, work: Work, day: date) -> list[str]:
        """Consents whose last day lies before `day` and that have not been ended."""
        return store.over_on(work, day)

    def ending(self, work: Work, day: date, within: timedelta) -> list[Consent]:
        """Consents that end within that time and on which a referral rests that nothing newer would carry on."""
        return [
            one
            for one in store.ending(work, day, day + within)
            if one.expiry is not None
            and choose(self.of_person(work, one.person_reference), one.recipient, one.service, one.expiry + _DAY)
            is None
        ]

    def get(self, work: Work, reference: str, *, lock: bool = False) -> Consent:
        """One consent; raises `not_found`."""
        return store.get(work, reference, lock=lock)

    def of_person(self, work: Work, person_reference: str) -> list[Consent]:
        """A person's consents, the latest first."""
        return store.of_person(work, person_reference)

    def words(self, work: Work, reference: str) -> Words:
        """What the person said, decrypted. The caller says in the audit entries what it was read for."""
        wrapped, encrypted = store.encrypted_fields(work, reference)
        cipher = self.vault.record(work.owner, KIND, reference, wrapped)
        return Words(**{name: cipher.decrypt(name, value) for name, value in encrypted.items()})

    def usable(
        self, work: Work, person_reference: str, recipient: str, service: str
    ) -> tuple[Consent, tuple[FieldGroup, ...]]:
        """The consent on which a referral may rest today, and the groups that may travel.

        The consent stays locked, so that a withdrawal comes before this work or sees what it leaves. Raises
        `consent_missing`, naming the scope, or `nothing_allowed` when the reporter's refusal leaves nothing.
        """
        person = self.persons.get(work, person_reference)
        consent = choose(self.of_person(work, person_reference), recipient, service, today())
        if consent is not None:
            consent = self.get(work, consent.reference, lock=True)
        if consent is None or not consent.allows(recipient, service, today()):
            raise CONSENT_MISSING.error(scope=SHARING_SCOPES[0], recipient=recipient)
        groups = narrowed(consent, self.persons.limits(work, person))
        if not groups:
            raise NOTHING_ALLOWED.error()
        return consent, groups

    def grant(self, work: Work, consent: Consent, referral_reference: str, groups: tuple[FieldGroup, ...]) -> None:
        """Lets the recipient ask for one referral's content for as long as the consent holds."""
        grant = Grant(
            referral_reference=referral_reference,
            consent_reference=consent.reference,
            recipient=consent.recipient,
            groups=groups,
            not_after=consent.expiry or consent.given,
            disclosed=None,
            revoked=None,
        )
        store.insert_grant(work, grant, PURPOSE)

    def standing(self, work: Work, referral_reference: str) -> State:
        """The state of the consent behind a referral, today; raises `not_found`."""
        grant = store.grant(work, referral_reference)
        if grant is None:
            raise NOT_FOUND.error()
        return self.get(work, grant.consent_reference).state_on(today())

    def use_grant(self, work: Work, referral_reference: str, recipient: str) -> tuple[FieldGroup, ...]:
        """The groups that may be handed over at this moment, noting that they are.

        Checks grant and consent under a lock, so that a withdrawal comes before or after, never in between. Raises
        `not_found` for another recipient, `consent_ended`, `nothing_allowed`.
        """
        grant = store.grant(work, referral_reference, lock=True)
        if grant is None or grant.recipient != recipient:
            raise NOT_FOUND.error()
        consent = self.get(work, grant.consent_reference)
        state = consent.state_on(today())
        if state not in HOLDING:
            raise CONSENT_ENDED.error()
        if grant.revoked is not None or today() > grant.not_after:
            raise CONSENT_ENDED.error()
        person = self.persons.get(work, consent.person_reference)
        allowed = narrowed(consent, self.persons.limits(work, person))
        groups = tuple(group for group in grant.groups if group in allowed)
        if not groups:
            raise NOTHING_ALLOWED.error()
        store.mark_disclosed(work, referral_reference)
        return groups

    def lock_grant(self, work: Work, referral_reference: str) -> None:
        """Locks the grant of a referral until the end of the transaction."""
        store.grant(work, referral_reference, lock=True)

    def end_grant(self, work: Work, referral_reference: str) -> None:
        """Ends the grant of a referral that is over."""
        store.revoke_grant(work, referral_reference)
