"""Who calls, for whom, and whom they ask: what a servicer may know of a call."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

import grpc

from concord_core.identity import Principal

ACTING_KEY: Final = "concord-agency"
ADDRESSED_KEY: Final = "concord-addressed"
TOKEN_KEY: Final = "authorization"  # noqa: S105 - the name of a header
TRACE_KEY: Final = "traceparent"


@dataclass(frozen=True)
class RpcCall:
    """A call that was let through.

    `principal.agency` is the asking agency, which the agreement places on the caller's node; `addressed` is the agency
    that is asked, hosted here: the agency to set for the transaction.
    """

    principal: Principal
    addressed: str


_CALL: Final[ContextVar[tuple[grpc.ServicerContext, RpcCall] | None]] = ContextVar("concord_rpc_call", default=None)


def caller(context: grpc.ServicerContext) -> RpcCall:
    """The call that a servicer's method is answering; RuntimeError outside of one, a mistake in code."""
    held = _CALL.get()
    if held is None or held[0] is not context:
        raise RuntimeError("this context belongs to no call that was let through")
    return held[1]


@contextmanager
def answering(context: grpc.ServicerContext, call: RpcCall) -> Iterator[None]:
    """Makes a call known to `caller` while a servicer's method runs."""
    token = _CALL.set((context, call))
    try:
        yield
    finally:
        _CALL.reset(token)
