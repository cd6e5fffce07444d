"""Listings in SQL. Every statement runs under row-level security: a listing of another agency does not exist.

The change table is written in the listing's transaction, numbered without gaps under the lock of the agency's head row,
so that a reader who stands at a number has seen everything before it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from concord_core.storage import Work, rows
from concord_core.values import values_of
from concord_core.vault import RecordCipher, Vault, Wrapped
from concord_screening.register.domain import (
    TERMS,
    Entry,
    ListedName,
    Listing,
    ListingState,
    NameKind,
    NoticeWay,
    Person,
    Terms,
    WithdrawalReason,
)

KIND = "listing"
_TABLE = "listings"
NUMBERS = "listing-numbers"
_PLAIN = (
    "state",
    "version",
    "facts",
    "person_version",
    "entered_by",
    "proposed_by",
    "approved_by",
    "activated_date",
    "withdrawn_date",
    "withdrawn_reason",
)


@dataclass(frozen=True, slots=True)
class Head:
    """How far an agency's register has come. `epoch` changes when the database was made anew."""

    epoch: UUID
    revision: int


@dataclass(frozen=True, slots=True)
class Changed:
    """A listing named in the change table, as it is now: `person` is none when it must not be found."""

    revision: int
    reference: str
    person: Person | None


def _person_json(person: Person) -> dict[str, Any]:
    return {
        "names": [[name.text, str(name.kind)] for name in person.names],
        "birth_dates": person.birth_dates,
        "sex": person.sex,
        "nationalities": person.nationalities,
    }


def _person(content: dict[str, Any], numbers: Sequence[str]) -> Person:
    return Person(
        tuple(ListedName(spelling, NameKind(kind)) for spelling, kind in content["names"]),
        tuple(content["birth_dates"]),
        content["sex"],
        tuple(content["nationalities"]),
        tuple(numbers),
    )


def _terms_values(terms: Terms | None) -> dict[str, Any]:
    return {name: getattr(terms, name) if terms else None for name in TERMS}


def _proposal_json(entry: Entry) -> dict[str, Any]:
    terms = {name: str(value) if value is not None else None for name, value in _terms_values(entry.terms).items()}
    return {"person": _person_json(entry.person), "numbers": entry.person.numbers, "terms": terms}


def _proposal(content: dict[str, Any]) -> Entry:
    terms = content["terms"]
    days = {name: date.fromisoformat(terms[name]) if terms[name] else None for name in TERMS if "date" in name}
    return Entry(_person(content["person"], content["numbers"]), _terms({**terms, **days}))


def _terms(values: dict[str, Any]) -> Terms:
    return Terms(
        basis=values["basis"],
        case_reference=values["case_reference"],
        decided_date=values["decided_date"],
        review_date=values["review_date"],
        notice_date=values["notice_date"],
        notice_way=NoticeWay(values["notice_way"]) if values["notice_way"] else None,
        contested_date=values["contested_date"],
    )


