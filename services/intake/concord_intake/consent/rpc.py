"""gRPC `IntakeService`: hands over what a reporter allows, sealed, their consent checked at that moment.

Only services of the agency that holds the report ask: the people who help are its own. For any other agency, and for a
report in which nobody asked for help, the answer is the same as for one that does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass

import grpc

from concord.intake.v1 import service_pb2 as pb
from concord.intake.v1 import service_pb2_grpc as rpc
from concord_core.agreement import Agreement
from concord_core.disclosure import commitment, seal
from concord_core.rpc import RpcService, caller
from concord_core.storage import Database
from concord_core.vault import KeyService
from concord_intake.consent.domain import allowed, handed_over
from concord_intake.errors import HANDOVER_UNKNOWN
from concord_intake.reports.commands import ReadReport, Reports

PURPOSE = "referral"


@dataclass(frozen=True)
class Handovers(rpc.IntakeServiceServicer):
    """The servicer."""

    reports: Reports
    app: Database
    agreement: Agreement
    keys: KeyService

    def GetHandover(  # noqa: N802 - the name is the contract's
        self, request: pb.GetHandoverRequest, context: grpc.ServicerContext
    ) -> pb.GetHandoverResponse:
        """What the reporter allows now; HANDOVER_UNKNOWN when there is no request for help for the caller."""
        call = caller(context)
        agency = call.addressed
        if call.principal.agency != agency:
            raise HANDOVER_UNKNOWN.error()
        with self.app.work(agency, actor=call.principal.actor) as work:
            report = self.reports.find(work, request.report_reference, purpose=PURPOSE, reader=request.acting_person)
            if report is None or not report.stored.codes["help_wanted"]:
                raise HANDOVER_UNKNOWN.error()
            scopes = allowed(report.consents)
            answer = pb.GetHandoverResponse(allowed_scopes=scopes)
            if "assistance_services" in scopes:
                sealed = seal(
                    self.agreement,
                    self.keys,
                    owner=agency,
                    recipient=agency,
                    service="intake",
                    recipient_service="assistance",
                    reference=request.report_reference,
                    purpose=PURPOSE,
                    payload=_handover(report).SerializeToString(deterministic=True),
                )
                answer.disclosure.CopyFrom(sealed)
                details = {"reader": request.acting_person, "commitment": commitment(sealed)}
                work.audit("intake.handover.get", request.report_reference, purpose=PURPOSE, details=details)
            return answer


def _handover(report: ReadReport) -> pb.Handover:
    words = {name: report.words.get(name, "") for name in handed_over(report.consents)}
    return pb.Handover(
        **words,
        needs=report.stored.needs,
        language=report.stored.codes["language"],
        age_band=report.stored.codes["age_band"],
        reporter_type=report.stored.codes["reporter_type"],
    )


def service(handovers: Handovers) -> RpcService[Handovers]:
    """The service as the runtime takes it."""
    return RpcService(
        add=rpc.add_IntakeServiceServicer_to_server,
        servicer=handovers,
        operations={"/concord.intake.v1.IntakeService/GetHandover": "intake.handover.get"},
    )
