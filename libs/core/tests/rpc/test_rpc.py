"""Calls between services over real TLS with real tokens: who gets through, what errors become, what is repeated."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy.exc import OperationalError

from concord.assistance.v1.service_pb2 import (
    CheckReferralRequest,
    CheckReferralResponse,
    OpenReferralRequest,
    OpenReferralResponse,
)
from concord.assistance.v1.service_pb2_grpc import (
    AssistanceServiceServicer,
    AssistanceServiceStub,
    add_AssistanceServiceServicer_to_server,
)
from concord_core.errors import ConcordError, ErrorCode, ErrorKind
from concord_core.errors.codes import NOT_FOUND
from concord_core.identity import Operation, PolicyTable, ServiceTokens, Tenancy, TokenVerifier
from concord_core.identity.provider import JwksCache, Provider
from concord_core.rpc import Peers, RpcCall, RpcServer, RpcService, caller
from concord_stack.certs import make_certificates
from tests.support.trust import TrustWorld, trust_world

METHOD = "/concord.assistance.v1.AssistanceService/"
PEER = frozenset({"peer"})
POLICY = PolicyTable(
    [
        Operation("assistance.referrals.check", PEER, Tenancy.PEER),
        Operation("assistance.referrals.open", PEER, Tenancy.PEER),
        Operation("assistance.referrals.list", frozenset({"referral_officer"})),
    ]
)
WITHDRAWN = ErrorCode("consent_withdrawn", ErrorKind.CONFLICT, "The person withdrew their consent.")


@dataclass
class Owner(AssistanceServiceServicer):
    """Answers as the next function says, and keeps who called."""

    calls: list[RpcCall] = field(default_factory=list)
    act: Callable[[], None] = lambda: None

    def CheckReferral(self, request: CheckReferralRequest, context: grpc.ServicerContext) -> CheckReferralResponse:  # noqa: N802 - the contract's name
        self.calls.append(caller(context))
        self.act()
        return CheckReferralResponse(status="offered")

    def OpenReferral(self, request: OpenReferralRequest, context: grpc.ServicerContext) -> OpenReferralResponse:  # noqa: N802 - the contract's name
        self.calls.append(caller(context))
        return OpenReferralResponse()


@dataclass
class Running:
    world: TrustWorld
    owner: Owner
    address: str

    def peers(self, client_id: str) -> Peers:
        settings = self.world.settings(client_id)
        return Peers(settings, self.world.agreement, ServiceTokens(settings.identity), sleep=lambda _: None)

    def check(
        self,
        reference: str = "R-1",
        *,
        by: str = "unfpa-assistance",
        acting: str = "unfpa",
        agency: str = "unicef",
        **more: Any,
    ) -> str:
        peers = self.peers(by)
        try:
            answer = peers.call(
                lambda channel: AssistanceServiceStub(channel).CheckReferral,
                CheckReferralRequest(referral_reference=reference),
                agency=agency,
                service="assistance",
                acting=acting,
                **more,
            )
        finally:
            peers.close()
        return answer.status

    def channel(self) -> grpc.Channel:
        authority = self.world.certificate.authority.read_bytes()
        return grpc.secure_channel(self.address, grpc.ssl_channel_credentials(authority))

    def raw(self, metadata: list[tuple[str, str]], method: str = "CheckReferral") -> grpc.StatusCode | None:
        """A hand-made call; the status, or None when it was answered."""
        with self.channel() as channel:
            try:
                getattr(AssistanceServiceStub(channel), method)(CheckReferralRequest(), timeout=5, metadata=metadata)
            except grpc.RpcError as error:
                code: grpc.StatusCode = error.code()
                return code
        return None


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrustWorld]:
    with trust_world(tmp_path_factory.mktemp("trust")) as made:
        yield made


@contextmanager
def serving(world: TrustWorld, operations: dict[str, str]) -> Iterator[Running]:
    """The hub's assistance, at the agreement's address."""
    settings = world.settings("hub-assistance")
    provider = Provider(world.issuer)
    verifier = TokenVerifier(world.issuer, "hub-assistance", JwksCache(provider), world.agreement, "hub")
    owner = Owner()
    service = RpcService(add_AssistanceServiceServicer_to_server, owner, operations)
    server = RpcServer(settings, verifier, POLICY, operations, [service])
    server.start()
    try:
        yield Running(world, owner, f"127.0.0.1:{server.port}")
    finally:
        server.stop(1)


OPERATIONS = {
    f"{METHOD}CheckReferral": "assistance.referrals.check",
    f"{METHOD}OpenReferral": "assistance.referrals.open",
}


@pytest.fixture(scope="module")
def running(world: TrustWorld) -> Iterator[Running]:
    with serving(world, OPERATIONS) as made:
        yield made


@pytest.fixture(autouse=True)
def quiet(running: Running) -> None:
    running.owner.calls.clear()
    running.owner.act = lambda: None


def refused(code: str, call: Callable[[], object]) -> ConcordError:
    with pytest.raises(ConcordError) as caught:
        call()
    assert caught.value.code == code
    return caught.value


# --- who gets through -----------------------------------------------------------------------------------------


def test_a_service_asks_for_its_agency_and_reaches_the_one_it_asked(running: Running) -> None:
    assert running.check() == "offered"
    call = running.owner.calls[0]
    assert (call.principal.agency, call.principal.node, call.addressed) == ("unfpa", "unfpa", "unicef")
    assert call.principal.roles == PEER


def test_agencies_of_one_node_call_each_other_the_same_way(running: Running) -> None:
    assert running.check(by="hub-assistance", acting="wfp") == "offered"
    assert running.owner.calls[0].principal.agency == "wfp"


def test_a_node_cannot_act_for_an_agency_that_it_does_not_host(running: Running) -> None:
    refused("agency_not_hosted", lambda: running.check(acting="unhcr"))
    refused("agency_not_hosted", lambda: running.check(acting="nobody"))
    refused("agency_not_hosted", lambda: running.check(by="hub-assistance", acting="unfpa"))
    assert running.check(by="hub-intake", acting="unfpa") == "offered"
    assert len(running.owner.calls) == 1


def test_an_agency_that_is_not_here_is_not_found(running: Running) -> None:
    token = ServiceTokens(running.world.identity("unfpa-assistance")).token("hub-assistance")
    metadata = [("authorization", f"Bearer {token}"), ("concord-agency", "unfpa")]
    for addressed in ("unfpa", "nobody", ""):
        assert running.raw([*metadata, ("concord-addressed", addressed)]) is grpc.StatusCode.NOT_FOUND
    assert running.owner.calls == []


def test_without_the_right_token_nobody_gets_through(running: Running) -> None:
    names = [("concord-agency", "unfpa"), ("concord-addressed", "unicef")]
    tokens = ServiceTokens(running.world.identity("unfpa-assistance"))
    wrong = [
        "",
        "Bearer ",
        "Bearer not.a.token",
        f"Bearer {tokens.token('hub-screening')}",
        f"Bearer {tokens.token('unfpa-assistance')}",
        f"Bearer {tokens.token('kafka')}",
        f"Basic {tokens.token('hub-assistance')}",
    ]
    for value in wrong:
        assert running.raw([*names, ("authorization", value)]) is grpc.StatusCode.UNAUTHENTICATED
    assert running.raw(names) is grpc.StatusCode.UNAUTHENTICATED
    assert running.owner.calls == []


def test_people_do_not_come_in_here(running: Running) -> None:
    token = running.world.token("unicef-referrals")
    metadata = [("authorization", f"Bearer {token}"), ("concord-agency", "unicef"), ("concord-addressed", "unicef")]
    assert running.raw(metadata) is grpc.StatusCode.PERMISSION_DENIED


def test_a_method_without_operation_is_denied(world: TrustWorld, running: Running) -> None:
    token = ServiceTokens(world.identity("unfpa-assistance")).token("hub-assistance")
    metadata = [
        ("authorization", f"Bearer {token}"),
        ("concord-agency", "unfpa"),
        ("concord-addressed", "unicef"),
    ]
    settings = world.settings("hub-assistance")
    assert settings.rpc is not None
    with pytest.raises(ValueError, match="policy does not know"), serving(world, {f"{METHOD}CheckReferral": "x.y.z"}):
        pass
    moved = settings.rpc.model_copy(update={"port": 0})
    provider = Provider(world.issuer)
    verifier = TokenVerifier(world.issuer, "hub-assistance", JwksCache(provider), world.agreement, "hub")
    operations = {f"{METHOD}CheckReferral": "assistance.referrals.list"}
    owner = Owner()
    service = RpcService(add_AssistanceServiceServicer_to_server, owner, operations)
    server = RpcServer(settings.model_copy(update={"rpc": moved}), verifier, POLICY, operations, [service])
    server.start()
    other = Running(world, owner, f"127.0.0.1:{server.port}")
    assert other.raw(metadata, "OpenReferral") is grpc.StatusCode.PERMISSION_DENIED
    assert other.raw(metadata, "CheckReferral") is grpc.StatusCode.PERMISSION_DENIED
    assert owner.calls == []
    server.stop(0)


def test_a_server_with_a_certificate_of_nobody_is_not_asked(
    world: TrustWorld, running: Running, tmp_path: Path
) -> None:
    """An impostor at the address gets no token: its certificate is of another authority."""
    settings = world.settings("unfpa-assistance")
    assert settings.rpc is not None
    other = make_certificates(tmp_path, ["other"])["other"]
    rpc = settings.rpc.model_copy(update={"authority": other.authority})
    peers = Peers(settings.model_copy(update={"rpc": rpc}), world.agreement, ServiceTokens(settings.identity))
    refused(
        "peer_unavailable",
        lambda: peers.call(
            lambda channel: AssistanceServiceStub(channel).CheckReferral,
            CheckReferralRequest(),
            agency="unicef",
            service="assistance",
            acting="unfpa",
            timeout=3,
        ),
    )
    peers.close()
    assert running.owner.calls == []


def test_a_plain_connection_is_refused(running: Running) -> None:
    with grpc.insecure_channel(running.address) as channel, pytest.raises(grpc.RpcError):
        AssistanceServiceStub(channel).CheckReferral(CheckReferralRequest(), timeout=3)


# --- errors ---------------------------------------------------------------------------------------------------


def raising(error: Exception) -> Callable[[], None]:
    def act() -> None:
        raise error

    return act


@pytest.mark.parametrize("definition", [NOT_FOUND, WITHDRAWN])
def test_the_servicers_error_arrives_with_its_code_and_kind(running: Running, definition: ErrorCode) -> None:
    running.owner.act = raising(definition.error())
    error = refused(definition.code, running.check)
    assert error.kind is definition.kind


def test_an_unexpected_error_tells_nothing(running: Running, capsys: pytest.CaptureFixture[str]) -> None:
    marker = f"Ana {secrets.token_hex(4)}"
    running.owner.act = raising(RuntimeError(marker))
    error = refused("internal", running.check)
    assert marker not in str(error)
    assert marker not in capsys.readouterr().err


def test_a_database_that_is_away_is_told_as_what_may_pass(running: Running) -> None:
    running.owner.act = raising(OperationalError("select", {}, Exception("gone")))
    assert refused("unavailable", running.check).kind is ErrorKind.UNAVAILABLE


def test_the_character_zero_is_the_callers_mistake(running: Running) -> None:
    refused("invalid_request", lambda: running.check("R-\0"))
    assert running.owner.calls == []


def test_a_call_that_takes_too_long_ends(running: Running) -> None:
    running.owner.act = lambda: time.sleep(1)
    refused("peer_unavailable", lambda: running.check(timeout=0.3))


def test_a_service_that_is_down_is_unavailable(world: TrustWorld, running: Running) -> None:
    peers = running.peers("hub-assistance")
    refused(
        "peer_unavailable",
        lambda: peers.call(
            lambda channel: AssistanceServiceStub(channel).CheckReferral,
            CheckReferralRequest(),
            agency="unfpa",
            service="assistance",
            acting="unicef",
            idempotent=True,
            timeout=3,
        ),
    )
    peers.close()


def test_only_an_idempotent_call_is_tried_again(running: Running) -> None:
    """The transport fails twice; a servicer's own `unavailable` has a code of ours, and repeats the same way."""
    failures = [2]

    def act() -> None:
        if failures[0]:
            failures[0] -= 1
            raise ErrorCode("store_down", ErrorKind.UNAVAILABLE, "The store is down.").error()

    running.owner.act = act
    refused("store_down", running.check)
    assert len(running.owner.calls) == 1
    assert running.check(idempotent=True) == "offered"
    assert len(running.owner.calls) == 3


