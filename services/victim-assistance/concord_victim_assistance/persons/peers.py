"""An agency's own intake over gRPC, at the agreement's address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from concord.intake.v1.service_pb2 import GetHandoverRequest, Handover
from concord.intake.v1.service_pb2_grpc import IntakeServiceStub
from concord_core.agreement import Agreement
from concord_core.disclosure import open_sealed
from concord_core.errors import ConcordError, ErrorKind
from concord_core.errors.codes import NOT_FOUND
from concord_core.rpc import Peers
from concord_core.vault import KeyService

SERVICE: Final = "intake"


@dataclass(frozen=True)
class GrpcIntake:
    """Implements `Intake`."""

    peers: Peers
    agreement: Agreement
    keys: KeyService

    def handover(self, agency: str, report_reference: str, acting_person: str) -> tuple[Sequence[str], Handover | None]:
        """The scopes that the reporter allows now, and the content if there is any."""
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
        scopes = tuple(answer.allowed_scopes)
        if not answer.HasField("disclosure"):
            return scopes, None
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
        return scopes, Handover.FromString(payload)
