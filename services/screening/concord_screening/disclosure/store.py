"""Reviews in SQL: rows of the listing's owner, the candidate encrypted under that agency's key."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Row, text

from concord_core.storage import Work, rows
from concord_core.values import values_of
from concord_core.vault import RecordCipher, Vault, Wrapped
from concord_screening.disclosure.domain import (
    Asked,
    Evidence,
    FactField,
    LateReview,
    Review,
    ReviewState,
    Standing,
)
from concord_screening.register.domain import ListingState

KIND = "review"
_TABLE = "reviews"
_PLAIN = (
    "reference",
    "listing",
    "person_version",
    "asker",
    "state",
    "version",
    "opened_at",
    "due_date",
    "answer_by",
    "identity",
)


def _asked_json(asked: Asked) -> str:
    return json.dumps(
        {
            "names": asked.names,
            "birth_date": asked.birth_date,
            "sex": asked.sex,
            "nationality": asked.nationality,
            "purpose": asked.purpose,
            "requisition": asked.requisition,
            "evidence": [[one.code, one.weight, dict(one.params)] for one in asked.evidence],
        }
    )


def _asked(content: dict[str, Any]) -> Asked:
    evidence = tuple(Evidence(code, weight, params) for code, weight, params in content.pop("evidence"))
    names = tuple(content.pop("names"))
    return Asked(names=names, evidence=evidence, **content)


class ReviewStore:
    """Reads and writes reviews of the work's agency."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def insert(self, work: Work, review: Review) -> None:
        """Adds an open review; one per check and listing, so that comparing again adds none."""
        cipher = self._vault.new_record(work.owner, KIND, review.reference)
        values = values_of(review, *_PLAIN) | {
            "check_group": review.group,
            "decided_by": "",
            "asked_enc": cipher.encrypt("asked", _asked_json(review.asked)),
        }
        rows.insert_once(work, _TABLE, values | cipher.wrapped.columns())

    def update(self, work: Work, review: Review) -> None:
        """Writes a decision on a review that was read `for_change` in this work."""
        cipher = self._cipher(work, rows.get(work, _TABLE, review.reference))
        released = json.dumps([[str(field), value] for field, value in review.released])
        values = values_of(review, "state", "version", "decided_by", "decided_at", "released_date") | {
            "reason_enc": cipher.encrypt("reason", review.reason),
            "released_enc": cipher.encrypt("released", released) if review.released else None,
        }
        rows.update(work, _TABLE, review.reference, values)

    def read(self, work: Work, reference: str, *, for_change: bool = False) -> Review:
        """The review; `not_found` if the agency has none of that reference."""
        return self._review(work, rows.get(work, _TABLE, reference, lock=for_change))

    def all(self, work: Work) -> list[Review]:
        """All reviews of the agency, those that wait first, by due date."""
        order = "order by state not in ('open', 'same'), due_date, opened_at limit 500"
        return [self._review(work, row) for row in rows.select(work, _TABLE, order)]

    def due(self, work: Work, day: date) -> list[LateReview]:
        """Reviews of listings in force that the owner must have answered by `day`; nothing is decrypted for it."""
        rows = work.conn.execute(
            text(
                """select r.reference, r.opened_at, r.due_date from reviews r
                   join listings l on l.agency = r.agency and l.reference = r.listing
                   where r.agency = :agency and r.state in ('open', 'same') and r.due_date <= :day
                     and l.state = any(:listed)
                   order by r.due_date, r.reference"""
            ),
            {"agency": work.owner, "day": day, "listed": [str(state) for state in ListingState if state.listed]},
        )
        return [
            LateReview(work.owner, row.reference, row.opened_at.astimezone(UTC).date(), row.due_date) for row in rows
        ]

    def mark_escalated(self, work: Work, reference: str, day: date) -> bool:
        """Notes that the steward is told of a review; False when that was noted before."""
        result = work.conn.execute(
            text(
                "update reviews set escalated_on = :day"
                " where agency = :agency and reference = :reference and escalated_on is null"
            ),
            {"agency": work.owner, "reference": reference, "day": day},
        )
        return result.rowcount == 1

    def escalated(self, work: Work) -> list[LateReview]:
        """What the steward's agency was told of all owners, the longest late first."""
        rows = work.conn.execute(
            text("select * from escalations where agency = :agency order by due_date, owner, reference"),
            {"agency": work.owner},
        )
        return [LateReview(row.owner, row.reference, row.opened_on, row.due_date) for row in rows]

    def tell_steward(self, work: Work, owner: str, late: Iterable[LateReview]) -> None:
        """Makes the steward's list of one owner what it should be: what was answered is on it no more."""
        found = list(late)
        work.conn.execute(
            text("delete from escalations where agency = :agency and owner = :owner and reference <> all(:kept)"),
            {"agency": work.owner, "owner": owner, "kept": [one.reference for one in found]},
        )
        for one in found:
            work.conn.execute(
                text(
                    """insert into escalations (agency, owner, reference, opened_on, due_date)
                       values (:agency, :owner, :reference, :opened, :due) on conflict do nothing"""
                ),
                {
                    "agency": work.owner,
                    "owner": owner,
                    "reference": one.reference,
                    "opened": one.opened_date,
                    "due": one.due_date,
                },
            )

    def of_group(self, work: Work, group: str) -> list[tuple[Review, Standing]]:
        """The agency's reviews of one check, each with whether its listing is still in force."""
        found = work.conn.execute(
            text(
                """select r.*, l.state as listing_state from reviews r
                   join listings l on l.agency = r.agency and l.reference = r.listing
                   where r.agency = :agency and r.check_group = :group order by r.reference"""
            ),
            {"agency": work.owner, "group": group},
        )
        reviews = [(self._review(work, row), ListingState(row.listing_state)) for row in found]
        return [(review, Standing(review.state, listing.listed)) for review, listing in reviews]

    def keep_pair(self, work: Work, review: Review, at: datetime) -> None:
        """Remembers that this candidate is not this listed person."""
        values = values_of(review, "listing", "person_version", "identity")
        rows.insert_once(work, "not_same_pairs", {**values, "review": review.reference, "decided_at": at})

    def known_namesakes(self, work: Work, identity: str, listings: Iterable[str]) -> set[str]:
        """Which of the listings, as they are now, were found not to be this candidate."""
        found = work.conn.execute(
            text(
                """select p.listing from not_same_pairs p
                   join listings l on l.agency = p.agency and l.reference = p.listing
                     and l.person_version = p.person_version
                   where p.agency = :agency and p.identity = :identity and p.listing = any(:listings)"""
            ),
            {"agency": work.owner, "identity": identity, "listings": list(listings)},
        )
        return {row.listing for row in found}

    def _cipher(self, work: Work, row: Row[Any]) -> RecordCipher:
        return self._vault.record(work.owner, KIND, row.reference, Wrapped.of(row))

    def _review(self, work: Work, row: Row[Any]) -> Review:
        cipher = self._cipher(work, row)
        released = json.loads(cipher.decrypt("released", bytes(row.released_enc))) if row.released_enc else []
        return rows.record_of(
            Review,
            row,
            group=row.check_group,
            state=ReviewState(row.state),
            asked=_asked(json.loads(cipher.decrypt("asked", bytes(row.asked_enc)))),
            reason=cipher.decrypt("reason", bytes(row.reason_enc)) if row.reason_enc else "",
            released=tuple((FactField(field), value) for field, value in released),
        )
