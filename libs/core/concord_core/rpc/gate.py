"""What stands before every RPC: token, acting agency, addressed agency, policy. No operation: denied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import grpc
from google.protobuf.message import Message

from concord_core.errors import ConcordError, ErrorKind
from concord_core.errors.codes import FORBIDDEN, INTERNAL, INVALID_REQUEST, NOT_FOUND, UNAUTHENTICATED, UNAVAILABLE
from concord_core.identity import PolicyTable, TokenVerifier
from concord_core.rpc.call import ACTING_KEY, ADDRESSED_KEY, TOKEN_KEY, TRACE_KEY, RpcCall, answering
from concord_core.rpc.status import trailing
from concord_core.storage import UNREACHABLE
from concord_core.telemetry import failure, logger, remote_parent, span

OPEN_SERVICES: Final = ("grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection")
"""Health, and reflection where it is offered: they tell nothing of anybody's records."""

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"  # generic in its stubs only


class RpcGate(grpc.ServerInterceptor):
    """Lets calls through to servicers, and turns what these raise into statuses."""

    def __init__(self, verifier: TokenVerifier, policy: PolicyTable, operations: Mapping[str, str]) -> None:
        """`operations`: full method (`/package.Service/Method`) → operation of the policy."""
        self._verifier = verifier
        self._policy = policy
        self._operations = operations
        self._log = logger("concord.rpc")

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Handler | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        """Wraps the method's handler; only calls of one request and one answer exist."""
        handler, method = continuation(handler_call_details), handler_call_details.method
        if handler is None or method.rpartition("/")[0].lstrip("/") in OPEN_SERVICES:
            return handler
        answer = handler.unary_unary
        if answer is None:
            return None

        def guarded(request: Any, context: grpc.ServicerContext) -> Any:
            error = INTERNAL.error()
            metadata = {item[0]: item[1] for item in context.invocation_metadata()}
            operation = self._operations.get(method, "")
            parent = remote_parent(_text(metadata, TRACE_KEY))
            try:
                with span("rpc.serve", "server", {"rpc": method, "operation": operation}, parent=parent):
                    call = self._let_through(metadata, operation)
                    _refuse_zero(request)
                    with answering(context, call):
                        return answer(request, context)
            except ConcordError as refused:
                error = refused
                if refused.kind is ErrorKind.INTERNAL:
                    self._log.error("an RPC failed", rpc=method, code=refused.code, **failure(refused))
            except UNREACHABLE as away:
                error = UNAVAILABLE.error()
                self._log.error("an RPC failed", rpc=method, code=error.code, **failure(away))
            except Exception as unexpected:  # the caller gets INTERNAL without any of its text
                self._log.error("an RPC failed", rpc=method, **failure(unexpected))
            context.set_trailing_metadata(trailing(error))
            return context.abort(error.kind.grpc_status, error.code)

        return grpc.unary_unary_rpc_method_handler(
            guarded,
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )

    def _let_through(self, metadata: Mapping[str, str | bytes], operation: str) -> RpcCall:
        scheme, _, token = _text(metadata, TOKEN_KEY).partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise UNAUTHENTICATED.error()
        principal = self._verifier.verify(token)
        if principal.kind != "service":
            raise FORBIDDEN.error()  # people come in by HTTP
        principal = self._verifier.acting(principal, _text(metadata, ACTING_KEY))
        self._policy.check(principal, operation)
        addressed = _text(metadata, ADDRESSED_KEY)
        if not self._verifier.hosted_here(addressed):
            raise NOT_FOUND.error()
        return RpcCall(principal, addressed)


def _refuse_zero(message: Message) -> None:
    """Raises INVALID_REQUEST for a text that holds U+0000: no database stores it, so that asking for what is called
    that would be taken for a fault of ours."""
    for field, value in message.ListFields():
        for one in value if field.is_repeated else (value,):
            if isinstance(one, Message):
                _refuse_zero(one)
            elif isinstance(one, str) and "\0" in one:
                raise INVALID_REQUEST.error()


def _text(metadata: Mapping[str, str | bytes], key: str) -> str:
    value = metadata.get(key, "")
    return value if isinstance(value, str) else ""
