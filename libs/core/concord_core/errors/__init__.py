"""The one error taxonomy: a domain error with a stable code, shown as an RFC 9457 problem or a gRPC status.

An error carries no personal data and no text that a person typed: its code, its parameters (codes, counts, dates,
references) and the paths of the fields concerned. Words are made at the edge, in the caller's language, from the
message of its `ErrorCode`.
"""

from concord_core.errors.kinds import ConcordError, ErrorCode, ErrorKind, FieldError

__all__ = ["ConcordError", "ErrorCode", "ErrorKind", "FieldError"]
