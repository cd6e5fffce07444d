"""Every way in which the screening service refuses something, beside the codes that all services share."""

from concord_core.errors import ErrorCode, ErrorKind

LISTING_STATE = ErrorCode(
    "listing_state",
    ErrorKind.CONFLICT,
    "The listing is not in a state in which this can be done. Look at it again.",
)
CASE_NOT_SUBSTANTIATED = ErrorCode(
    "case_not_substantiated",
    ErrorKind.CONFLICT,
    "The case behind this listing was decided as not substantiated. It can only be withdrawn.",
)
REVIEW_STATE = ErrorCode(
    "review_state", ErrorKind.CONFLICT, "This review was decided already, or waits for another step first."
)
REVIEW_LATE = ErrorCode(
    "review_late",
    ErrorKind.CONFLICT,
    "The last day for an answer has passed: the other agency was told that none came. A release would reach nobody.",
)
QUOTA_REACHED = ErrorCode(
    "quota_reached",
    ErrorKind.LIMITED,
    "The number of checks allowed for today is used up. Ask your agency's administrator.",
)
UNREADABLE_RELEASE = ErrorCode(
    "unreadable_release", ErrorKind.INTERNAL, "What another agency released cannot be read. Ask its service again."
)
