"""What the owner answers over gRPC: whether a referral stands, and its content, sealed to the agency that was asked."""

from __future__ import annotations

from dataclasses import dataclass

import grpc

from concord.assistance.v1 import service_pb2 as messages
from concord.assistance.v1 import service_pb2_grpc as services
from concord_core.agreement import Agreement
from concord_core.disclosure import commitment, seal
from concord_core.rpc import RpcService, caller
from concord_core.storage import Database
from concord_core.vault import KeyService
from concord_victim_assistance.consent.domain import PURPOSE
from concord_victim_assistance.referrals.commands import OwnerSide
from concord_victim_assistance.values import SERVICE

_PATH = "/concord.assistance.v1.AssistanceService"


@dataclass(frozen=True)
class AssistanceRpc(services.AssistanceServiceServicer):
    """The servicer. The asking agency comes from the caller's token and the agreement, never from the request."""

    database: Database
    agreement: Agreement
    keys: KeyService
    owner: OwnerSide

    def CheckReferral(  # noqa: N802 - the contract's name
        self, request: messages.CheckReferralRequest, context: grpc.ServicerContext
    ) -> messages.CheckReferralResponse:
        """Whether a referral stands: codes only."""
        call = caller(context)
        with self.database.work(call.addressed, actor=call.principal.actor) as work:
            status, state = self.owner.standing(work, request.referral_reference, call.principal.own_agency)
        return messages.CheckReferralResponse(status=status.value, consent_state=state.value)

    def OpenReferral(  # noqa: N802 - the contract's name
        self, request: messages.OpenReferralRequest, context: grpc.ServicerContext
    ) -> messages.OpenReferralResponse:
        """The content, as consent and grant allow at this moment."""
        call = caller(context)
        recipient, reference = call.principal.own_agency, request.referral_reference
        with self.database.work(call.addressed, actor=call.principal.actor) as work:
            package = self.owner.disclose(work, reference, recipient)
            sealed = seal(
                self.agreement,
                self.keys,
                owner=call.addressed,
                recipient=recipient,
                service=SERVICE,
                reference=reference,
                purpose=PURPOSE,
                payload=package.SerializeToString(),
            )
            details = {
                "recipient": recipient,
                "acting_person": request.acting_person,
                "commitment": commitment(sealed),
                "fields": ",".join(sorted(field.name for field, _ in package.ListFields())),
            }
            work.audit("referral.disclose", reference, purpose=PURPOSE, details=details)
        return messages.OpenReferralResponse(disclosure=sealed)


def rpc_service(servicer: AssistanceRpc) -> RpcService[services.AssistanceServiceServicer]:
    """The servicer with the operation of each method."""
    return RpcService(
        add=services.add_AssistanceServiceServicer_to_server,
        servicer=servicer,
        operations={
            f"{_PATH}/CheckReferral": "assistance.referrals.check",
            f"{_PATH}/OpenReferral": "assistance.referrals.disclose",
        },
    )
