"""Posted forms, and the token that binds a staff form to the session that opened it.

The token is an HMAC under the session cookie's own secret value: a page of another site cannot know it, nothing has to
be stored, and it ends with the session. Public pages have no session, hence nothing that another site could misuse.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Annotated

from fastapi import Depends
from starlette.datastructures import FormData
from starlette.requests import Request

from concord_core.errors.codes import FORM_EXPIRED
from concord_core.web.state import state_of

FIELD = "form_token"
MAX_FIELDS = 500


def form_token(request: Request) -> str:
    """The token of this session's forms; empty without a session."""
    secret = request.cookies.get(state_of(request).session_cookie, "")
    if not secret:
        return ""
    digest = hmac.new(secret.encode(), b"concord-form-v1", hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def check_form_token(request: Request, token: str) -> None:
    """Raises FORM_EXPIRED unless the token is that of the request's session."""
    expected = form_token(request)
    if not expected or not hmac.compare_digest(expected.encode(), token.encode()):
        raise FORM_EXPIRED.error()


async def read_form(request: Request) -> FormData:
    """The posted form, urlencoded or multipart, at most 500 fields; another content type is an empty form."""
    return await request.form(max_fields=MAX_FIELDS, max_files=20)


async def read_staff_form(request: Request) -> FormData:
    """The posted form, after its token was checked."""
    form = await read_form(request)
    token = form.get(FIELD, "")
    check_form_token(request, token if isinstance(token, str) else "")
    return form


PublicForm = Annotated[FormData, Depends(read_form)]
StaffForm = Annotated[FormData, Depends(read_staff_form)]
