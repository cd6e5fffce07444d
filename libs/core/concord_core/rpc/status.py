"""Our errors as gRPC statuses and back: the status is for machines that know gRPC, the stable code for ours.

The code and the kind travel in trailing metadata; the status' text is the code. Nothing else crosses.
"""

import re
from typing import Final

import grpc

from concord_core.errors import ConcordError, ErrorCode, ErrorKind
from concord_core.errors.codes import PEER_UNAVAILABLE

CODE_KEY: Final = "concord-error-code"
KIND_KEY: Final = "concord-error-kind"
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,79}")
_KINDS: Final = {kind.label: kind for kind in ErrorKind}


def trailing(error: ConcordError) -> tuple[tuple[str, str], ...]:
    """The trailing metadata of a refusal."""
    return ((CODE_KEY, error.code), (KIND_KEY, error.kind.label))


def from_call(error: Exception) -> ConcordError:
    """The error that the servicer raised, as the caller sees it.

    PEER_UNAVAILABLE when the answer carries no code of ours: the service did not get as far as an answer.
    """
    metadata = error.trailing_metadata() if isinstance(error, grpc.Call) else ()
    found: dict[str, str | bytes] = {item[0]: item[1] for item in metadata or ()}
    code, kind = found.get(CODE_KEY), _KINDS.get(str(found.get(KIND_KEY)))
    if not isinstance(code, str) or not _CODE.fullmatch(code) or kind is None:
        return PEER_UNAVAILABLE.error()
    return ErrorCode(code, kind, "The other agency's service did not do this.").error()


def may_pass(error: Exception) -> bool:
    """Whether the same call may succeed a moment later: the service could not be reached."""
    return isinstance(error, grpc.Call) and error.code() is grpc.StatusCode.UNAVAILABLE
