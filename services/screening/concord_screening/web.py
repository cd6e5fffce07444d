"""What the thin HTTP edges of all rooms share: versions, answers that no cache keeps, fields of forms."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header
from starlette.datastructures import FormData
from starlette.responses import JSONResponse

from concord_core.errors.codes import VERSION_REQUIRED


def version_of(if_match: Annotated[str | None, Header()] = None) -> int:
    """The version that the caller changed, from `If-Match: "3"`; raises `version_required` without one."""
    text = (if_match or "").strip().removeprefix("W/").strip('"')
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise VERSION_REQUIRED.error()
    return int(text)


def answer(content: object, *, status: int = 200, version: int | None = None, location: str = "") -> JSONResponse:
    """JSON that nobody keeps, with the version as ETag and the address of what was made."""
    headers = {"Cache-Control": "no-store"}
    if version is not None:
        headers["ETag"] = f'"{version}"'
    if location:
        headers["Location"] = location
    return JSONResponse(content, status, headers)


def form_text(form: FormData, name: str) -> str:
    """The text of a form field; empty when it is missing or a file."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def form_version(form: FormData) -> int:
    """The version of the record that the page showed; raises `version_required` when the form has lost it."""
    text = form_text(form, "version")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise VERSION_REQUIRED.error()
    return int(text)
