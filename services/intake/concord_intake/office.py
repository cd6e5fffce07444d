"""What the staff pages of several rooms share: the commands that they work with, and their forms."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import FormData

from concord_core.codes import CodeLists
from concord_core.errors import ConcordError, FieldError
from concord_core.web import said, translator_of
from concord_core.web.rest import OwnAgency
from concord_intake.callbacks.commands import CallBacks
from concord_intake.cases.commands import Cases
from concord_intake.reports.commands import Reports


@dataclass(frozen=True)
class Office:
    """What the staff pages work with."""

    cases: Cases
    call_backs: CallBacks
    reports: Reports
    own: OwnAgency
    codes: CodeLists


def written(form: FormData) -> dict[str, str]:
    """What was typed into each field."""
    return {name: value.strip() for name, value in form.items() if isinstance(value, str)}


def shown_errors(request: Request, error: ConcordError | None) -> list[FieldError]:
    """A refusal as the errors of a form, in the reader's language."""
    if error is None:
        return []
    return list(error.fields) or [FieldError("", error.code, said(translator_of(request), error))]
