"""The one REST edge: what a request brings, the transaction that it runs in, and how it is answered.

Creating takes `Idempotency-Key`. Changing a record takes `If-Match` with the version that the caller saw, and the key
where a repeat would do harm. Answers carry references, codes, days and versions; a person's data is answered only where
it is asked for, and never kept with a key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header
from pydantic import BaseModel, ConfigDict, field_validator
from pydantic_core import PydanticCustomError, to_jsonable_python
from starlette.datastructures import FormData
from starlette.responses import JSONResponse

from concord_core.errors.codes import IDEMPOTENCY_KEY_REQUIRED, VERSION_REQUIRED
from concord_core.identity import Principal
from concord_core.storage import Database, Work
from concord_core.storage.idempotency import Body as Kept
from concord_core.storage.idempotency import is_key, once
from concord_core.vault import Vault
from concord_core.web.forms import filled_in, form_key

_ETAG = re.compile(r'(?:W/)?"([0-9]{1,9})"')


class Body(BaseModel):
    """A request body: unknown fields are refused, blanks around text fall away, no text holds the character zero."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @field_validator("*")
    @classmethod
    def _storable(cls, value: object) -> object:
        if _holds_zero(value):  # no database stores it as text
            raise PydanticCustomError("zero_character", "the character zero is not text")
        return value


def _holds_zero(value: object) -> bool:
    """Whether a text of a field, or of its list or mapping, holds U+0000; bodies inside look at their own."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, Mapping):
        return any(_holds_zero(part) for pair in value.items() for part in pair)
    return isinstance(value, (list, tuple)) and any(_holds_zero(part) for part in value)


def idempotency_key(idempotency_key: Annotated[str | None, Header()] = None) -> str:
    """The header; raises IDEMPOTENCY_KEY_REQUIRED for one that is missing, too short or too long."""
    if idempotency_key is None or not is_key(idempotency_key):
        raise IDEMPOTENCY_KEY_REQUIRED.error()
    return idempotency_key


def if_match(if_match: Annotated[str | None, Header()] = None) -> int:
    """The version that the caller saw; raises VERSION_REQUIRED without one, or for a tag that is none of ours."""
    found = _ETAG.fullmatch((if_match or "").strip())
    if found is None:
        raise VERSION_REQUIRED.error()
    return int(found[1])


Key = Annotated[str, Depends(idempotency_key)]
Version = Annotated[int, Depends(if_match)]


def answer(body: Mapping[str, Any], status: int = 200, *, location: str = "") -> JSONResponse:
    """JSON that nobody keeps on the way; a record's `version` is its tag, `location` the address of what was made.

    Days, moments, codes and dataclasses in `body` become JSON as pydantic writes them.
    """
    headers = {"cache-control": "no-store"}
    if "version" in body:
        headers["etag"] = f'"{body["version"]}"'
    if location:
        headers["location"] = location
    return JSONResponse(to_jsonable_python(body), status, headers)


@dataclass(frozen=True)
class OwnAgency:
    """Transactions for the agency of whoever asks."""

    database: Database
    vault: Vault

    def work(self, who: Principal) -> AbstractContextManager[Work]:
        """One transaction; records of other agencies do not exist in it."""
        return self.database.work(who.own_agency, actor=who.actor)

    def once(self, who: Principal, key: str, scope: str, content: object, act: Callable[[Work], Kept]) -> Kept:
        """Runs `act` in one transaction, once per key; a repeat gets the first body again.

        `scope` names the operation and its record, `content` is everything else that was asked.
        """
        with self.work(who) as work:
            asked = to_jsonable_python(content)
            return once(work, self.vault, key, scope, asked, lambda: to_jsonable_python(act(work)))

    def submit(self, who: Principal, form: FormData, scope: str, act: Callable[[Work], Kept]) -> Kept:
        """As `once`, for the form of a page, which carries its key."""
        return self.once(who, form_key(form), scope, filled_in(form), act)

    def create(
        self, who: Principal, key: str, scope: str, content: object, act: Callable[[Work], Kept], *, at: str = ""
    ) -> JSONResponse:
        """As `once`: 201, and the address of what `act` made, its `reference` under `at`, if it can be read there."""
        body = self.once(who, key, scope, content, act)
        return answer(body, 201, location=f"{at}/{body['reference']}" if at else "")

    def change(
        self, who: Principal, key: str, scope: str, content: object, act: Callable[[Work], Kept]
    ) -> JSONResponse:
        """As `once`: 200 with the record as `act` left it."""
        return answer(self.once(who, key, scope, content, act))
