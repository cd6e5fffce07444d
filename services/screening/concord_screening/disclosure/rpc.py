"""What the asker's service may ask: how a review stands, by the opaque ticket that it was given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import grpc

from concord.common.v1.disclosure_pb2 import SealedDisclosure
from concord.screening.v1 import service_pb2 as messages
from concord.screening.v1.service_pb2_grpc import (
    ScreeningServiceServicer,
    add_ScreeningServiceServicer_to_server,
)
from concord_core.agreement import Agreement, Purpose
from concord_core.disclosure import commitment, seal
from concord_core.rpc import RpcService, caller
from concord_core.storage import Actor, Database
from concord_core.vault import KeyService
from concord_screening.disclosure.commands import Disclosures, Tickets, released_facts
from concord_screening.disclosure.domain import GroupState, Review, ReviewState, Standing, group_state, ticket_digest

SERVICE = "screening"
GET_REVIEW = "/concord.screening.v1.ScreeningService/GetReview"
STATES = {
    GroupState.OPEN: messages.REVIEW_STATE_OPEN,
    GroupState.CLEAR: messages.REVIEW_STATE_CLEAR,
    GroupState.DISCLOSED: messages.REVIEW_STATE_DISCLOSED,
}


class ScreeningServicer(ScreeningServiceServicer):
    """Answers the asker's service. Every hosted agency is looked at for every ticket, hit or not."""

    def __init__(
        self,
        database: Database,
        disclosures: Disclosures,
        tickets: Tickets,
        agreement: Agreement,
        keys: KeyService,
        agencies: Sequence[str],
    ) -> None:
        self._database = database
        self._disclosures = disclosures
        self._tickets = tickets
        self._agreement = agreement
        self._keys = keys
        self._agencies = tuple(agencies)

    def GetReview(  # noqa: N802 - the contract's name
        self, request: messages.GetReviewRequest, context: grpc.ServicerContext
    ) -> messages.GetReviewResponse:
        """How the review stands; `not_found` for a ticket that is not ours or of another agency."""
        asker = caller(context).principal
        ticket = self._tickets.open(request.review_reference).for_agency(asker.agency)
        now = datetime.now(UTC)
        standings: list[Standing] = []
        released: dict[str, list[Review]] = {}
        for agency in self._agencies:
            with self._database.work(agency, actor=asker.actor) as work:
                for review, standing in self._disclosures.of_group(work, ticket.group):
                    standings.append(standing)
                    # What an owner may no longer send stays; it must not keep back what others released.
                    sends = self._agreement.flow_allows(agency, ticket.asker, SERVICE, Purpose.SCREENING, now)
                    if sends and standing.listed and standing.state is ReviewState.RELEASED:
                        released.setdefault(agency, []).append(review)
        state = group_state(ticket, standings, now)
        answer = messages.GetReviewResponse(state=STATES[state])
        if state is GroupState.DISCLOSED:
            digest = ticket_digest(request.review_reference)
            for owner, reviews in released.items():
                answer.disclosures.append(self._seal(owner, reviews, asker.actor, ticket.asker, digest))
        return answer

    def _seal(self, owner: str, reviews: list[Review], actor: Actor, asker: str, digest: str) -> SealedDisclosure:
        sealed = seal(
            self._agreement,
            self._keys,
            owner=owner,
            recipient=asker,
            service=SERVICE,
            reference=digest,
            purpose=Purpose.SCREENING,
            payload=released_facts(reviews),
        )
        with self._database.work(owner, actor=actor) as work:
            for review in reviews:
                work.audit(
                    "disclosure.send",
                    review.reference,
                    purpose=Purpose.SCREENING,
                    details={"recipient": asker, "commitment": commitment(sealed)},
                )
        return sealed


def rpc_service(servicer: ScreeningServicer) -> RpcService[ScreeningServicer]:
    """The servicer with its operations."""
    return RpcService(add_ScreeningServiceServicer_to_server, servicer, {GET_REVIEW: "screening.reviews.get"})
