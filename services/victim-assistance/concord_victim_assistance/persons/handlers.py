"""What this service does on intake's facts: requests for help, and what reporters allow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from concord.intake.v1 import events_pb2 as events
from concord_core.events import Fact, Subscription
from concord_core.storage import Work
from concord_victim_assistance.persons.commands import Persons
from concord_victim_assistance.persons.domain import OPEN_WITHIN, Handover, ReporterLimit
from concord_victim_assistance.referrals.commands import OwnerSide


def concerns(fact: Fact[Any]) -> Iterable[str]:
    """The agency that received the report: help for its person is its own work."""
    return (fact.agency,)


@dataclass(frozen=True)
class HandoverHandlers:
    """Handlers of the consumer `handover`."""

    persons: Persons
    owner: OwnerSide

    def subscription(self) -> Subscription:
        """What the consumer reads and does."""
        return Subscription(
            consumer="handover",
            reads=("intake",),
            handlers={
                events.AssistanceRequested: self.requested,
                events.ReporterConsentChanged: self.consent_changed,
            },
            concerns=concerns,
        )

    def requested(self, work: Work, fact: Fact[events.AssistanceRequested]) -> None:
        """A reporter asked for help: an advocate has 24 hours from the moment it was said."""
        message = fact.message
        handover = Handover(
            report_reference=fact.key,
            requested=date.fromisoformat(message.requested_date),
            country=message.country,
            urgent=message.urgent,
            language=message.language,
            received=fact.time,
            due=fact.time + OPEN_WITHIN,
        )
        self.persons.request(work, handover)

    def consent_changed(self, work: Work, fact: Fact[events.ReporterConsentChanged]) -> None:
        """What a reporter allows can only narrow what rests on it here."""
        message = fact.message
        limit = ReporterLimit(message.scope, message.state, date.fromisoformat(message.changed_date))
        person = self.persons.limit(work, fact.key, limit)
        if person is not None:
            self.owner.narrow(work, person)
