"""The ways in which reporting refuses a request."""

from concord_core.errors import ErrorCode, ErrorKind

UNKNOWN_TABLE = ErrorCode("unknown_table", ErrorKind.NOT_FOUND, "There is no such table. There are: %(tables)s.")
UNKNOWN_RELEASE = ErrorCode("unknown_release", ErrorKind.NOT_FOUND, "There is no such release.")
UNKNOWN_FORMAT = ErrorCode("unknown_format", ErrorKind.NOT_FOUND, "There is no such format. There are: csv, json.")
NO_RELEASE_YET = ErrorCode("no_release_yet", ErrorKind.NOT_FOUND, "No release has been published yet.")
NOT_THE_OPERATOR = ErrorCode(
    "not_the_operator", ErrorKind.FORBIDDEN, "Only the node that hosts the operator (%(operator)s) publishes releases."
)
VINTAGE_OUT_OF_ORDER = ErrorCode(
    "vintage_out_of_order",
    ErrorKind.INVALID,
    "The last day that counts must lie between that of the last release (%(last)s) and today; nothing was published.",
)
FACTS_SET_ASIDE = ErrorCode(
    "facts_set_aside",
    ErrorKind.CONFLICT,
    "%(count)s facts are set aside and not counted. Resolve them first (concord dlq list); nothing was published.",
)