# --- health, reflection, traces -------------------------------------------------------------------------------


def test_health_answers_anybody(running: Running) -> None:
    with running.channel() as channel:
        answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=5)
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


def reflected(running: Running) -> list[str]:
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    with running.channel() as channel:
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        answers = list(stub.ServerReflectionInfo(iter([request]), timeout=5))
    return [service.name for service in answers[0].list_services_response.service]


def test_reflection_is_for_the_embedded_default_only(world: TrustWorld, running: Running) -> None:
    assert "concord.assistance.v1.AssistanceService" in reflected(running)
    settings = world.settings("hub-assistance")
    assert settings.rpc is not None
    server_settings = settings.model_copy(
        update={"embedded": False, "rpc": settings.rpc.model_copy(update={"port": 0})}
    )
    verifier = TokenVerifier(world.issuer, "hub-assistance", JwksCache(Provider(world.issuer)), world.agreement, "hub")
    server = RpcServer(server_settings, verifier, POLICY, {}, [])
    server.start()
    with pytest.raises(grpc.RpcError) as caught:
        reflected(Running(world, Owner(), f"127.0.0.1:{server.port}"))
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
    server.stop(0)


def test_the_trace_goes_on_at_the_owner(running: Running) -> None:
    spans = InMemorySpanExporter()
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider()
        trace.set_tracer_provider(provider)
    provider.add_span_processor(SimpleSpanProcessor(spans))
    running.check()
    found = {span.name: span for span in spans.get_finished_spans()}
    asked, served = found["rpc.call"], found["rpc.serve"]
    assert asked.context is not None
    assert served.parent is not None
    assert served.parent.span_id == asked.context.span_id
    assert dict(served.attributes or {})["operation"] == "assistance.referrals.check"
