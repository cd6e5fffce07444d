"""A service's part of a person's list of work: what `/work` asks every service for, in the person's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.responses import JSONResponse

from concord_core.web.rest import answer


@dataclass(frozen=True)
class WorkItem:
    """One thing to do. `verb` and `waiting_for` are words; `state` is `late`, `due` or `waiting` for others.

    A `date` may be a moment, too. `due` is none where no limit is set; `segments` then are empty.
    """

    reference: str
    verb: str
    started: date
    due: date | None
    segments: Sequence[Mapping[str, Any]]
    state: str
    waiting_for: str
    country: str
    type: str
    url: str


def stretch(start: date, holder: str, *, end: date | None = None, state: str = "running") -> dict[str, Any]:
    """A part of an item's clock, `end` not included; `state` is `running` or `paused`, `holder` who has it in hand."""
    return {"from": start, "to": end, "state": state, "holder": holder}


def work_answer(items: Iterable[WorkItem]) -> JSONResponse:
    """The answer to `GET /api/<service>/work-items`."""
    return answer({"items": list(items)})
