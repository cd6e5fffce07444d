"""Errors of sealed disclosures."""

from typing import Final

from concord_core.errors import ErrorCode, ErrorKind

NO_FLOW: Final = ErrorCode(
    "disclosure_no_flow", ErrorKind.FORBIDDEN, "The agreement has no flow for this purpose between these agencies."
)
NOT_OPENED: Final = ErrorCode(
    "disclosure_not_opened",
    ErrorKind.INVALID,
    "The sealed package does not open: not for this agency, moved, altered, or not signed by its owner."
    " Ask its owner for it again.",
)
