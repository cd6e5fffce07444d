"""Errors of the agreement: what a file may be refused for, and what it does not know."""

from typing import Final

from concord_core.errors import ErrorCode, ErrorKind

UNKNOWN_AGENCY: Final = ErrorCode(
    "agreement_unknown_agency", ErrorKind.NOT_FOUND, "The agreement does not know this agency."
)
UNKNOWN_NODE: Final = ErrorCode("agreement_unknown_node", ErrorKind.NOT_FOUND, "The agreement does not know this node.")
UNKNOWN_PEER: Final = ErrorCode(
    "agreement_unknown_peer", ErrorKind.NOT_FOUND, "Nobody hosts this service for this agency."
)
UNKNOWN_KEY: Final = ErrorCode(
    "agreement_unknown_key", ErrorKind.NOT_FOUND, "The agreement has no such key that is valid now."
)
UNREADABLE: Final = ErrorCode("agreement_unreadable", ErrorKind.INVALID, "The agreement cannot be read: %(reason)s.")
UNSIGNED: Final = ErrorCode(
    "agreement_bad_signature",
    ErrorKind.INVALID,
    "The agreement is not signed by the pinned operator key. Ask the operator for the signed file.",
)
DOWNGRADE: Final = ErrorCode(
    "agreement_downgrade",
    ErrorKind.INVALID,
    "Version %(offered)s of the agreement is refused: version %(seen)s has been seen here.",
)
REWRITTEN: Final = ErrorCode(
    "agreement_rewritten",
    ErrorKind.INVALID,
    "Version %(seen)s of the agreement was seen here with other content.",
)
