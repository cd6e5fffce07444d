"""The codes that every service shares.

A record of another agency and one that does not exist answer alike: NOT_FOUND.
"""

from concord_core.errors.kinds import ErrorCode, ErrorKind

MALFORMED_JSON = ErrorCode("malformed_json", ErrorKind.MALFORMED, "The request is not valid JSON. Nothing was stored.")
INVALID_REQUEST = ErrorCode(
    "invalid_request", ErrorKind.INVALID, "Some fields are missing or not valid. Nothing was stored."
)
UNKNOWN_CODE = ErrorCode(
    "unknown_code", ErrorKind.INVALID, "The list %(list)s has no such code. Close to it: %(close)s."
)
BODY_TOO_LARGE = ErrorCode(
    "body_too_large", ErrorKind.TOO_LARGE, "The request is larger than %(limit)s bytes. Nothing was stored."
)
UNSUPPORTED_MEDIA = ErrorCode(
    "unsupported_media", ErrorKind.UNSUPPORTED, "This address does not take that content type."
)
UNAUTHENTICATED = ErrorCode(
    "unauthenticated",
    ErrorKind.UNAUTHENTICATED,
    "Sign in first: the token is missing, not valid or has ended.",
)
FORBIDDEN = ErrorCode(
    "forbidden", ErrorKind.FORBIDDEN, "Your roles do not allow this. Ask your agency's administrator for the role."
)
OWN_ACT = ErrorCode("own_act", ErrorKind.FORBIDDEN, "Nobody approves their own act. Ask a second person.")
NOT_FOUND = ErrorCode("not_found", ErrorKind.NOT_FOUND, "There is nothing at this address for you.")
METHOD_NOT_ALLOWED = ErrorCode("method_not_allowed", ErrorKind.METHOD, "This address does not take that method.")
STALE_WRITE = ErrorCode(
    "stale_write",
    ErrorKind.STALE,
    "Somebody changed this record meanwhile. It is now at version %(version)s; look at it and try again.",
)
VERSION_REQUIRED = ErrorCode(
    "version_required", ErrorKind.MALFORMED, "Send the version that you changed in the header If-Match."
)
IDEMPOTENCY_KEY_REQUIRED = ErrorCode(
    "idempotency_key_required", ErrorKind.MALFORMED, "Send a header Idempotency-Key of 8 to 128 characters."
)
IDEMPOTENCY_KEY_REUSED = ErrorCode(
    "idempotency_key_reused",
    ErrorKind.CONFLICT,
    "This Idempotency-Key came before with another content. Send a new request with a new key.",
)
FORM_EXPIRED = ErrorCode(
    "form_expired",
    ErrorKind.CONFLICT,
    "This page is too old to be sent. Open it again; what was sent before is kept.",
)
CROSS_SITE = ErrorCode(
    "cross_site",
    ErrorKind.FORBIDDEN,
    "This came from another site and was not taken. Nothing was stored. Open the page here and send it again.",
)
TOO_MANY_REQUESTS = ErrorCode("too_many_requests", ErrorKind.LIMITED, "Too many tries. Wait a little, then try again.")
UNAVAILABLE = ErrorCode(
    "unavailable",
    ErrorKind.UNAVAILABLE,
    "A part that is needed does not answer now. Nothing was lost; try again.",
)
PEER_UNAVAILABLE = ErrorCode(
    "peer_unavailable",
    ErrorKind.UNAVAILABLE,
    "The other agency's service does not answer now. Try again later.",
)
INTERNAL = ErrorCode("internal", ErrorKind.INTERNAL, "Something went wrong on our side. It was recorded.")
