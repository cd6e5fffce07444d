"""Owners over gRPC, at the agreement's addresses, also when they are hosted on this node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from google.protobuf.message import DecodeError

from concord.assistance.v1 import service_pb2 as messages
from concord.assistance.v1.service_pb2_grpc import AssistanceServiceStub
from concord_core.agreement import Agreement
from concord_core.disclosure import commitment, open_sealed
from concord_core.disclosure.errors import NOT_OPENED
from concord_core.errors import ConcordError, ErrorCode
from concord_core.errors.codes import NOT_FOUND
from concord_core.rpc import Peers
from concord_core.vault import KeyService
from concord_victim_assistance.errors import CONSENT_ENDED, NOTHING_ALLOWED, REFERRAL_ENDED
from concord_victim_assistance.referrals.commands import Opened
from concord_victim_assistance.values import SERVICE

_SAID: Final[dict[str, ErrorCode]] = {
    known.code: known for known in (CONSENT_ENDED, REFERRAL_ENDED, NOTHING_ALLOWED, NOT_FOUND)
}


@dataclass(frozen=True)
class GrpcOwners:
    """Implements `Owners`. A code that crosses the wire gets our words for it again."""

    peers: Peers
    agreement: Agreement
    keys: KeyService

    def check(self, owner: str, recipient: str, reference: str) -> tuple[str, str]:
        """Status and consent state of a referral."""
        answer = self.peers.call(
            lambda channel: AssistanceServiceStub(channel).CheckReferral,
            messages.CheckReferralRequest(referral_reference=reference),
            agency=owner,
            service=SERVICE,
            acting=recipient,
            idempotent=True,
        )
        return answer.status, answer.consent_state

    def open(self, owner: str, recipient: str, reference: str, acting_person: str) -> Opened:
        """The content; a package that is not this owner's about this referral does not open."""
        try:
            answer = self.peers.call(
                lambda channel: AssistanceServiceStub(channel).OpenReferral,
                messages.OpenReferralRequest(referral_reference=reference, acting_person=acting_person),
                agency=owner,
                service=SERVICE,
                acting=recipient,
                idempotent=True,
            )
        except ConcordError as error:
            if error.code in _SAID:
                raise _SAID[error.code].error() from None
            raise
        payload = open_sealed(
            self.agreement,
            self.keys,
            answer.disclosure,
            recipient=recipient,
            service=SERVICE,
            owner=owner,
            reference=reference,
        )
        try:
            package = messages.ReferralPackage.FromString(payload)
        except DecodeError:
            raise NOT_OPENED.error() from None
        return Opened(package, commitment(answer.disclosure))
