"""What this service does on other agencies' facts about referrals, on both sides of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from concord.assistance.v1 import events_pb2 as events
from concord_core.agreement import Agreement
from concord_core.errors.codes import FORBIDDEN
from concord_core.events import Fact, Subscription
from concord_core.storage import Work
from concord_core.telemetry import current_traceparent
from concord_core.values import values_of
from concord_victim_assistance.consent.domain import PURPOSE
from concord_victim_assistance.errors import FLOW_MISSING
from concord_victim_assistance.referrals.commands import OwnerSide, RecipientSide
from concord_victim_assistance.referrals.domain import Event, Received, Status, Step
from concord_victim_assistance.values import SERVICE

_TO_RECIPIENT = (
    events.ReferralOffered,
    events.ConsentWithdrawn,
    events.ConsentExpired,
    events.ReferralRevoked,
    events.ReferralExpired,
)


def concerns(fact: Fact[Any]) -> Iterable[str]:
    """The addressee: the agency that was asked for the owner's facts, the owner for the other side's."""
    message = fact.message
    to = message.recipient if isinstance(message, _TO_RECIPIENT) else message.owner
    return (to,) if to else ()


@dataclass(frozen=True)
class ReferralHandlers:
    """Handlers of the consumer `referrals`; each runs for the addressee, within the consumer's transaction."""

    agreement: Agreement
    owner: OwnerSide
    recipient: RecipientSide

    def subscription(self) -> Subscription:
        """What the consumer reads and does."""
        return Subscription(
            consumer="referrals",
            reads=(SERVICE,),
            handlers={
                events.ReferralOffered: self.offered,
                events.ConsentWithdrawn: self.withdrawn,
                events.ConsentExpired: self.consent_expired,
                events.ReferralRevoked: self.revoked,
                events.ReferralExpired: self.expired,
                events.ReferralAccepted: self.accepted,
                events.ReferralRejected: self.rejected,
                events.ReferralServiceProvided: self.provided,
                events.ReferralDone: self.done,
                events.ErasureConfirmed: self.erased,
            },
            concerns=concerns,
        )

    def offered(self, work: Work, fact: Fact[events.ReferralOffered]) -> None:
        """A referral arrived. Its owner is asked by the courier, later, so that nobody's facts wait for a network."""
        message = fact.message
        if fact.agency == work.owner:
            raise FORBIDDEN.error()
        if not self.agreement.flow_allows(fact.agency, work.owner, SERVICE, PURPOSE, fact.appended):
            raise FLOW_MISSING.error(recipient=work.owner)
        referral = Received(
            reference=fact.key,
            owner=fact.agency,
            **values_of(message, "consent_reference", "service", "urgent", "country"),
            status=Status.IN_PROGRESS,
            offered=date.fromisoformat(message.offered_date),
            answer_by=date.fromisoformat(message.answer_by_date),
            version=1,
            received=fact.appended,
        )
        self.recipient.arrive(work, referral, current_traceparent())

    def withdrawn(self, work: Work, fact: Fact[events.ConsentWithdrawn]) -> None:
        """A consent was taken back."""
        message = fact.message
        day = date.fromisoformat(message.withdrawn_date)
        references = tuple(message.referral_references)
        self.recipient.consent_over(work, fact.agency, fact.key, references, day, Event.CONSENT_WITHDRAWN)

    def consent_expired(self, work: Work, fact: Fact[events.ConsentExpired]) -> None:
        """A consent's last day is over."""
        message = fact.message
        day = date.fromisoformat(message.expiry_date)
        references = tuple(message.referral_references)
        self.recipient.consent_over(work, fact.agency, fact.key, references, day, Event.CONSENT_EXPIRED)

    def revoked(self, work: Work, fact: Fact[events.ReferralRevoked]) -> None:
        """A referral was taken back."""
        day = date.fromisoformat(fact.message.revoked_date)
        self.recipient.revoked(work, fact.agency, fact.key, day, fact.message.reason)

    def expired(self, work: Work, fact: Fact[events.ReferralExpired]) -> None:
        """A referral was not answered in time."""
        self.recipient.lapsed(work, fact.agency, fact.key, date.fromisoformat(fact.message.expired_date))

    def accepted(self, work: Work, fact: Fact[events.ReferralAccepted]) -> None:
        """The asked agency will help."""
        day = date.fromisoformat(fact.message.accepted_date)
        self.owner.follow(work, fact.key, fact.agency, Step.ACCEPT, day)

    def rejected(self, work: Work, fact: Fact[events.ReferralRejected]) -> None:
        """The asked agency cannot help."""
        day = date.fromisoformat(fact.message.rejected_date)
        self.owner.follow(work, fact.key, fact.agency, Step.REJECT, day, fact.message.reason)

    def provided(self, work: Work, fact: Fact[events.ReferralServiceProvided]) -> None:
        """The asked agency provided the service."""
        day = date.fromisoformat(fact.message.provided_date)
        self.owner.follow(work, fact.key, fact.agency, Step.PROVIDE, day)

    def done(self, work: Work, fact: Fact[events.ReferralDone]) -> None:
        """The referral ended well."""
        day = date.fromisoformat(fact.message.done_date)
        self.owner.follow(work, fact.key, fact.agency, Step.FINISH, day)

    def erased(self, work: Work, fact: Fact[events.ErasureConfirmed]) -> None:
        """The asked agency's copy is gone."""
        message = fact.message
        day, until = date.fromisoformat(message.erased_date), date.fromisoformat(message.backups_until_date)
        self.owner.confirm_erasure(work, fact.key, fact.agency, day, until)
