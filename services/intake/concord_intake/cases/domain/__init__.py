"""A case, the stages it passes, who may move it, and what each act makes of it. Pure."""

from concord_intake.cases.domain.acts import (
    Assess,
    Command,
    CountryAnswer,
    Propose,
    Refer,
    Sanction,
    next_acts,
    perform,
)
from concord_intake.cases.domain.case import CODES, Case, Dates, Proposal, VictimCount, public_status
from concord_intake.cases.domain.stages import SECOND_PERSON, Act, Stage

__all__ = [
    "CODES",
    "SECOND_PERSON",
    "Act",
    "Assess",
    "Case",
    "Command",
    "CountryAnswer",
    "Dates",
    "Proposal",
    "Propose",
    "Refer",
    "Sanction",
    "Stage",
    "VictimCount",
    "next_acts",
    "perform",
    "public_status",
]
