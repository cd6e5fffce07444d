"""The gRPC server of one service: TLS, the gate before every method, health, reflection in development only."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from concord_core.config import RpcSettings, ServiceSettings
from concord_core.identity import PolicyTable, TokenVerifier
from concord_core.rpc.gate import RpcGate

WORKERS: Final = 8
MAX_MESSAGE_BYTES: Final = 1_000_000

S = TypeVar("S")


@dataclass(frozen=True)
class RpcService(Generic[S]):
    """A gRPC service of ours: the generated `add_…_to_server`, its servicer, and each full method's operation."""

    add: Callable[[S, grpc.Server], None]
    servicer: S
    operations: Mapping[str, str]


class RpcServer:
    """Serves until `stop`. Port 0 in the settings takes a free one."""

    def __init__(
        self,
        settings: ServiceSettings,
        verifier: TokenVerifier,
        policy: PolicyTable,
        operations: Mapping[str, str],
        services: Sequence[RpcService[Any]],
    ) -> None:
        """ValueError without RPC settings, or when an operation is not in the policy."""
        if settings.rpc is None:
            raise ValueError("the settings have no section rpc")
        unknown = set(operations.values()) - set(policy.operations)
        if unknown:
            raise ValueError(f"operations that the policy does not know: {', '.join(sorted(unknown))}")
        self._server = grpc.server(
            ThreadPoolExecutor(WORKERS, thread_name_prefix="rpc"),
            interceptors=[RpcGate(verifier, policy, operations)],
            options=[("grpc.max_receive_message_length", MAX_MESSAGE_BYTES), ("grpc.so_reuseport", 0)],
        )
        for service in services:
            service.add(service.servicer, self._server)
        self._health = health.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        if settings.embedded:
            names = {method.split("/")[1] for method in operations}
            reflection.enable_server_reflection((*names, reflection.SERVICE_NAME), self._server)
        self.port = self._listen(settings.rpc)

    def _listen(self, settings: RpcSettings) -> int:
        credentials = grpc.ssl_server_credentials([(settings.key.read_bytes(), settings.certificate.read_bytes())])
        return self._server.add_secure_port(f"{settings.host}:{settings.port}", credentials)

    def start(self) -> None:
        """Begins to answer."""
        self._server.start()
        self._health.set("", health_pb2.HealthCheckResponse.SERVING)

    def stop(self, grace: float) -> None:
        """Takes no new calls, gives those in progress `grace` seconds, then ends."""
        self._health.enter_graceful_shutdown()
        self._server.stop(grace).wait()
