"""RFC 9457 problem documents in the caller's language, and the errors that a framework exception stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from fastapi.exceptions import RequestValidationError
from opentelemetry import trace
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from concord_core.errors import ConcordError, ErrorCode, ErrorKind, FieldError
from concord_core.errors import codes as core
from concord_core.storage import UNREACHABLE
from concord_core.web.marks import msgid
from concord_core.web.translator import Translator, translator_of

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = "30"

# pydantic's error types, by how they begin → our stable field code and its words. The first that fits is taken.
FIELD_CODES: tuple[tuple[str, str, str], ...] = (
    ("missing", "required", msgid("This is needed.")),
    ("extra_forbidden", "unknown_field", msgid("This field is not known here.")),
    ("string_too_long", "too_long", msgid("This is too long.")),
    ("too_long", "too_long", msgid("This is too long.")),
    ("string_too_short", "too_short", msgid("This is too short.")),
    ("too_short", "too_short", msgid("This is too short.")),
    ("enum", "not_allowed", msgid("This is not one of the permitted values.")),
    ("literal_error", "not_allowed", msgid("This is not one of the permitted values.")),
    ("date", "not_a_date", msgid("Write a date as YYYY-MM-DD.")),
    ("int", "not_a_number", msgid("This is not a whole number.")),
    ("greater_than", "out_of_range", msgid("This number is too small.")),
    ("less_than", "out_of_range", msgid("This number is too large.")),
    ("string_type", "wrong_type", msgid("This is of the wrong type.")),
    ("bool", "wrong_type", msgid("This is of the wrong type.")),
    ("list_type", "wrong_type", msgid("This is of the wrong type.")),
    ("model_", "wrong_type", msgid("This is of the wrong type.")),
)
OTHER_FIELD = ("invalid", msgid("This value is not valid."))

HTTP_CODES: Mapping[int, ErrorCode] = {
    400: core.INVALID_REQUEST,
    401: core.UNAUTHENTICATED,
    403: core.FORBIDDEN,
    404: core.NOT_FOUND,
    405: core.METHOD_NOT_ALLOWED,
    413: core.BODY_TOO_LARGE,
    415: core.UNSUPPORTED_MEDIA,
    429: core.TOO_MANY_REQUESTS,
    503: core.UNAVAILABLE,
}


def problem(request: Request, error: ConcordError) -> JSONResponse:
    """The problem document of an error. `title` is in the request's language; `reference` is the trace to look up."""
    words = translator_of(request)
    body: dict[str, Any] = {
        "type": f"urn:concord:error:{error.code}",
        "title": said(words, error),
        "status": error.kind.http_status,
        "code": error.code,
        "params": error.params,
        "fields": [
            {"path": field.path, "code": field.code, "message": words.gettext(field.message)} for field in error.fields
        ],
        "reference": reference(),
    }
    return JSONResponse(body, error.kind.http_status, headers_of(error, words.lang), MEDIA_TYPE)


def said(words: Translator, error: ConcordError) -> str:
    """What the error says to people: its sentence in their language, its codes, agencies and days in words."""
    readings = error.definition.readings
    params = {name: _read(words, readings.get(name, ""), value) for name, value in error.params.items()}
    return words.gettext(error.definition.message, **params)


def _read(words: Translator, reading: str | Mapping[str, str], value: str | int) -> object:
    if not isinstance(reading, str):
        return words.gettext(reading[str(value)])
    if reading == "agency":
        return words.agency(str(value))
    if reading == "date":
        return words.date(date.fromisoformat(str(value)))
    return words.code(reading, str(value)) if reading else value


def headers_of(error: ConcordError, lang: str) -> dict[str, str]:
    """The response headers that an error's kind asks for."""
    headers = {"content-language": lang}
    if error.kind is ErrorKind.UNAUTHENTICATED:
        headers["www-authenticate"] = "Bearer"
    if error.kind in (ErrorKind.UNAVAILABLE, ErrorKind.LIMITED):
        headers["retry-after"] = RETRY_SECONDS
    return headers


def reference() -> str:
    """The id of the current trace, under which support finds what happened; zeros outside a request."""
    return trace.format_trace_id(trace.get_current_span().get_span_context().trace_id)


def as_error(exception: Exception, body_limit: int, content_type: str = "") -> ConcordError:
    """What an exception means to the caller; INTERNAL is a fault of ours."""
    if isinstance(exception, ConcordError):
        return exception
    if isinstance(exception, RequestValidationError):
        return validation_error(exception.errors(), content_type)
    if isinstance(exception, HTTPException):
        return http_error(exception.status_code, body_limit, content_type)
    if isinstance(exception, UNREACHABLE):
        return core.UNAVAILABLE.error()
    return core.INTERNAL.error()


def http_error(status: int, body_limit: int, content_type: str) -> ConcordError:
    """The error of a status that the framework answers with."""
    if status == 413:
        return core.BODY_TOO_LARGE.error(limit=body_limit)
    if status == 400 and "json" in content_type:
        return core.MALFORMED_JSON.error()
    return HTTP_CODES.get(status, core.INTERNAL).error()


def validation_error(details: Sequence[Any], content_type: str) -> ConcordError:
    """The error of a body, query or header that does not fit, with every field's JSON path; no value is repeated."""
    if any(detail["type"] == "json_invalid" for detail in details):
        return core.MALFORMED_JSON.error()
    whole_body = any(tuple(detail["loc"]) == ("body",) and detail["type"] != "missing" for detail in details)
    if whole_body and content_type and "json" not in content_type and "form" not in content_type:
        return core.UNSUPPORTED_MEDIA.error()
    return core.INVALID_REQUEST.error(fields=[field_error(detail) for detail in details])


def field_error(detail: Mapping[str, Any]) -> FieldError:
    """One pydantic error with our stable code and translatable words; the path has no root: `names[0].family`."""
    kind = str(detail["type"])
    found = next((words for start, *words in FIELD_CODES if kind.startswith(start)), list(OTHER_FIELD))
    path = ""
    for part in detail["loc"][1:]:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return FieldError(path, found[0], found[1])
