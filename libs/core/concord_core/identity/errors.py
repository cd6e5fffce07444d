"""Errors of identity: tokens that are not believed, sign-ins that do not end well."""

from typing import Final

from concord_core.errors import ErrorCode, ErrorKind

TOKEN_INVALID: Final = ErrorCode(
    "token_invalid", ErrorKind.UNAUTHENTICATED, "The token is not one that this service accepts. Sign in again."
)
TOKEN_EXPIRED: Final = ErrorCode("token_expired", ErrorKind.UNAUTHENTICATED, "The token has ended. Sign in again.")
TOKEN_AUDIENCE: Final = ErrorCode(
    "token_audience", ErrorKind.UNAUTHENTICATED, "The token was made for another service. Ask for one for this service."
)
TOKEN_ORGANIZATION: Final = ErrorCode(
    "token_organization",
    ErrorKind.FORBIDDEN,
    "A person must belong to exactly one agency of the agreement. Ask your agency's administrator.",
)
TOKEN_PROVIDER: Final = ErrorCode(
    "token_provider",
    ErrorKind.FORBIDDEN,
    "The person did not sign in through their agency's own provider. Sign in with the e-mail address of your agency.",
)
NODE_CLAIM: Final = ErrorCode(
    "token_node",
    ErrorKind.FORBIDDEN,
    "The agreement does not know this client as a service of that node."
    " Compare the versions of the agreement on both nodes.",
)
NOT_HOSTED: Final = ErrorCode(
    "agency_not_hosted",
    ErrorKind.FORBIDDEN,
    "The agreement does not place this agency on that node. Compare the versions of the agreement on both nodes.",
)
ISSUER_UNAVAILABLE: Final = ErrorCode(
    "issuer_unavailable", ErrorKind.UNAVAILABLE, "The sign-in service does not answer now. Try again in a moment."
)
ISSUER_REFUSED: Final = ErrorCode(
    "issuer_refused", ErrorKind.UNAVAILABLE, "The sign-in service refused this service's request. Tell the operator."
)
SIGNIN_FAILED: Final = ErrorCode(
    "signin_failed", ErrorKind.UNAUTHENTICATED, "The sign-in did not finish. Please start again."
)
LOGOUT_INVALID: Final = ErrorCode(
    "logout_invalid", ErrorKind.MALFORMED, "The logout token is not one that this service accepts."
)
