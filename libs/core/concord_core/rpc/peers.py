"""Calls to other agencies' services: always at the agreement's address, with a token for exactly that service."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, TypeVar

import grpc

from concord_core.agreement import Agreement, Peer
from concord_core.config import ServiceSettings
from concord_core.errors.codes import PEER_UNAVAILABLE
from concord_core.identity import ServiceTokens
from concord_core.rpc.call import ACTING_KEY, ADDRESSED_KEY, TOKEN_KEY, TRACE_KEY
from concord_core.rpc.server import MAX_MESSAGE_BYTES
from concord_core.rpc.status import from_call, may_pass
from concord_core.telemetry import current_traceparent, span

DEADLINE_SECONDS: Final = 5.0
ATTEMPTS: Final = 3
FIRST_PAUSE_SECONDS: Final = 0.1

Request = TypeVar("Request")
Response = TypeVar("Response")


class Peers:
    """Channels to the other services of the agreement, kept open. Safe for threads."""

    def __init__(
        self,
        settings: ServiceSettings,
        agreement: Agreement,
        tokens: ServiceTokens,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """ValueError without RPC settings: they name the authority of the peers' certificates."""
        if settings.rpc is None:
            raise ValueError("the settings have no section rpc")
        self._authority = settings.rpc.authority.read_bytes()
        self._agreement = agreement
        self._tokens = tokens
        self._sleep = sleep
        self._lock = threading.Lock()
        self._channels: dict[str, grpc.Channel] = {}

    def call(
        self,
        method: Callable[[grpc.Channel], grpc.UnaryUnaryMultiCallable[Request, Response]],
        request: Request,
        *,
        agency: str,
        service: str,
        acting: str,
        idempotent: bool = False,
        timeout: float = DEADLINE_SECONDS,
    ) -> Response:
        """Asks `agency`'s `service`, for our hosted agency `acting`: `peers.call(lambda c: Stub(c).Method, …)`.

        `timeout` in seconds covers all attempts; only an `idempotent` call is tried again. Raises the ConcordError that
        the servicer raised, or PEER_UNAVAILABLE.
        """
        peer = self._agreement.address(agency, service)
        ends = time.monotonic() + timeout
        with span("rpc.call", "client", {"peer": peer.client_id, "agency": agency}):
            bound = method(self._channel(peer))
            for attempt in range(1, ATTEMPTS + 1):
                remaining = ends - time.monotonic()
                if remaining <= 0:
                    break
                try:
                    return bound(request, timeout=remaining, metadata=self._metadata(peer, agency, acting))
                except grpc.RpcError as error:
                    if not (idempotent and may_pass(error) and attempt < ATTEMPTS):
                        raise from_call(error) from None
                self._sleep(FIRST_PAUSE_SECONDS * 2 ** (attempt - 1))
        raise PEER_UNAVAILABLE.error()

    def close(self) -> None:
        """Closes all channels."""
        with self._lock:
            for channel in self._channels.values():
                channel.close()
            self._channels.clear()

    def _metadata(self, peer: Peer, agency: str, acting: str) -> tuple[tuple[str, str], ...]:
        metadata = (
            (TOKEN_KEY, f"Bearer {self._tokens.token(peer.client_id)}"),
            (ACTING_KEY, acting),
            (ADDRESSED_KEY, agency),
        )
        traceparent = current_traceparent()
        return metadata if traceparent is None else (*metadata, (TRACE_KEY, traceparent))

    def _channel(self, peer: Peer) -> grpc.Channel:
        with self._lock:
            channel = self._channels.get(peer.address)
            if channel is None:
                channel = grpc.secure_channel(
                    peer.address,
                    grpc.ssl_channel_credentials(self._authority),
                    options=[
                        ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
                        ("grpc.enable_http_proxy", 0),
                        # A peer that came back is found again within two seconds, not within two minutes.
                        ("grpc.initial_reconnect_backoff_ms", 200),
                        ("grpc.max_reconnect_backoff_ms", 2000),
                    ],
                )
                self._channels[peer.address] = channel
            return channel
