"""What every REST operation of this service shares: its headers, its transaction, its answer.

A change takes `Idempotency-Key`, and `If-Match` with the version that the caller saw where it changes a record.
Answers carry references, codes, days and versions; a person's data is answered only where it is asked for, and never
stored with an idempotency key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from concord_core.errors.codes import VERSION_REQUIRED
from concord_core.identity import Principal
from concord_core.storage import Database, Work
from concord_core.storage.idempotency import once

_ETAG = re.compile(r'(?:W/)?"(\d{1,9})"')


class Body(BaseModel):
    """A request body; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


def idempotency_key(idempotency_key: Annotated[str | None, Header()] = None) -> str | None:
    """The header as sent; a missing one is refused where the change is made."""
    return idempotency_key


def if_match(if_match: Annotated[str | None, Header()] = None) -> int | None:
    """The version of `If-Match`; a header that is not one of our tags is refused like a missing one."""
    if if_match is None:
        return None
    found = _ETAG.fullmatch(if_match.strip())
    if found is None:
        raise VERSION_REQUIRED.error()
    return int(found[1])


Key = Annotated[str | None, Depends(idempotency_key)]
Version = Annotated[int | None, Depends(if_match)]


def answer(status: int, body: Mapping[str, Any]) -> JSONResponse:
    """JSON with the record's version as its tag, never stored by anybody on the way."""
    headers = {"Cache-Control": "no-store"}
    if "version" in body:
        headers["ETag"] = f'"{body["version"]}"'
    return JSONResponse(dict(body), status, headers)


@dataclass(frozen=True)
class Edge:
    """The database as HTTP uses it."""

    database: Database

    @contextmanager
    def work(self, principal: Principal) -> Iterator[Work]:
        """One transaction for the principal's agency."""
        with self.database.work(principal.agency, actor=principal.actor) as work:
            yield work

    def change(
        self,
        principal: Principal,
        key: str | None,
        scope: str,
        content: object,
        act: Callable[[Work], tuple[int, dict[str, Any]]],
    ) -> JSONResponse:
        """Runs `act` once per key; a repeat gets the first answer again."""
        return answer(*self.run(principal, key, scope, content, act))

    def run(
        self,
        principal: Principal,
        key: str | None,
        scope: str,
        content: object,
        act: Callable[[Work], tuple[int, dict[str, Any]]],
    ) -> tuple[int, dict[str, Any]]:
        """As `change`, for pages, whose forms carry the key."""
        with self.work(principal) as work:
            return once(work, key, scope, content, lambda: act(work))