class ListingStore:
    """Reads and writes listings of the work's agency."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def insert(self, work: Work, listing: Listing) -> None:
        """Adds a draft under a fresh data key."""
        cipher = self._vault.new_record(work.owner, KIND, listing.reference)
        rows.insert(work, _TABLE, {"reference": listing.reference, **self._values(listing, cipher)})

    def update(self, work: Work, listing: Listing) -> None:
        """Writes the next version of a listing that was read `for_change` in this work."""
        row = rows.get(work, _TABLE, listing.reference)
        if listing.state is ListingState.WITHDRAWN:
            values = self._values(listing, None) | {"withdrawn_at": datetime.now(UTC)}
        else:
            values = self._values(listing, self._vault.record(work.owner, KIND, listing.reference, Wrapped.of(row)))
        rows.update(work, _TABLE, listing.reference, values)

    def read(self, work: Work, reference: str, *, for_change: bool = False) -> Listing:
        """The listing; `not_found` if the agency has none of that reference. `for_change` locks its row."""
        return self._listing(work, rows.get(work, _TABLE, reference, lock=for_change))

    def all(self, work: Work) -> list[Listing]:
        """Every listing of the agency, drafts and corrections first, tombstones last."""
        order = "array_position(array['draft', 'under_correction', 'active', 'withdrawn'], state), entered_at desc"
        return [self._listing(work, row) for row in rows.select(work, _TABLE, f"order by {order}")]

    def note_change(self, work: Work, reference: str) -> None:
        """Numbers a change; the agency's changes are written one after the other."""
        revision = work.conn.execute(
            text(
                """insert into register_heads (agency, revision) values (:agency, 1)
                   on conflict (agency) do update set revision = register_heads.revision + 1 returning revision"""
            ),
            {"agency": work.owner},
        ).scalar_one()
        rows.insert(work, "listing_changes", {"revision": revision, "reference": reference})

    def head(self, work: Work) -> Head | None:
        """How far the agency's register has come; none while it never had a listing in force."""
        row = work.conn.execute(
            text("select epoch, revision from register_heads where agency = :agency"), {"agency": work.owner}
        ).one_or_none()
        return Head(row.epoch, row.revision) if row else None

    def changes(self, work: Work, after: int, limit: int) -> list[Changed]:
        """The next changes by number, each listing as it is now."""
        found = work.conn.execute(
            text(
                """select c.revision as at_revision, l.* from listing_changes c
                   join listings l on l.agency = c.agency and l.reference = c.reference
                   where c.agency = :agency and c.revision > :after order by c.revision limit :limit"""
            ),
            {"agency": work.owner, "after": after, "limit": limit},
        )
        changes: list[Changed] = []
        for row in found:
            listed = ListingState(row.state).listed
            person = self._listing(work, row, proposal=False).entry if listed else None
            changes.append(Changed(row.at_revision, row.reference, person.person if person else None))
        return changes

    def outcome(self, work: Work, case_reference: str) -> str | None:
        """What is known of a case's outcome."""
        return work.conn.execute(
            text("select outcome from case_outcomes where agency = :agency and case_reference = :case"),
            {"agency": work.owner, "case": case_reference},
        ).scalar()

    def outcomes(self, work: Work) -> dict[str, str]:
        """The outcomes known, by case."""
        found = work.conn.execute(
            text("select case_reference, outcome from case_outcomes where agency = :agency"),
            {"agency": work.owner},
        )
        return {row.case_reference: row.outcome for row in found}

    def keep_outcome(self, work: Work, case_reference: str, outcome: str, decided: date, sequence: int) -> None:
        """Keeps the newest outcome of a case, whether or not a listing rests on it yet."""
        work.conn.execute(
            text(
                """insert into case_outcomes (agency, case_reference, outcome, decided_date, sequence)
                   values (:agency, :case, :outcome, :decided, :sequence)
                   on conflict (agency, case_reference) do update set
                     outcome = excluded.outcome, decided_date = excluded.decided_date, sequence = excluded.sequence
                   where case_outcomes.sequence < excluded.sequence"""
            ),
            {
                "agency": work.owner,
                "case": case_reference,
                "outcome": outcome,
                "decided": decided,
                "sequence": sequence,
            },
        )

    def take_erased(self, work: Work, before: datetime) -> list[tuple[str, int]]:
        """Tombstones from before that moment whose erasure was not published yet, with their next fact's number."""
        found = work.conn.execute(
            text(
                """update listings set erasure_published = true, facts = facts + 1
                   where agency = :agency and state = 'withdrawn' and not erasure_published and facts > 0
                     and withdrawn_at < :before returning reference, facts"""
            ),
            {"agency": work.owner, "before": before},
        )
        return [(row.reference, row.facts) for row in found]

    def _values(self, listing: Listing, cipher: RecordCipher | None) -> dict[str, Any]:
        entry, proposal = listing.entry, listing.proposal
        return _terms_values(entry.terms if entry else None) | {
            **values_of(listing, *_PLAIN),
            "numbers": list(entry.person.numbers) if entry else [],
            "person_enc": cipher.encrypt("person", json.dumps(_person_json(entry.person)))
            if cipher and entry
            else None,
            "proposal_enc": cipher.encrypt("proposal", json.dumps(_proposal_json(proposal)))
            if cipher and proposal
            else None,
            **(cipher.wrapped.columns() if cipher else {"data_key": None, "key_period": None}),
        }

    def _listing(self, work: Work, row: Row[Any], *, proposal: bool = True) -> Listing:
        entry = waiting = None
        if row.data_key is not None:
            wrapped = Wrapped.of(row)
            cipher = self._vault.record(work.owner, KIND, row.reference, wrapped)
            content = json.loads(cipher.decrypt("person", bytes(row.person_enc)))
            entry = Entry(_person(content, row.numbers), _terms(dict(row._mapping)))
            if proposal and row.proposal_enc is not None:
                waiting = _proposal(json.loads(cipher.decrypt("proposal", bytes(row.proposal_enc))))
        return rows.record_of(
            Listing,
            row,
            state=ListingState(row.state),
            entry=entry,
            proposal=waiting,
            withdrawn_reason=WithdrawalReason(row.withdrawn_reason) if row.withdrawn_reason else None,
        )
