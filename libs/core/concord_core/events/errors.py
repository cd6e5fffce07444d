"""How the operator's commands on facts are refused."""

from concord_core.errors import ErrorCode, ErrorKind

UNKNOWN_CONSUMER = ErrorCode(
    "events_unknown_consumer",
    ErrorKind.NOT_FOUND,
    "No consumer of this name has run here.",
)
NOT_REBUILDABLE = ErrorCode(
    "events_not_rebuildable",
    ErrorKind.CONFLICT,
    "This consumer has effects that cannot be made again; only projections can be rebuilt.",
)
ALREADY_REBUILDING = ErrorCode(
    "events_already_rebuilding",
    ErrorKind.CONFLICT,
    "This consumer is being rebuilt now.",
)
UNKNOWN_LETTER = ErrorCode(
    "events_unknown_letter",
    ErrorKind.NOT_FOUND,
    "There is no open dead letter at this place.",
)
