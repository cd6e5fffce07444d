"""Needs: recorded, offered, provided or declined, each with its day and its fact."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from google.protobuf.message import Message

from concord.assistance.v1 import events_pb2 as events
from concord_core.codes import CodeLists
from concord_core.errors.codes import NOT_FOUND
from concord_core.storage import Work, check_version
from concord_core.values import new_reference
from concord_victim_assistance.needs import store
from concord_victim_assistance.needs.domain import Need, NeedStatus, NeedStep, after
from concord_victim_assistance.persons.commands import Persons
from concord_victim_assistance.values import SERVICE, Problems


@dataclass(frozen=True)
class Needs:
    """What is done about needs; each method is part of the caller's transaction."""

    persons: Persons
    codes: CodeLists

    def record(self, work: Work, person_reference: str, service: str, day: date | None) -> Need:
        """Records a need and publishes `NeedRecorded`; raises `not_found`, `invalid_request`."""
        person = self.persons.get(work, person_reference)
        problems = Problems(self.codes)
        problems.code("service", "assistance_service", service)
        recorded = problems.past_day("recorded_date", day, not_before=person.registered)
        problems.check()
        need = Need(new_reference("NE"), person_reference, service, NeedStatus.RECORDED, recorded)
        store.insert(work, need)
        self._publish(
            work,
            need,
            events.NeedRecorded(need_reference=need.reference, service=service, recorded_date=recorded.isoformat()),
        )
        work.audit("need.record", need.reference, details={"person": person_reference})
        return need

    def step(self, work: Work, reference: str, step: NeedStep, day: date | None, expected: int) -> Need:
        """One step by an advocate; raises `not_found`, `stale_write`, `need_state`, `invalid_request`."""
        need = self.get(work, reference, lock=True)
        check_version(expected, need.version)
        status = after(need.status, step)
        problems = Problems(self.codes)
        on = problems.past_day("on", day, not_before=need.last_day)
        problems.check()
        changed = self._apply(work, replace(need, status=status), step, on, provider=work.owner)
        work.audit(f"need.{step}", reference)
        return changed

    def offered_by_referral(self, work: Work, reference: str, person_reference: str, day: date) -> Need:
        """A referral offers the service. A need that is another person's answers `not_found`."""
        need = self.get(work, reference, lock=True)
        if need.person_reference != person_reference:
            raise NOT_FOUND.error()
        return self._apply(work, replace(need, status=after(need.status, NeedStep.OFFER)), NeedStep.OFFER, day)

    def provided_by_referral(self, work: Work, reference: str, provider: str, day: date) -> None:
        """Another agency provided the service. A need that was settled meanwhile stays as it is."""
        need = self.get(work, reference, lock=True)
        if need.status is NeedStatus.OFFERED:
            provided = replace(need, status=NeedStatus.PROVIDED)
            self._apply(work, provided, NeedStep.PROVIDE, day, provider=provider)

    def get(self, work: Work, reference: str, *, lock: bool = False) -> Need:
        """One need; raises `not_found`."""
        return store.get(work, reference, lock=lock)

    def of_person(self, work: Work, person_reference: str) -> list[Need]:
        """A person's needs, in the order in which they were recorded."""
        return store.of_person(work, person_reference)

    def unmet(self, work: Work) -> dict[str, int]:
        """How many needs of each person wait for a service."""
        return store.unmet(work)

    def _apply(self, work: Work, need: Need, step: NeedStep, day: date, *, provider: str = "") -> Need:
        on = day.isoformat()
        fact: Message
        if step is NeedStep.OFFER:
            need = replace(need, offered=day)
            fact = events.ServiceOffered(need_reference=need.reference, service=need.service, offered_date=on)
        elif step is NeedStep.PROVIDE:
            need = replace(need, provided=day, provider=provider)
            fact = events.ServiceProvided(
                need_reference=need.reference, service=need.service, provided_date=on, provider=provider
            )
        else:
            need = replace(need, declined=day)
            fact = events.ServiceDeclined(need_reference=need.reference, service=need.service, declined_date=on)
        store.update(work, need)
        self._publish(work, need, fact)
        return replace(need, version=need.version + 1)

    def _publish(self, work: Work, need: Need, fact: Message) -> None:
        sequence = self.persons.next_fact(work, need.person_reference)
        work.emit(SERVICE, need.person_reference, sequence, fact)
