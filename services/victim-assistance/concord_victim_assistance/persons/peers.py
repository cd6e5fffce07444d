"""An agency's own intake over gRPC, at the agreement's address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from concord.intake.v1.service_pb2 import GetHandoverRequest, Handover
from concord.intake.v1.service_pb2_grpc import IntakeServiceStub
from concord_core.agreement import Agreement
from concord_core.disclosure import commitment, open_sealed
from concord_core.errors import ConcordError, ErrorKind
from concord_core.errors.codes import NOT_FOUND
from concord_core.rpc import Peers
from concord_core.vault import KeyService
from concord_victim_assistance.persons.opening import Received

SERVICE: Final = "intake"


@dataclass(frozen=True)
class GrpcIntake:
    """Implements `Intake`."""

    peers: Peers
    agreement: Agreement
    keys: KeyService

    def handover(self, agency: str, report_reference: str, acting_person: str) -> Received:
        """What the reporter allows now, and the commitment of its package."""
        try:
            answer = self.peers.call(
                lambda channel: IntakeServiceStub(channel).GetHandover,
                GetHandoverRequest(report_reference=report_reference, acting_person=acting_person),
                agency=agency,
                service=SERVICE,
                acting=agency,
                idempotent=True,
            )
        except ConcordError as error:
            if error.kind is ErrorKind.NOT_FOUND:
                raise NOT_FOUND.error() from None
            raise
        if not answer.HasField("disclosure"):
            return Received(Handover())
        payload = open_sealed(
            self.agreement,
            self.keys,
            answer.disclosure,
            recipient=agency,
            service=SERVICE,
            recipient_service="assistance",
            owner=agency,
            reference=report_reference,
        )
        return Received(Handover.FromString(payload), commitment(answer.disclosure))
