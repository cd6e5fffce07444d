"""What the owner's officer does with a review, and what the asker's service hears of it.

Nothing here is published as a fact: a topic has many readers. The asker's service asks, with the ticket.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

from concord.screening.v1.service_pb2 import ReleasedFact, ReleasedFacts
from concord_core.errors import ConcordError
from concord_core.errors.codes import NOT_FOUND
from concord_core.storage import Work, check_version
from concord_core.values import new_reference
from concord_core.vault import SealedBox, Vault
from concord_screening.disclosure.domain import (
    Asked,
    Facts,
    LateReview,
    Review,
    ReviewState,
    Standing,
    Ticket,
    facts_for,
)
from concord_screening.disclosure.store import ReviewStore
from concord_screening.errors import REVIEW_STATE
from concord_screening.register.commands import Register
from concord_screening.register.domain import Listing

_CONTEXT = "screening.ticket"
_LIFE = timedelta(days=120)
_IDENTITY = "not-the-same"


class Tickets:
    """Opaque references: the asker keeps one and cannot read it, this node keeps nothing."""

    def __init__(self, node_key: bytes) -> None:
        self._box = SealedBox(node_key)

    def seal(self, ticket: Ticket) -> str:
        """A ticket of about the same length whatever the check found."""
        content = {
            **asdict(ticket),
            "release_at": ticket.release_at.isoformat(timespec="seconds"),
            "answer_by": ticket.answer_by.isoformat(),
        }
        return self._box.seal(content, _CONTEXT, _LIFE)

    def open(self, text: str) -> Ticket:
        """The ticket; one that is not ours or too old does not exist (`not_found`)."""
        try:
            content = self._box.open(text, _CONTEXT)
        except ConcordError:
            raise NOT_FOUND.error() from None
        return Ticket(
            group=content["group"],
            asker=content["asker"],
            release_at=datetime.fromisoformat(content["release_at"]),
            answer_by=date.fromisoformat(content["answer_by"]),
            readable=content["readable"],
        )


class Disclosures:
    """Reviews of the agency of the work that each method is given."""

    def __init__(self, vault: Vault, register: Register) -> None:
        self._vault = vault
        self._register = register
        self._store = ReviewStore(vault)

    # --- the checks' side of this node ------------------------------------------------------------------------

    def identity(self, agency: str, digest: bytes) -> str:
        """The candidate's digest keyed for one agency: two agencies' pairs cannot be joined."""
        return self._vault.index(agency, _IDENTITY, digest.hex()).hex()

    def known_namesakes(self, work: Work, digest: bytes, listings: Sequence[str]) -> set[str]:
        """Listings that an officer already found not to be this candidate."""
        return self._store.known_namesakes(work, self.identity(work.owner, digest), listings)

    def open_review(
        self,
        work: Work,
        *,
        listing: str,
        group: str,
        asker: str,
        asked: Asked,
        digest: bytes,
        opened_at: datetime,
        due_date: date,
        answer_by: date,
    ) -> None:
        """Puts a candidate before the owner of a listing, once per check and listing."""
        review = Review(
            reference=new_reference("RV"),
            group=group,
            listing=listing,
            person_version=self._register.find(work, listing).person_version,
            asker=asker,
            state=ReviewState.OPEN,
            version=1,
            opened_at=opened_at,
            due_date=due_date,
            answer_by=answer_by,
            identity=self.identity(work.owner, digest),
            asked=asked,
        )
        self._store.insert(work, review)
        work.audit("review.open", listing, purpose=asked.purpose)

    # --- the owner's officer ----------------------------------------------------------------------------------

    def all(self, work: Work) -> list[tuple[Review, Listing]]:
        """All reviews with their listings, those that wait first."""
        work.audit("review.list", "all")
        return self.waiting(work, only_waiting=False)

    def waiting(self, work: Work, *, only_waiting: bool = True) -> list[tuple[Review, Listing]]:
        """Reviews with their listings; a review of a withdrawn listing waits for nobody."""
        found = [(review, self._register.find(work, review.listing)) for review in self._store.all(work)]
        return [
            (review, listing)
            for review, listing in found
            if not only_waiting or (review.waits_for_officer and listing.state.listed)
        ]

    def read(self, work: Work, reference: str) -> tuple[Review, Listing]:
        """The review and its listing, side by side; that somebody looked is in the audit entries."""
        review = self._store.read(work, reference)
        work.audit("review.read", reference, purpose=review.asked.purpose)
        return review, self._register.find(work, review.listing)

    def judge(self, work: Work, reference: str, version: int, *, same: bool, reason: str) -> Review:
        """Same person, or not. *Not the same* is remembered for the next check of this candidate."""
        review, _ = self._for_change(work, reference, version)
        now = datetime.now(UTC)
        done = review.judged(same, reason, work.actor.subject, now)
        self._store.update(work, done)
        if done.state is ReviewState.NOT_SAME:
            self._store.keep_pair(work, done, now)
        work.audit("review.judge", reference, details={"decision": str(done.state)})
        return done

    def preview(self, work: Work, reference: str, fields: Sequence[str], contact: str) -> Facts:
        """Exactly what the asker would see."""
        listing = self._register.find(work, self._store.read(work, reference).listing)
        if listing.entry is None:
            raise REVIEW_STATE.error()
        return facts_for(listing.entry, fields, contact)

    def release(self, work: Work, reference: str, version: int, fields: Sequence[str], contact: str) -> Review:
        """Releases exactly these facts to the asker."""
        review, listing = self._for_change(work, reference, version)
        if listing.entry is None:
            raise REVIEW_STATE.error()
        facts = facts_for(listing.entry, fields, contact)
        done = review.with_release(facts, work.actor.subject, datetime.now(UTC))
        self._store.update(work, done)
        work.audit(
            "review.release",
            reference,
            purpose=review.asked.purpose,
            details={str(field): "released" for field, _ in facts},
        )
        return done

    def refuse(self, work: Work, reference: str, version: int, reason: str) -> Review:
        """Releases nothing."""
        review, _ = self._for_change(work, reference, version)
        done = review.refused(reason, work.actor.subject, datetime.now(UTC))
        self._store.update(work, done)
        work.audit("review.refuse", reference)
        return done

    # --- when the owner does not answer in time ----------------------------------------------------------------

    def late(self, work: Work, day: date) -> list[LateReview]:
        """What the head of unit of the work's agency is told on that day."""
        return [one for one in self._store.due(work, day) if one.for_head(day)]

    def escalated(self, work: Work) -> list[LateReview]:
        """What the steward's agency, if the work is its, was told."""
        return self._store.escalated(work)

    def for_steward(self, work: Work, day: date) -> list[LateReview]:
        """What the steward has to be told of the work's agency, which finds in its audit entries that this left it."""
        found = [one for one in self._store.due(work, day) if one.for_steward(day)]
        for one in found:
            if self._store.mark_escalated(work, one.reference, day):
                work.audit("review.escalate", one.reference, details={"days": str((day - one.due_date).days)})
        return found

    def tell_steward(self, work: Work, owner: str, late: Sequence[LateReview]) -> None:
        """Puts an owner's late reviews on the list of the work's agency, the steward's; repeated it changes nothing."""
        self._store.tell_steward(work, owner, late)

    # --- the asker's service ----------------------------------------------------------------------------------

    def of_group(self, work: Work, group: str) -> list[tuple[Review, Standing]]:
        """The agency's part of one check."""
        return self._store.of_group(work, group)

    def _for_change(self, work: Work, reference: str, version: int) -> tuple[Review, Listing]:
        review = self._store.read(work, reference, for_change=True)
        check_version(version, review.version)
        return review, self._register.find(work, review.listing)


def released_facts(reviews: Sequence[Review]) -> bytes:
    """What one owner released about one candidate, as the bytes that are sealed: all its reviews together."""
    seen: dict[tuple[str, str], None] = {}
    for review in reviews:
        seen.update(dict.fromkeys((str(field), value) for field, value in review.released))
    days = [review.released_date.isoformat() for review in reviews if review.released_date]
    facts = ReleasedFacts(
        facts=[ReleasedFact(field=field, value=value) for field, value in seen], released_date=max(days)
    )
    return facts.SerializeToString(deterministic=True)


def group_name(node_key: bytes, asker: str, screening: str) -> str:
    """The name under which this node's owners know one check: the same each time, and it tells nobody which."""
    return hmac.digest(node_key, f"{asker}/{screening}".encode(), hashlib.sha256).hex()
