"""Kinds of error and the exception that carries one.

Every code that exists is an `ErrorCode` object, so that a catalogue of all of them can be drawn (`docs/errors.md`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

import grpc


class ErrorKind(Enum):
    """What went wrong in general; gives the HTTP and the gRPC status."""

    INVALID = ("invalid", 422, grpc.StatusCode.INVALID_ARGUMENT)
    MALFORMED = ("malformed", 400, grpc.StatusCode.INVALID_ARGUMENT)
    UNAUTHENTICATED = ("unauthenticated", 401, grpc.StatusCode.UNAUTHENTICATED)
    FORBIDDEN = ("forbidden", 403, grpc.StatusCode.PERMISSION_DENIED)
    NOT_FOUND = ("not_found", 404, grpc.StatusCode.NOT_FOUND)
    METHOD = ("method", 405, grpc.StatusCode.UNIMPLEMENTED)
    CONFLICT = ("conflict", 409, grpc.StatusCode.FAILED_PRECONDITION)
    STALE = ("stale", 412, grpc.StatusCode.ABORTED)
    TOO_LARGE = ("too_large", 413, grpc.StatusCode.RESOURCE_EXHAUSTED)
    UNSUPPORTED = ("unsupported", 415, grpc.StatusCode.UNIMPLEMENTED)
    LIMITED = ("limited", 429, grpc.StatusCode.RESOURCE_EXHAUSTED)
    UNAVAILABLE = ("unavailable", 503, grpc.StatusCode.UNAVAILABLE)
    INTERNAL = ("internal", 500, grpc.StatusCode.INTERNAL)

    def __init__(self, label: str, http_status: int, grpc_status: grpc.StatusCode) -> None:
        self.label = label
        self.http_status = http_status
        self.grpc_status = grpc_status


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field.

    `path` is a JSON path without the root (`names[0].family`), `code` is stable, `message` is an English message id.
    """

    path: str
    code: str
    message: str


class ConcordError(Exception):
    """A refusal with a stable code. Its text is the code only, so that nothing personal reaches a log."""

    def __init__(
        self,
        definition: "ErrorCode",
        *,
        fields: Sequence[FieldError] = (),
        params: Mapping[str, str | int] | None = None,
    ) -> None:
        super().__init__(definition.code)
        self.definition = definition
        self.fields = tuple(fields)
        self.params = dict(params or {})

    @property
    def code(self) -> str:
        """The stable code."""
        return self.definition.code

    @property
    def kind(self) -> ErrorKind:
        """The kind, which gives the statuses."""
        return self.definition.kind


@dataclass(frozen=True)
class ErrorCode:
    """One way in which a request can be refused.

    `message` is the English message id, with `%(name)s` parameters; the catalogues translate it. `readings` says how
    people read a parameter: a code list's name, `agency`, `date`, or message ids by code; others are shown as they are.
    """

    code: str
    kind: ErrorKind
    message: str
    readings: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict, hash=False)

    def error(self, *, fields: Sequence[FieldError] = (), **params: str | int) -> ConcordError:
        """Returns the exception to raise; parameters are codes, counts, dates or references, never personal data."""
        return ConcordError(self, fields=fields, params=params)
