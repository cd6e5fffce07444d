"""An advocate opens a request for help: asks intake for what the reporter allowed, and makes the record from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from concord.intake.v1.service_pb2 import Handover as Content
from concord_core.storage import Actor, Database, Work
from concord_core.storage.idempotency import once
from concord_core.values import Hidden
from concord_victim_assistance.needs.commands import Needs
from concord_victim_assistance.persons.commands import Persons
from concord_victim_assistance.persons.domain import HandedOver, Handover, Person, known_needs, profile_of_handover


@dataclass(frozen=True, repr=False)
class Received(Hidden):
    """What intake handed over, and the commitment by which both sides name the sealed package in their audit entries
    (empty without one)."""

    content: Content
    commitment: str = ""


class Intake(Protocol):
    """The intake service of an agency, at the agreement's address. Raises ConcordError, of kind UNAVAILABLE when it
    does not answer in time."""

    def handover(self, agency: str, report_reference: str, acting_person: str) -> Received:
        """What the reporter allows the people who help to know; empty when they allow nothing."""


@dataclass(frozen=True)
class HandoverOpening:
    """Opens requests for help. Intake is asked outside of any transaction; when it is silent the request stays."""

    database: Database
    intake: Intake
    persons: Persons
    needs: Needs

    def open(self, agency: str, actor: Actor, report_reference: str, key: str) -> Person:
        """Makes the record with the needs that were ticked, once per key.

        Raises `not_found`, `handover_opened`, what intake says. A reporter who allows nothing still gets a record: help
        does not depend on a name.
        """
        with self.database.work(agency, actor=actor) as work:
            waiting = self.persons.handover(work, report_reference)
        received = Received(Content())
        if waiting.person_reference is None:  # else a repeat gets its answer below, anybody else `handover_opened`
            received = self.intake.handover(agency, report_reference, actor.subject)
        scope = f"assistance.handovers.open/{report_reference}"
        with self.database.work(agency, actor=actor) as work:
            made = once(work, self.persons.vault, key, scope, "", lambda: self._made(work, waiting, received))
            return self.persons.get(work, made["reference"])

    def _made(self, work: Work, waiting: Handover, received: Received) -> dict[str, str]:
        allowed = received.content
        handed = HandedOver(
            reporter_type=allowed.reporter_type,
            name=allowed.reporter_name,
            contact=allowed.safe_contact,
            safe_times=allowed.safe_times,
            language=allowed.language,
            age_band=allowed.age_band,
        )
        profile = profile_of_handover(handed, waiting.country, waiting.language, self.persons.codes)
        person = self.persons.open_handover(work, waiting.report_reference, profile, received.commitment)
        for need in known_needs(allowed.needs, self.persons.codes):
            self.needs.record(work, person.reference, need, None)
        return {"reference": person.reference}
