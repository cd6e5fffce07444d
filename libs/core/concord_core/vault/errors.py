"""Errors of the vault: a key that is gone, a value that was moved or altered, a sealed field that ended."""

from typing import Final

from concord_core.errors import ErrorCode, ErrorKind

KEY_MISSING: Final = ErrorCode(
    "vault_key_missing", ErrorKind.INTERNAL, "A key that is needed is not in this node's keyring. Tell the operator."
)
UNREADABLE: Final = ErrorCode(
    "vault_unreadable",
    ErrorKind.INTERNAL,
    "An encrypted value does not open here: moved, altered or erased. Tell the operator.",
)
SEALED_INVALID: Final = ErrorCode(
    "sealed_invalid", ErrorKind.INVALID, "This form was not made by us or belongs to another page. Please start again."
)
SEALED_EXPIRED: Final = ErrorCode(
    "sealed_expired", ErrorKind.INVALID, "This form has been open for too long. Please start again."
)
