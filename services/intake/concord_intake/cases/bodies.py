"""What each act on a case asks for, as a program sends it; the form of staff makes the same bodies from its fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import Field

from concord_core.clocks import Holder, PauseReason
from concord_core.web.rest import Body
from concord_intake.cases.domain import (
    SECOND_PERSON,
    Act,
    Assess,
    Command,
    CountryAnswer,
    Propose,
    Refer,
    Sanction,
    VictimCount,
)

Coded = tuple[str, str, str]
"""A field's path, the list that must hold its code, and the code."""


class DayBody(Body):
    """The day on which it happened, which may lie in the past."""

    on: date

    def coded(self) -> tuple[Coded, ...]:
        """The fields that hold a code of a list; an empty one was not given."""
        return ()

    def command(self, act: Act) -> Command:
        """The act as the case takes it."""
        return Command(act, self.on)


class VictimBody(Body):
    """How many victims of one sex and age class."""

    sex: str
    age_category: str
    count: int = Field(ge=1, le=9999)


class AssessBody(DayBody):
    """What the assessment found."""

    concern: Literal["sea", "sh"]
    allegation_type: str
    allegation_nature: str = ""
    personnel_category: str
    contributing_country: str = ""
    serious: bool = False
    victims: list[VictimBody] = Field(default_factory=list, max_length=50)

    def coded(self) -> tuple[Coded, ...]:
        """Those of the victims, too."""
        return (
            ("allegation_type", "allegation_type", self.allegation_type),
            ("allegation_nature", "allegation_nature", self.allegation_nature),
            ("personnel_category", "personnel_category", self.personnel_category),
            ("contributing_country", "country_iso3166_alpha3", self.contributing_country),
            *((f"victims[{i}].sex", "sex", victim.sex) for i, victim in enumerate(self.victims)),
            *((f"victims[{i}].age_category", "age_category", v.age_category) for i, v in enumerate(self.victims)),
        )

    def command(self, act: Act) -> Command:
        """The assessment."""
        victims = tuple(VictimCount(v.sex, v.age_category, v.count) for v in self.victims)
        return Assess(act, **self.model_dump(exclude={"victims"}), victims=victims)


class ReferBody(DayBody):
    """To whom the case is referred."""

    investigating_entity: str

    def coded(self) -> tuple[Coded, ...]:
        """A known investigating body."""
        return (("investigating_entity", "investigating_entity", self.investigating_entity),)

    def command(self, act: Act) -> Command:
        """The referral."""
        return Refer(act, self.on, self.investigating_entity)


class CountryAnswerBody(DayBody):
    """Whether the contributing country appoints an investigator."""

    appoints: bool

    def command(self, act: Act) -> Command:
        """The answer."""
        return CountryAnswer(act, self.on, self.appoints)


class OutcomeBody(DayBody):
    """What the investigation found. An outcome that substantiates waits for a second person."""

    outcome: str

    def coded(self) -> tuple[Coded, ...]:
        """A known outcome."""
        return (("outcome", "investigation_outcome", self.outcome),)

    def command(self, act: Act) -> Command:
        """The proposal."""
        return Propose(act, self.on, self.outcome)


class SanctionBody(DayBody):
    """The sanction imposed."""

    sanction: str

    def coded(self) -> tuple[Coded, ...]:
        """A known sanction."""
        return (("sanction", "un_sanction", self.sanction),)

    def command(self, act: Act) -> Command:
        """The sanction."""
        return Sanction(act, self.on, self.sanction)


class ClosureBody(DayBody):
    """Why the case is closed; a second person confirms it."""

    reason: str

    def coded(self) -> tuple[Coded, ...]:
        """A known reason."""
        return (("reason", "closure_reason", self.reason),)

    def command(self, act: Act) -> Command:
        """The proposal."""
        return Propose(act, self.on, self.reason)


class PauseBody(Body):
    """From which day a clock stands still, why, and who holds it."""

    on: date
    reason: PauseReason
    holder: Holder


BODIES: Mapping[Act, type[DayBody]] = {
    **dict.fromkeys((act for act in Act if act not in SECOND_PERSON), DayBody),
    Act.ASSESS: AssessBody,
    Act.REFER: ReferBody,
    Act.RECORD_COUNTRY_ANSWER: CountryAnswerBody,
    Act.PROPOSE_OUTCOME: OutcomeBody,
    Act.SANCTION: SanctionBody,
    Act.PROPOSE_CLOSURE: ClosureBody,
}
"""The body of every act; a second person's answer to a proposal needs none."""
