"""Asks owners: right after an offer arrived whether it stands, and for the content when an officer wants it.

Never inside a consumer: an owner whose node is down for hours keeps nobody else waiting. What could not be asked stays
an errand in the database, is tried again with growing pauses, and the officer sees that it waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from concord_core.agreement import Agreement
from concord_core.errors import ConcordError, ErrorKind
from concord_core.storage import UNREACHABLE, Actor, Database, Work
from concord_core.telemetry import failure, logger, remote_parent, span
from concord_victim_assistance.referrals.commands import Opened, RecipientSide
from concord_victim_assistance.referrals.domain import Received
from concord_victim_assistance.referrals.store.received import Errand
from concord_victim_assistance.values import SERVICE

JOB = "assistance.courier"
_LATER = frozenset({ErrorKind.UNAVAILABLE, ErrorKind.LIMITED, ErrorKind.INTERNAL})


class Owners(Protocol):
    """The owners' services, at the agreement's addresses. Each call raises ConcordError with the owner's code, or one
    of kind UNAVAILABLE when it does not answer in time."""

    def check(self, owner: str, recipient: str, reference: str) -> tuple[str, str]:
        """Status and consent state of a referral: codes of `referral_status` and `consent_state`."""

    def open(self, owner: str, recipient: str, reference: str, acting_person: str) -> Opened:
        """The content, unsealed and its owner's signature checked."""


@dataclass(frozen=True)
class Courier:
    """Runs errands to owners, and opens referrals for officers."""

    node: str
    agreement: Agreement
    database: Database
    owners: Owners
    recipient: RecipientSide

    def run(self) -> None:
        """One round: every errand that is due, for every agency hosted here."""
        for agency in self.agreement.hosted_by(self.node, SERVICE):
            with self._work(agency) as work:
                errands = self.recipient.errands(work, datetime.now(UTC))
            for errand in errands:
                with span("assistance.courier", parent=remote_parent(errand.traceparent)):
                    self._run_one(agency, errand)

    def _run_one(self, agency: str, errand: Errand) -> None:
        try:
            self._errand(agency, errand)
        except UNREACHABLE:
            raise
        except Exception as error:  # what one owner answers must not keep every other referral waiting behind it
            logger("concord.assistance.courier").error("an errand failed and is tried later", **failure(error))
            with self._work(agency) as work:
                self.recipient.silent(work, errand.reference)

    def _errand(self, agency: str, errand: Errand) -> None:
        try:
            if errand.opener is not None:
                package = self.owners.open(errand.owner, agency, errand.reference, errand.opener)
                with self._work(agency) as work:
                    self.recipient.keep(work, errand.reference, package, errand.opener)
                return
            status, consent_state = self.owners.check(errand.owner, agency, errand.reference)
            with self._work(agency) as work:
                self.recipient.checked(work, errand.reference, status, consent_state)
        except ConcordError as error:
            with self._work(agency) as work:
                if error.kind in _LATER:
                    self.recipient.silent(work, errand.reference)
                else:
                    self.recipient.refused(work, errand.reference)

    @contextmanager
    def _work(self, agency: str) -> Iterator[Work]:
        actor = Actor(kind="job", subject=JOB, agency=agency)
        with self.database.work(agency, actor=actor) as work:
            yield work


@dataclass(frozen=True)
class Opening:
    """An officer opens a referral: asks the owner now, or leaves the errand to the courier when it does not answer."""

    database: Database
    owners: Owners
    recipient: RecipientSide

    def open(self, agency: str, actor: Actor, reference: str) -> Received:
        """The row after the try: it holds the content, or waits for the owner.

        Raises what the owner answers (`consent_ended`, `referral_ended`, `not_found` ...) and what is known here.
        """
        with self.database.work(agency, actor=actor) as work:
            row = self.recipient.ask_to_open(work, reference)
        if row.holds_copy:
            return row
        try:
            package = self.owners.open(row.owner, agency, reference, actor.subject)
        except ConcordError as error:
            with self.database.work(agency, actor=actor) as work:
                if error.kind in _LATER:
                    self.recipient.waits(work, reference)
                    return self.recipient.get(work, reference)
                self.recipient.refused(work, reference)
            raise
        with self.database.work(agency, actor=actor) as work:
            return self.recipient.keep(work, reference, package, actor.subject)
