"""The form of each act on a case: which fields it asks, and the command that it makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ValidationError

from concord_core.codes import CodeLists
from concord_core.errors import FieldError
from concord_core.errors.codes import INVALID_REQUEST
from concord_core.web.marks import msgid as _
from concord_intake.cases.domain import Act, Command, CountryAnswer, Propose, Refer, Sanction
from concord_intake.cases.http import AssessBody, VictimBody, assess_command, check_codes

COUNTRIES = "country_iso3166_alpha3"


@dataclass(frozen=True, slots=True)
class Input:
    """One control: `list` names the code list of a select, `options` gives (value, message id)."""

    name: str
    label: str
    kind: str = "select"
    list: str = ""
    options: tuple[tuple[str, str], ...] = ()
    needed: bool = True
    hint: str = ""


YES_NO = (("yes", _("Yes")), ("no", _("No")))
DAY = Input("on", _("Day"), "date", hint=_("The day on which it happened. It may lie in the past."))

INPUTS: dict[Act, tuple[Input, ...]] = {
    Act.ASSESS: (
        Input(
            "concern",
            _("It concerns"),
            "radios",
            options=(("sea", _("Sexual exploitation and abuse")), ("sh", _("Sexual harassment"))),
        ),
        Input("allegation_type", _("Type"), list="allegation_type"),
        Input(
            "allegation_nature",
            _("Nature"),
            list="allegation_nature",
            needed=False,
            hint=_("Not for sexual harassment."),
        ),
        Input("personnel_category", _("Category of personnel"), list="personnel_category"),
        Input(
            "contributing_country",
            _("Contributing country"),
            list=COUNTRIES,
            needed=False,
            hint=_("Only for military, police and government-provided personnel."),
        ),
        Input(
            "serious",
            _("Is it serious?"),
            "radios",
            options=YES_NO,
            hint=_("Serious cases have shorter time limits. A child's case is always serious."),
        ),
        Input("victim_sex", _("Sex of the victims"), list="sex", needed=False),
        Input("victim_age", _("Age of the victims"), list="age_category", needed=False),
        Input("victim_count", _("Number of victims"), "number", needed=False, hint=_("Leave it empty if not known.")),
        DAY,
    ),
    Act.REFER: (Input("investigating_entity", _("Referred to"), list="investigating_entity"), DAY),
    Act.RECORD_COUNTRY_ANSWER: (
        Input("appoints", _("Does the country appoint an investigator?"), "radios", options=YES_NO),
        DAY,
    ),
    Act.PROPOSE_OUTCOME: (Input("outcome", _("Outcome"), list="investigation_outcome"), DAY),
    Act.SANCTION: (Input("sanction", _("Sanction"), list="un_sanction"), DAY),
    Act.PROPOSE_CLOSURE: (Input("reason", _("Reason"), list="closure_reason"), DAY),
    Act.CONFIRM_OUTCOME: (),
    Act.REFUSE_OUTCOME: (),
    Act.CONFIRM_CLOSURE: (),
    Act.REFUSE_CLOSURE: (),
}


def inputs(act: Act) -> tuple[Input, ...]:
    """The controls of an act; most have only their day."""
    return INPUTS.get(act, (DAY,))


def day_of(values: Mapping[str, str]) -> date:
    """The day typed; raises INVALID_REQUEST pointing at it."""
    try:
        return date.fromisoformat(values.get("on", ""))
    except ValueError:
        error = FieldError("on", "bad_date", "Choose a real day.")
        raise INVALID_REQUEST.error(fields=[error]) from None


def _assess(codes: CodeLists, values: Mapping[str, str], on: date) -> Command:
    victims: list[VictimBody] = []
    if values.get("victim_count"):
        sex, age = values.get("victim_sex") or "unknown", values.get("victim_age") or "unknown"
        victims = [_model(VictimBody, "victim_count", sex=sex, age_category=age, count=values["victim_count"])]
    body = AssessBody(
        on=on,
        concern="sh" if values["concern"] == "sh" else "sea",
        allegation_type=values["allegation_type"],
        allegation_nature=values.get("allegation_nature", ""),
        personnel_category=values["personnel_category"],
        contributing_country=values.get("contributing_country", ""),
        serious=values["serious"] == "yes",
        victims=victims,
    )
    return assess_command(codes, body)


def _model(model: type[VictimBody], path: str, **values: Any) -> VictimBody:
    try:
        return model(**values)
    except ValidationError:
        raise INVALID_REQUEST.error(fields=[FieldError(path, "not_integer", "Write a whole number.")]) from None


def command(act: Act, values: Mapping[str, str], codes: CodeLists, today: date) -> Command:
    """The command of a posted form. Raises INVALID_REQUEST with every field that is missing or not of its list."""
    missing = [
        FieldError(
            field.name,
            "required",
            _("Choose one of the answers shown.") if field.kind != "date" else _("Choose a real day."),
        )
        for field in inputs(act)
        if field.needed and not values.get(field.name)
    ]
    if missing:
        raise INVALID_REQUEST.error(fields=missing)
    check_codes(codes, *((f.name, f.list, values.get(f.name, "")) for f in inputs(act) if f.list))
    if not inputs(act):
        return Command(act, today)
    return _made(act, day_of(values), values, codes)


def _made(act: Act, on: date, values: Mapping[str, str], codes: CodeLists) -> Command:
    made = Command(act, on)
    match act:
        case Act.ASSESS:
            made = _assess(codes, values, on)
        case Act.REFER:
            made = Refer(act, on, values["investigating_entity"])
        case Act.RECORD_COUNTRY_ANSWER:
            made = CountryAnswer(act, on, values["appoints"] == "yes")
        case Act.PROPOSE_OUTCOME:
            made = Propose(act, on, values["outcome"])
        case Act.SANCTION:
            made = Sanction(act, on, values["sanction"])
        case Act.PROPOSE_CLOSURE:
            made = Propose(act, on, values["reason"])
    return made
