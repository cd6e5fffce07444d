"""Posted forms: their fields, and the token that binds a staff form to the session that opened it.

The token is an HMAC under the session cookie's own secret value: a page of another site cannot know it, nothing has to
be stored, and it ends with the session. Public pages have no session, hence nothing that another site could misuse.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from typing import Annotated

from fastapi import Depends
from starlette.datastructures import FormData
from starlette.requests import Request

from concord_core.errors.codes import FORM_EXPIRED
from concord_core.storage.idempotency import is_key
from concord_core.web.state import state_of

FIELD = "form_token"
KEY_FIELD = "key"
MAX_FIELDS = 500
_VERSION = re.compile("[0-9]{1,9}")


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
    check_form_token(request, typed(form, FIELD))
    return form


def typed(form: FormData, name: str) -> str:
    """A field as typed, without the character zero, which nobody types and no database stores; empty when it was not
    sent, or is a file."""
    value = form.get(name, "")
    return value.replace("\0", "") if isinstance(value, str) else ""


def chosen(form: FormData, name: str) -> tuple[str, ...]:
    """All values of a field with several check boxes, each as `typed` gives it."""
    return tuple(value.replace("\0", "") for value in form.getlist(name) if isinstance(value, str))


def filled_in(form: FormData) -> list[tuple[str, str]]:
    """Everything that the person filled in: what tells a form sent twice from another one."""
    ours = (FIELD, KEY_FIELD)
    return [(name, value) for name, value in form.multi_items() if name not in ours and isinstance(value, str)]


def new_form_key() -> str:
    """The key that a form carries, so that sending it twice has one effect."""
    return secrets.token_urlsafe(16)


def form_key(form: FormData) -> str:
    """The key that the form was made with; raises FORM_EXPIRED for a form that has lost it."""
    key = typed(form, KEY_FIELD)
    if not is_key(key):
        raise FORM_EXPIRED.error()
    return key


def form_version(form: FormData) -> int:
    """The version of the record that the page showed; raises FORM_EXPIRED for a form that has lost it."""
    version = typed(form, "version")
    if not _VERSION.fullmatch(version):
        raise FORM_EXPIRED.error()
    return int(version)


PublicForm = Annotated[FormData, Depends(read_form)]
StaffForm = Annotated[FormData, Depends(read_staff_form)]
