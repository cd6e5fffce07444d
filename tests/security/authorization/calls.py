"""Every call between services, with a request that its right caller is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import psycopg
from google.protobuf.message import Message

from concord.assistance.v1.service_pb2 import CheckReferralRequest, OpenReferralRequest
from concord.intake.v1.service_pb2 import GetHandoverRequest
from concord.screening.v1.service_pb2 import GetReviewRequest
from concord_core.rpc.call import ACTING_KEY, ADDRESSED_KEY, TOKEN_KEY
from concord_core.rpc.status import CODE_KEY
from tests.security.authorization.scene import ASKER, HELPER, Make, Scene
from tests.security.authorization.targets import OWNER, Target

Status = tuple[grpc.StatusCode, str]
"""How a call ended; no code of ours for one that was answered."""


def _report(scene: Scene) -> Target:
    reference = str(scene.child()["report_reference"])
    return Target({"report_reference": reference})


def _ticket(scene: Scene) -> Target:
    """The ticket that the asking agency's service keeps of its check."""
    review = scene.review()
    database = scene.stack.database(scene.stack.hub.slug, "screening").name
    with psycopg.connect(scene.stack.postgres.connect_string(database)) as conn:
        row = conn.execute("select ticket from screenings where reference = %s", (review.shown["check"],)).fetchone()
    assert row is not None
    return Target({"review_reference": str(row[0])}, look=review.look)


def _referral(scene: Scene) -> Target:
    found = scene.received()
    reference = found.names["reference"]
    return Target({"referral_reference": reference}, look=lambda: scene.advocate_sees(f"referrals/{reference}"))


@dataclass(frozen=True)
class Call:
    """`service` of the agency `addressed` is asked by the service `caller`, for the agency `acting`; `person` is one of
    its own staff. `anywhere`: whichever agency is addressed, the reference says what is meant."""

    service: str
    caller: str
    acting: str
    person: str
    request: Callable[..., Message]
    make: Make
    addressed: str = OWNER
    anywhere: bool = False


CALLS: Mapping[str, Call] = {
    "/concord.intake.v1.IntakeService/GetHandover": Call(
        "intake", "assistance", OWNER, "unicef-officer", GetHandoverRequest, _report
    ),
    "/concord.screening.v1.ScreeningService/GetReview": Call(
        "screening", "screening", ASKER, "unicef-disclosure", GetReviewRequest, _ticket, anywhere=True
    ),
    "/concord.assistance.v1.AssistanceService/CheckReferral": Call(
        "assistance", "assistance", HELPER, "unicef-advocate", CheckReferralRequest, _referral
    ),
    "/concord.assistance.v1.AssistanceService/OpenReferral": Call(
        "assistance", "assistance", HELPER, "unicef-advocate", OpenReferralRequest, _referral
    ),
}
"""Full method → how it is called rightly. A method that does not stand here fails the walk."""


def ended(
    address: str, authority: Path, method: str, request: Message, token: str | None, acting: str, addressed: str
) -> Status:
    """How the call ends at that address, whose certificate the authority signed."""
    credentials = grpc.ssl_channel_credentials(authority.read_bytes())
    bearer = [(TOKEN_KEY, f"Bearer {token}")] if token else []
    metadata = ((ACTING_KEY, acting), (ADDRESSED_KEY, addressed), *bearer)
    with grpc.secure_channel(address, credentials) as channel:
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(method)
        try:
            call(request.SerializeToString(), metadata=metadata, timeout=20)
        except grpc.RpcError as error:
            refused: Any = error
            return refused.code(), dict(refused.trailing_metadata() or ()).get(CODE_KEY, "")
    return grpc.StatusCode.OK, ""
