"""What people and other rooms do with the register, each in one transaction with its facts and audit entries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from google.protobuf.message import Message

from concord.screening.v1.events_pb2 import (
    ListingActivated,
    ListingAmended,
    ListingWithdrawn,
    RecordErased,
)
from concord_core.codes import CodeLists
from concord_core.storage import Work, check_version
from concord_core.values import new_reference, today
from concord_core.vault import Vault
from concord_screening.register.domain import (
    BASIS_LIST,
    Entry,
    Listing,
    ListingState,
    Person,
    Terms,
    WithdrawalReason,
    normal_number,
)
from concord_screening.register.store import NUMBERS, Changed, Head, ListingStore

SERVICE = "screening"


class Register:
    """The register of the agency of the work that each method is given."""

    def __init__(self, vault: Vault, codes: CodeLists) -> None:
        self._vault = vault
        self._codes = codes
        self._store = ListingStore(vault)

    # --- people -----------------------------------------------------------------------------------------------

    def entry(self, agency: str, person: Person, numbers: Sequence[str], terms: Terms) -> Entry:
        """Checks codes and replaces index and document numbers by keyed hashes of the agency.

        Raises `unknown_code` with the field.
        """
        self._codes.check("sex", person.sex, "sex")
        for at, country in enumerate(person.nationalities):
            self._codes.check("country_iso3166_alpha3", country, f"nationalities[{at}]")
        self._codes.check(BASIS_LIST, terms.basis, "basis")
        plain = sorted({normal_number(number) for number in numbers} - {""})
        hashed = tuple(self._vault.index(agency, NUMBERS, number).hex() for number in plain)
        return Entry(Person(person.names, person.birth_dates, person.sex, person.nationalities, hashed), terms)

    def draft(self, work: Work, entry: Entry) -> Listing:
        """Enters a draft. It is compared with nobody before a second person approves it."""
        listing = Listing(new_reference("LS"), ListingState.DRAFT, 1, entry, entered_by=work.actor.subject)
        self._store.insert(work, listing)
        work.audit("listing.draft", listing.reference)
        return listing

    def approve(self, work: Work, reference: str, version: int) -> Listing:
        """A second person lets a draft take effect: it is compared with candidates from now on."""
        listing = self._for_change(work, reference, version)
        done = listing.approved(work.actor.subject, self._outcome(work, listing.entry))
        terms = _terms(done)
        fact = ListingActivated(basis=terms.basis, activated_date=str(today()), review_date=str(terms.review_date))
        return self._put_in_force(work, done, "listing.approve", fact)

    def propose(self, work: Work, reference: str, version: int, entry: Entry) -> Listing:
        """Writes a correction for a second person to approve."""
        done = self._for_change(work, reference, version).proposed(entry, work.actor.subject)
        self._store.update(work, done)
        work.audit("listing.correct", reference)
        return done

    def amend(self, work: Work, reference: str, version: int) -> Listing:
        """A second person lets the correction take effect."""
        listing = self._for_change(work, reference, version)
        done = listing.amended(work.actor.subject, self._outcome(work, listing.proposal))
        terms = _terms(done)
        fact = ListingAmended(basis=terms.basis, amended_date=str(today()), review_date=str(terms.review_date))
        return self._put_in_force(work, done, "listing.amend", fact)

    def withdraw(self, work: Work, reference: str, version: int, reason: WithdrawalReason) -> Listing:
        """Takes the listing off: unreadable at once, out of every index with the next check, then erased there."""
        listing = self._for_change(work, reference, version)
        done = listing.withdrawn(work.actor.subject, reason)
        fact = ListingWithdrawn(withdrawn_date=str(today()), reason=str(reason))
        return self._put_in_force(work, done, "listing.withdraw", fact if listing.state.listed else None)

    def read(self, work: Work, reference: str) -> Listing:
        """One listing; that somebody looked is in the audit entries."""
        listing = self._store.read(work, reference)
        work.audit("listing.read", reference)
        return listing

    def all(self, work: Work) -> list[Listing]:
        """All listings of the agency."""
        work.audit("listing.list", "all")
        return self._store.all(work)

    # --- other rooms ------------------------------------------------------------------------------------------

    def find(self, work: Work, reference: str) -> Listing:
        """One listing for a rule of another room."""
        return self._store.read(work, reference)

    def head(self, work: Work) -> Head | None:
        """How far the agency's register has come."""
        return self._store.head(work)

    def changes(self, work: Work, after: int, limit: int) -> list[Changed]:
        """The next changes after a revision."""
        return self._store.changes(work, after, limit)

    def waiting(self, work: Work) -> list[tuple[Listing, str | None]]:
        """Listings that are not withdrawn, each with what is known of its case's outcome."""
        outcomes = self._store.outcomes(work)
        return [
            (listing, outcomes.get(listing.entry.terms.case_reference) if listing.entry else None)
            for listing in self._store.all(work)
            if listing.state is not ListingState.WITHDRAWN
        ]

    def outcome_of(self, work: Work, listing: Listing) -> str | None:
        """What is known of the outcome of the case behind a listing."""
        return self._outcome(work, listing.entry)

    def keep_outcome(self, work: Work, case: str, outcome: str, decided_date: str, sequence: int) -> None:
        """Keeps a case's outcome as its fact told it."""
        day = datetime.strptime(decided_date, "%Y-%m-%d").replace(tzinfo=UTC).date()
        self._store.keep_outcome(work, case, outcome, day, sequence)

    def confirm_erasures(self, work: Work, after: timedelta) -> None:
        """Publishes that withdrawn listings are erased, once every index had the time to drop them."""
        for reference, sequence in self._store.take_erased(work, datetime.now(UTC) - after):
            fact = RecordErased(record_kind="listing", erased_date=str(today()))
            work.emit(SERVICE, reference, sequence, fact)
            work.audit("listing.erased", reference)

    # --- inside -----------------------------------------------------------------------------------------------

    def _for_change(self, work: Work, reference: str, version: int) -> Listing:
        listing = self._store.read(work, reference, for_change=True)
        check_version(version, listing.version)
        return listing

    def _put_in_force(self, work: Work, listing: Listing, action: str, fact: Message | None) -> Listing:
        self._store.update(work, listing)
        self._store.note_change(work, listing.reference)
        work.audit(action, listing.reference)
        if fact is not None:  # a draft that is withdrawn was never told to anybody
            work.emit(SERVICE, listing.reference, listing.facts, fact)
        return listing

    def _outcome(self, work: Work, entry: Entry | None) -> str | None:
        return self._store.outcome(work, entry.terms.case_reference) if entry else None


def _terms(listing: Listing) -> Terms:
    if listing.entry is None:
        raise RuntimeError("a listing in force has an entry")
    return listing.entry.terms
