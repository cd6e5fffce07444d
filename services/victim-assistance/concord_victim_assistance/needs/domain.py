"""A need and what came of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from concord_victim_assistance.errors import NEED_STATE


class NeedStatus(StrEnum):
    """Where a need stands."""

    RECORDED = "recorded"
    OFFERED = "offered"
    PROVIDED = "provided"
    DECLINED = "declined"


class NeedStep(StrEnum):
    """What is done about a need."""

    OFFER = "offer"
    PROVIDE = "provide"
    DECLINE = "decline"


STEPS: Final[Mapping[tuple[NeedStatus, NeedStep], NeedStatus]] = {
    (NeedStatus.RECORDED, NeedStep.OFFER): NeedStatus.OFFERED,
    (NeedStatus.OFFERED, NeedStep.OFFER): NeedStatus.OFFERED,
    (NeedStatus.OFFERED, NeedStep.PROVIDE): NeedStatus.PROVIDED,
    (NeedStatus.OFFERED, NeedStep.DECLINE): NeedStatus.DECLINED,
    # What was declined can be offered again: a person may change their mind at any time.
    (NeedStatus.DECLINED, NeedStep.OFFER): NeedStatus.OFFERED,
}


@dataclass(frozen=True)
class Need:
    """One need. `service` is a code of `assistance_service`; `provider` the agency that provided it."""

    reference: str
    person_reference: str
    service: str
    status: NeedStatus
    recorded: date
    offered: date | None = None
    provided: date | None = None
    declined: date | None = None
    provider: str | None = None
    version: int = 1

    @property
    def last_day(self) -> date:
        """The day of the latest step; the next one is not earlier."""
        return max(day for day in (self.recorded, self.offered, self.provided, self.declined) if day is not None)


def after(status: NeedStatus, step: NeedStep) -> NeedStatus:
    """The status after a step; raises `need_state` when the step does not follow."""
    following = STEPS.get((status, step))
    if following is None:
        raise NEED_STATE.error(status=status.value)
    return following


def steps_from(status: NeedStatus) -> tuple[NeedStep, ...]:
    """The steps that follow from a status, in the table's order."""
    return tuple(step for before, step in STEPS if before is status)
