"""The asker's job: asks how each open review stands, over gRPC at the agreement's address, even on its own node.

It learns what the lists' side chooses to tell, keeps what was released under the asking agency's key, and tells the
recruiter *not answered* when the promised day has passed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from google.protobuf.message import DecodeError

from concord.common.v1.disclosure_pb2 import SealedDisclosure
from concord.screening.v1 import service_pb2 as messages
from concord.screening.v1.service_pb2_grpc import ScreeningServiceStub
from concord_core.agreement import Agreement, Purpose
from concord_core.disclosure import commitment, open_sealed
from concord_core.errors import ConcordError
from concord_core.rpc import Peers
from concord_core.runtime import in_turn
from concord_core.storage import Work
from concord_core.telemetry import logger
from concord_core.vault import KeyService
from concord_screening.checks.commands import Checks
from concord_screening.checks.domain import Disclosure, Screening, ScreeningState
from concord_screening.disclosure.domain import ticket_digest
from concord_screening.errors import UNREADABLE_RELEASE

SERVICE = "screening"


class Asking:
    """Asks for all agencies hosted here; `today` gives the day in UTC."""

    def __init__(
        self,
        node: str,
        agreement: Agreement,
        keys: KeyService,
        peers: Peers,
        checks: Checks,
        today: Callable[[], date],
    ) -> None:
        self._node = node
        self._agreement = agreement
        self._keys = keys
        self._peers = peers
        self._checks = checks
        self._today = today
        self._log = logger("concord.screening.asking")

    def run(self) -> None:
        """One round over every open review; one that fails is asked again in the next."""
        in_turn(self._agreement.hosted_by(self._node, SERVICE), self._round)

    def _round(self, agency: str) -> None:
        in_turn(self._checks.to_ask(agency, self._today()), lambda screening: self._one(agency, screening))

    def _one(self, agency: str, screening: Screening) -> None:
        try:
            answered = bool(screening.ticket) and self._ask(agency, screening)
        except ConcordError as error:
            self._log.warning("a review could not be asked for", code=error.code)
            answered = False
        if not answered and screening.overdue(self._today()):
            self._close(agency, screening, ScreeningState.NOT_ANSWERED, [], [])

    def _ask(self, agency: str, screening: Screening) -> bool:
        # The ticket names no owner: any agency of the node that compared leads to the same address.
        asked = self._agreement.hosted_by(self._node, SERVICE)[0]
        response = self._peers.call(
            lambda channel: ScreeningServiceStub(channel).GetReview,
            messages.GetReviewRequest(review_reference=screening.ticket),
            agency=asked,
            service=SERVICE,
            acting=agency,
            idempotent=True,
        )
        if response.state == messages.REVIEW_STATE_CLEAR:
            self._close(agency, screening, ScreeningState.CLEAR, [], [])
            return True
        if response.state == messages.REVIEW_STATE_DISCLOSED and response.disclosures:
            opened = [self._open(agency, screening, sealed) for sealed in response.disclosures]
            marks = [commitment(sealed) for sealed in response.disclosures]
            self._close(agency, screening, ScreeningState.DISCLOSED, opened, marks)
            return True
        return False

    def _open(self, agency: str, screening: Screening, sealed: SealedDisclosure) -> Disclosure:
        payload = open_sealed(
            self._agreement,
            self._keys,
            sealed,
            recipient=agency,
            service=SERVICE,
            reference=ticket_digest(screening.ticket),
        )
        try:
            content = messages.ReleasedFacts.FromString(payload)
            released = date.fromisoformat(content.released_date)
        except (DecodeError, ValueError):
            raise UNREADABLE_RELEASE.error() from None
        return Disclosure(sealed.owner, released, [(fact.field, fact.value) for fact in content.facts])

    def _close(
        self,
        agency: str,
        screening: Screening,
        state: ScreeningState,
        disclosures: Sequence[Disclosure],
        commitments: Sequence[str],
    ) -> None:
        def also(work: Work) -> None:
            for disclosure, mark in zip(disclosures, commitments, strict=True):
                work.audit(
                    "disclosure.receive",
                    screening.reference,
                    purpose=Purpose.SCREENING,
                    details={"owner": disclosure.owner, "commitment": mark},
                )

        self._checks.close(agency, screening.reference, state, disclosures, also)
