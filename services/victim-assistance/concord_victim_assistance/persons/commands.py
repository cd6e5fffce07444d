"""Registering persons, changing their records, and opening requests for help that intake hands over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from concord.assistance.v1 import events_pb2 as events
from concord_core.codes import CodeLists
from concord_core.errors.codes import NOT_FOUND
from concord_core.storage import Work, check_version
from concord_core.values import new_reference
from concord_core.vault import RecordCipher, Vault
from concord_victim_assistance.errors import HANDOVER_OPENED
from concord_victim_assistance.persons import store
from concord_victim_assistance.persons.domain import Handover, Person, Profile, ReporterLimit, checked_profile
from concord_victim_assistance.values import SERVICE

KIND = "person"
_SECRET = ("name", "contact", "safe_times", "notes")


@dataclass(frozen=True)
class Persons:
    """What is done with persons' records; each method is part of the caller's transaction."""

    vault: Vault
    codes: CodeLists

    def register(
        self, work: Work, profile: Profile, registered: date | None, *, report_reference: str | None = None
    ) -> Person:
        """Makes a record and publishes `PersonRegistered`; raises `invalid_request`."""
        kept, day = checked_profile(profile, registered, self.codes)
        person = Person(
            reference=new_reference("VP"),
            sex=kept.sex,
            age_category=kept.age_category,
            language=kept.language,
            country=kept.country,
            registered=day,
            report_reference=report_reference,
            version=1,
        )
        cipher = self.vault.new_record(work.owner, KIND, person.reference)
        store.insert_person(work, person, cipher.wrapped, _encrypted(cipher, kept))
        fact = events.PersonRegistered(
            registered_date=day.isoformat(), sex=kept.sex, age_category=kept.age_category, country=kept.country
        )
        work.emit(SERVICE, person.reference, 1, fact)
        work.audit("person.register", person.reference)
        return person

    def change(self, work: Work, reference: str, changes: Mapping[str, str], expected: int) -> Person:
        """Changes the named fields of a record; raises `not_found`, `stale_write`, `invalid_request`."""
        person = self.get(work, reference, lock=True)
        check_version(expected, person.version)
        kept, _ = checked_profile(replace(self.read(work, person), **changes), person.registered, self.codes)
        cipher = self._cipher(work, reference)
        changed = replace(
            person,
            sex=kept.sex,
            age_category=kept.age_category,
            language=kept.language,
            country=kept.country,
            version=person.version + 1,
        )
        store.update_person(work, changed, _encrypted(cipher, kept))
        work.audit("person.change", reference)
        return changed

    def get(self, work: Work, reference: str, *, lock: bool = False) -> Person:
        """The record's codes; raises `not_found`."""
        return store.person(work, reference, lock=lock)

    def listed(self, work: Work) -> list[Person]:
        """All records of the agency, the latest first."""
        return store.persons(work)

    def read(self, work: Work, person: Person) -> Profile:
        """The record with its personal data, decrypted. The caller says in the audit entries what it was read for."""
        _, encrypted = store.encrypted_fields(work, person.reference)
        cipher = self._cipher(work, person.reference)
        secret = {name: cipher.decrypt(name, encrypted[name]) for name in _SECRET}
        return Profile(
            sex=person.sex,
            age_category=person.age_category,
            language=person.language,
            country=person.country,
            **secret,
        )

    def next_fact(self, work: Work, reference: str) -> int:
        """The sequence of the next fact about the person; locks the record."""
        return store.next_fact(work, reference)

    def limits(self, work: Work, person: Person) -> list[ReporterLimit]:
        """What the reporter of the report behind the record allows."""
        return store.limits(work, person.report_reference)

    def request(self, work: Work, handover: Handover) -> None:
        """Keeps a request for help until an advocate opens it."""
        store.insert_handover(work, handover)

    def handover(self, work: Work, report_reference: str, *, lock: bool = False) -> Handover:
        """One request for help; raises `not_found`."""
        return store.handover(work, report_reference, lock=lock)

    def handovers(self, work: Work, *, only_open: bool = True) -> list[Handover]:
        """Requests for help, the most pressing first."""
        return store.handovers(work, only_open=only_open)

    def open_handover(self, work: Work, report_reference: str, profile: Profile, commitment: str = "") -> Person:
        """Makes the record of a request for help; raises `handover_opened` when another advocate was faster."""
        handover = self.handover(work, report_reference, lock=True)
        if handover.person_reference is not None:
            raise HANDOVER_OPENED.error(person=handover.person_reference)
        person = self.register(work, profile, None, report_reference=report_reference)
        store.mark_opened(work, report_reference, person.reference, work.actor.subject)
        details = {"person": person.reference, "commitment": commitment}
        work.audit("handover.open", report_reference, purpose="assistance", details=details)
        return person

    def limit(self, work: Work, report_reference: str, limit: ReporterLimit) -> Person | None:
        """Keeps what a reporter allows now; returns the record made from the report, if there is one yet."""
        store.keep_limit(work, report_reference, limit)
        return store.person_of_report(work, report_reference)

    def _cipher(self, work: Work, reference: str) -> RecordCipher:
        wrapped, _ = store.encrypted_fields(work, reference)
        if wrapped is None:
            raise NOT_FOUND.error()
        return self.vault.record(work.owner, KIND, reference, wrapped)


def _encrypted(cipher: RecordCipher, profile: Profile) -> dict[str, bytes]:
    return {name: cipher.encrypt(name, getattr(profile, name)) for name in _SECRET}
