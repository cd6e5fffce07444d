"""What every staff page of this service shares: its templates, its forms' fields, and how a refusal is shown."""

from __future__ import annotations

from datetime import date
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request

from concord_core.errors import ConcordError, ErrorKind, FieldError
from concord_core.errors.codes import INVALID_REQUEST
from concord_core.web import Pages, said, translator_of
from concord_core.web.forms import typed
from concord_victim_assistance import words

PACKAGE: Final = "concord_victim_assistance"
STAFF: Final = Pages(PACKAGE, "/assistance", names={"words": words})

_SHOWN_IN_FORM: Final = frozenset(
    {ErrorKind.INVALID, ErrorKind.CONFLICT, ErrorKind.STALE, ErrorKind.MALFORMED, ErrorKind.UNAVAILABLE}
)


def day(form: FormData, name: str) -> date | None:
    """A date field; None when it is empty. Raises `invalid_request` for something that is no date."""
    text = typed(form, name).strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        fields = [FieldError(name, "not_a_date", "Write a date as YYYY-MM-DD.")]
        raise INVALID_REQUEST.error(fields=fields) from None


def shown(request: Request, error: ConcordError) -> list[FieldError]:
    """A refusal as the errors of a form, in the reader's language; what does not belong in a form is raised again."""
    if error.kind not in _SHOWN_IN_FORM:
        raise error
    if error.fields:
        return list(error.fields)
    return [FieldError("", error.code, said(translator_of(request), error))]
