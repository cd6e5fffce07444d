"""What each act makes of a case: what must hold before it, and the order of the dates after it.

Every act takes a case and returns a new one, or raises a `ConcordError` and nothing has changed. The order of the dates
and the forbidden combinations are those of the import formats, so that a case typed by a person and one that is
imported follow the same rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from concord_core.codes import SUBSTANTIATED
from concord_core.errors.codes import OWN_ACT
from concord_intake.cases.domain.case import Case, Dates, Proposal, VictimCount
from concord_intake.cases.domain.stages import (
    ALLOWED,
    LEADS_TO,
    SECOND_PERSON,
    Act,
    Stage,
)
from concord_intake.errors import (
    ALREADY_PROPOSED,
    DATE_IN_FUTURE,
    DATE_ORDER,
    FORBIDDEN_COMBINATION,
    MISSING_START,
    NOTHING_PROPOSED,
    STAGE_REFUSES,
    field_error,
)

WITH_CONTRIBUTING_COUNTRY = frozenset(
    {
        "military_contingent",
        "military_staff_officer",
        "military_observer",
        "police_individual",
        "police_formed_unit",
        "government_provided",
        "non_un_force",
    }
)

CHILD = "child"  # of `age_category`

MAIN_CHAIN = (
    "received",
    "assessed",
    "reported",
    "referred",
    "investigation_started",
    "investigation_completed",
    "report_submitted",
    "outcome",
    "sanction",
)
COUNTRY_CHAIN = ("referred", "country_notified", "country_answered")
CLOSING_CHAINS = (("received", "closed"), ("investigation_completed", "closed"))


@dataclass(frozen=True, slots=True)
class Command:
    """An act on a domain date, which may lie in the past."""

    act: Act
    on: date


@dataclass(frozen=True, slots=True)
class Assess(Command):
    """What the assessment found. `concern` is `sea` or `sh`."""

    concern: str
    allegation_type: str
    allegation_nature: str
    personnel_category: str
    contributing_country: str
    serious: bool
    victims: tuple[VictimCount, ...]


@dataclass(frozen=True, slots=True)
class Refer(Command):
    """To which `investigating_entity`."""

    investigating_entity: str


@dataclass(frozen=True, slots=True)
class CountryAnswer(Command):
    """Whether the contributing country will appoint an investigator."""

    appoints: bool


@dataclass(frozen=True, slots=True)
class Propose(Command):
    """An `investigation_outcome` or a `closure_reason`, by the act."""

    code: str


@dataclass(frozen=True, slots=True)
class Sanction(Command):
    """A code of `un_sanction`."""

    code: str


def _in_order(dates: Dates, chain: Sequence[str]) -> bool:
    present = [day for day in map(dates.get, chain) if day is not None]
    return present == sorted(present)


def check_dates(dates: Dates, today: date) -> None:
    """Raises `date_in_future` or `date_order` unless the dates that are there can be true together."""
    everything = [dates.get(name) for name in Dates.__dataclass_fields__]
    if any(day is not None and day > today for day in everything):
        raise field_error(DATE_IN_FUTURE, "on")
    if not all(_in_order(dates, chain) for chain in (MAIN_CHAIN, COUNTRY_CHAIN, *CLOSING_CHAINS)):
        raise field_error(DATE_ORDER, "on")


def _check_assessment(command: Assess) -> None:
    harassment = command.concern == "sh"
    if harassment != (command.allegation_type == "sexual_harassment"):
        raise field_error(FORBIDDEN_COMBINATION, "allegation_type")
    if harassment and command.allegation_nature:
        raise field_error(FORBIDDEN_COMBINATION, "allegation_nature")
    if (command.personnel_category in WITH_CONTRIBUTING_COUNTRY) != bool(command.contributing_country):
        raise field_error(FORBIDDEN_COMBINATION, "contributing_country")


def _assess(case: Case, command: Assess) -> Case:
    _check_assessment(command)
    return replace(
        case,
        dates=replace(case.dates, assessed=command.on),
        concern=command.concern,
        allegation_type=command.allegation_type,
        allegation_nature=command.allegation_nature,
        personnel_category=command.personnel_category,
        contributing_country=command.contributing_country,
        # Not taken back: a case that arrived as serious, as every child's does, stays on the short limits.
        serious=case.serious or command.serious or any(victim.age_category == CHILD for victim in command.victims),
        victims=command.victims,
    )


def _propose(case: Case, command: Propose, kind: str, by: str) -> Case:
    if kind == "outcome" and case.outcome:
        raise STAGE_REFUSES.error(stage=case.stage.value)
    if kind == "outcome" and command.code not in SUBSTANTIATED:
        return replace(case, outcome=command.code, dates=replace(case.dates, outcome=command.on))
    date_name = "outcome" if kind == "outcome" else "closed"
    # Its date must fit now already: a second person should not be asked about something that cannot be.
    proposed = replace(case, dates=replace(case.dates, **{date_name: command.on}))
    if not all(_in_order(proposed.dates, chain) for chain in (MAIN_CHAIN, *CLOSING_CHAINS)):
        raise field_error(DATE_ORDER, "on")
    return replace(case, proposal=Proposal(kind, command.code, command.on, by))


def _answer(case: Case, act: Act, by: str) -> Case:
    kind = "outcome" if act in (Act.CONFIRM_OUTCOME, Act.REFUSE_OUTCOME) else "closure"
    proposal = case.proposal
    if proposal is None or proposal.kind != kind:
        raise NOTHING_PROPOSED.error()
    if proposal.by == by:
        raise OWN_ACT.error()
    case = replace(case, proposal=None)
    if act is Act.CONFIRM_OUTCOME:
        dates = replace(case.dates, outcome=proposal.on)
        return replace(case, dates=dates, outcome=proposal.code, stage=Stage.DISCIPLINARY_PROCESS)
    if act is Act.CONFIRM_CLOSURE:
        return replace(case, dates=replace(case.dates, closed=proposal.on), closure_reason=proposal.code)
    return case


def _missing(case: Case, act: Act) -> bool:
    """Whether a step on which the act rests has no date yet, or the act was done before."""
    dates = case.dates
    if act is Act.COMPLETE_INVESTIGATION:
        return dates.investigation_completed is not None
    if act is Act.SUBMIT_REPORT:
        return dates.investigation_completed is None
    if act is Act.NOTIFY_COUNTRY:
        return not case.contributing_country or dates.country_notified is not None
    return False


_DATE_OF = {
    Act.REPORT: "reported",
    Act.REFER: "referred",
    Act.NOTIFY_COUNTRY: "country_notified",
    Act.RECORD_COUNTRY_ANSWER: "country_answered",
    Act.START_INVESTIGATION: "investigation_started",
    Act.COMPLETE_INVESTIGATION: "investigation_completed",
    Act.SUBMIT_REPORT: "report_submitted",
}


def _changed(case: Case, command: Command, by: str) -> Case:
    """The case with what the command says, at the stage where it was."""
    if isinstance(command, Assess):
        return _assess(case, command)
    if isinstance(command, Propose):
        return _propose(case, command, "outcome" if command.act is Act.PROPOSE_OUTCOME else "closure", by)
    if command.act in SECOND_PERSON:
        return _answer(case, command.act, by)
    if isinstance(command, Sanction):
        first = min([command.on, *(day for _, day in case.sanctions)])
        sanctions = (*case.sanctions, (command.code, command.on))
        return replace(case, sanctions=sanctions, dates=replace(case.dates, sanction=first))
    after = replace(case, dates=replace(case.dates, **{_DATE_OF[command.act]: command.on}))
    if isinstance(command, Refer):
        after = replace(after, investigating_entity=command.investigating_entity)
    return after


def perform(case: Case, command: Command, *, by: str, today: date) -> Case:
    """The case after the act. `by` is the opaque subject of who acts, `today` the day of recording.

    Raises `stage_refuses`, `missing_start`, `date_order`, `date_in_future`, `forbidden_combination`,
    `nothing_proposed`, `already_proposed` or `own_act`.
    """
    act = command.act
    if case.stage not in ALLOWED[act]:
        raise STAGE_REFUSES.error(stage=case.stage.value)
    if case.proposal is not None and act not in SECOND_PERSON:
        raise ALREADY_PROPOSED.error()
    if command.on > today:
        raise field_error(DATE_IN_FUTURE, "on")
    if _missing(case, act):
        raise MISSING_START.error()
    after = _changed(case, command, by)
    if isinstance(command, CountryAnswer):
        after = replace(after, stage=Stage.INVESTIGATOR_APPOINTED if command.appoints else Stage.REFERRED)
    elif act in LEADS_TO:
        after = replace(after, stage=LEADS_TO[act])
    check_dates(after.dates, today)
    return after


def next_acts(case: Case) -> tuple[Act, ...]:
    """What can be done to the case now, the step that leads on first; the same rules as `perform`."""
    if case.proposal is not None:
        if case.proposal.kind == "outcome":
            return Act.CONFIRM_OUTCOME, Act.REFUSE_OUTCOME
        return Act.CONFIRM_CLOSURE, Act.REFUSE_CLOSURE
    possible = [act for act in Act if case.stage in ALLOWED[act] and act not in SECOND_PERSON]
    if case.outcome:
        possible = [act for act in possible if act is not Act.PROPOSE_OUTCOME]
    if case.dates.investigation_completed is not None and Act.SUBMIT_REPORT in possible:
        possible.remove(Act.COMPLETE_INVESTIGATION)
    return tuple(act for act in possible if not _missing(case, act))
