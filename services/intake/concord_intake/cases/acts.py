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
from concord_intake.cases.bodies import BODIES, VictimBody
from concord_intake.cases.domain import Act, Command

COUNTRIES = "country_iso3166_alpha3"
NO_CHOICE = _("Choose one of the answers shown.")
NO_DAY = _("Choose a real day.")
NO_NUMBER = _("Write a whole number.")


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

    @property
    def unanswered(self) -> str:
        """What to do about a field that was left empty."""
        return NO_DAY if self.kind == "date" else NO_CHOICE


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
        raise INVALID_REQUEST.error(fields=[FieldError("on", "bad_date", NO_DAY)]) from None


def command(act: Act, values: Mapping[str, str], codes: CodeLists, today: date) -> Command:
    """The command of a posted form. Raises INVALID_REQUEST with every field that is missing or not of its list."""
    missing = [
        FieldError(field.name, "required", field.unanswered)
        for field in inputs(act)
        if field.needed and not values.get(field.name)
    ]
    if missing:
        raise INVALID_REQUEST.error(fields=missing)
    codes.check_all(*((f.name, f.list, values.get(f.name, "")) for f in inputs(act) if f.list))
    if act not in BODIES:
        return Command(act, today)
    kind, given = BODIES[act], {"on": day_of(values), **_victims(values)}
    given |= {name: value for name, value in values.items() if name in kind.model_fields and name not in given}
    try:
        return kind.model_validate(given).command(act)
    except ValidationError as error:
        wrong = [FieldError(str(one["loc"][0]), "unknown_code", NO_CHOICE) for one in error.errors()]
        raise INVALID_REQUEST.error(fields=wrong) from None


def _victims(values: Mapping[str, str]) -> dict[str, Any]:
    """A form has room for one sex and age class."""
    if not values.get("victim_count"):
        return {}
    sex, age = values.get("victim_sex") or "unknown", values.get("victim_age") or "unknown"
    try:
        counted = VictimBody.model_validate({"sex": sex, "age_category": age, "count": values["victim_count"]})
    except ValidationError:
        raise INVALID_REQUEST.error(fields=[FieldError("victim_count", "not_integer", NO_NUMBER)]) from None
    return {"victims": [counted]}
