"""What a service answers at `GET /api/<service>/work-items`, checked before anything of it is shown."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from concord_front.work.domain import Item, State, Stretch

Words = Annotated[str, Field(max_length=300)]


def _moment(value: object) -> object:
    """A day without a time of day is its first moment."""
    if isinstance(value, str) and len(value) == 10:
        return datetime.combine(date.fromisoformat(value), time.min, UTC)
    return value


def _last_moment(value: object) -> object:
    """A day as a limit is its last moment."""
    if isinstance(value, str) and len(value) == 10:
        return datetime.combine(date.fromisoformat(value), time.max, UTC)
    return value


Moment = Annotated[datetime, BeforeValidator(_moment)]
Limit = Annotated[datetime, BeforeValidator(_last_moment)]


class SegmentAnswer(BaseModel):
    """A stretch of a clock."""

    model_config = ConfigDict(extra="ignore")
    start: Moment = Field(alias="from")
    end: Moment | None = Field(alias="to")
    state: Literal["running", "paused"]
    holder: Words = ""


class ItemAnswer(BaseModel):
    """One item; a field that a newer service adds is not shown."""

    model_config = ConfigDict(extra="ignore")
    reference: Annotated[str, Field(max_length=100)]
    verb: Words
    started: Moment
    due: Limit | None
    segments: Annotated[list[SegmentAnswer], Field(max_length=200)] = []
    state: State
    waiting_for: Words = ""
    country: Annotated[str, Field(max_length=3)] = ""
    type: Annotated[str, Field(max_length=100)] = ""
    url: Annotated[str, Field(pattern=r"^/[A-Za-z0-9][A-Za-z0-9/_.~?=&%#-]*$", max_length=500)]

    def item(self, service: str) -> Item:
        """The item as `/work` shows it."""
        return Item(
            service=service,
            reference=self.reference,
            verb=self.verb,
            started=self.started,
            due=self.due,
            stretches=tuple(Stretch(one.start, one.end, one.state, one.holder) for one in self.segments),
            state=self.state,
            waiting_for=self.waiting_for,
            country=self.country,
            kind=self.type,
            url=self.url,
        )


class WorkAnswer(BaseModel):
    """The whole answer."""

    model_config = ConfigDict(extra="ignore")
    items: Annotated[list[ItemAnswer], Field(max_length=5000)]
