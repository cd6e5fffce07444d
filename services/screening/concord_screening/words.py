"""English words of the codes that stand in no published list; the catalogues translate them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from concord_core.web import Translator
from concord_core.web.marks import msgid
from concord_screening.values import calendar_day

LISTING_STATES: Mapping[str, tuple[str, str]] = {
    "draft": ("waiting", msgid("Draft, waits for a second person")),
    "active": ("good", msgid("On the register")),
    "under_correction": ("waiting", msgid("On the register, a correction waits")),
    "withdrawn": ("neutral", msgid("Withdrawn")),
}
NAME_KINDS: Mapping[str, str] = {
    "primary": msgid("Name"),
    "former": msgid("Former name"),
    "alias": msgid("Alias"),
    "maiden": msgid("Maiden name"),
}
NOTICE_WAYS: Mapping[str, str] = {
    "letter": msgid("by letter"),
    "email": msgid("by e-mail"),
    "in_person": msgid("in person"),
}
WITHDRAWAL_REASONS: Mapping[str, str] = {
    "decided_otherwise": msgid("The case was decided otherwise"),
    "correction": msgid("It should not have been listed"),
    "expired": msgid("Its time is over"),
    "ruling": msgid("A tribunal ruled so"),
}
PURPOSES: Mapping[str, str] = {
    "recruitment": msgid("Recruitment"),
    "consultancy": msgid("Consultancy"),
    "volunteer": msgid("Volunteer"),
    "deployment": msgid("Deployment"),
    "partner": msgid("Partner's staff"),
    "recheck": msgid("Checked again"),
}
SELF_CERTIFICATIONS: Mapping[str, str] = {
    "no": msgid("Says: no such finding"),
    "yes": msgid("Says: yes, there was one"),
    "not_asked": msgid("Was not asked"),
}
ANSWERS: Mapping[str, tuple[str, str]] = {
    "clear": ("good", msgid("Clear")),
    "in_review": ("waiting", msgid("In review")),
    "disclosed": ("stop", msgid("Disclosed")),
    "not_answered": ("neutral", msgid("Not answered")),
}
REVIEW_STATES: Mapping[str, tuple[str, str]] = {
    "open": ("waiting", msgid("To be compared")),
    "same": ("waiting", msgid("Same person, nothing released yet")),
    "not_same": ("good", msgid("Not the same person")),
    "released": ("stop", msgid("Same person, facts released")),
    "refused": ("neutral", msgid("Same person, release refused")),
}
FACTS: Mapping[str, str] = {
    "basis": msgid("Basis of the listing"),
    "decided_date": msgid("Decided on"),
    "contact": msgid("Whom to ask"),
    "case_reference": msgid("Case reference"),
    "contested_date": msgid("Contested by the person on"),
}
EVIDENCE: Mapping[str, str] = {
    "name_identical": msgid("The names are written alike."),
    "name_alike": msgid("The names read alike."),
    "name_differs": msgid("The names differ."),
    "name_part_rare": msgid("A part of the name that agrees is rare."),
    "name_part_common": msgid("The parts of the name that agree are shared by many."),
    "name_part_missing": msgid("A part of one name is missing in the other."),
    "other_script": msgid("The names are written in different scripts."),
    "date_equal": msgid("Same day of birth."),
    "date_swapped": msgid("Same day of birth, if day and month were exchanged."),
    "date_same_day_year_off": msgid("Same day and month of birth, the year is one off."),
    "date_same_year_month": msgid("Same year and month of birth."),
    "date_same_year": msgid("Same year of birth, more is not known."),
    "date_one_year_off": msgid("The years of birth are one apart."),
    "date_one_digit": msgid("The birth dates are one digit apart."),
    "date_same_year_other_day": msgid("Same year of birth, another day."),
    "date_near": msgid("The birth dates are close, not the same."),
    "date_differs": msgid("The birth dates contradict each other."),
    "date_missing": msgid("A birth date is missing."),
    "country_same": msgid("The nationalities agree."),
    "country_differs": msgid("The nationalities differ."),
    "gender_same": msgid("The sexes agree."),
    "gender_differs": msgid("The sexes differ."),
    "script_unreadable": msgid("The name is in a script that could not be read."),
    "rare_name_without_date": msgid("A rare name agrees, and no birth date tells people apart."),
}
OTHER_EVIDENCE = msgid("There is another sign for or against.")


def options(words: Mapping[str, str], translator: Translator) -> list[tuple[str, str]]:
    """`(code, label)` for a form."""
    return [(code, translator.gettext(label)) for code, label in words.items()]


def evidence_words(codes: Iterable[str], translator: Translator) -> str:
    """What speaks for and against, one sentence a sign."""
    return " ".join(translator.gettext(EVIDENCE.get(code, OTHER_EVIDENCE)) for code in codes)


def fact_value(field: str, value: str, translator: Translator) -> str:
    """A released fact as people read it: codes by their label, dates as dates, the rest as written."""
    if field == "basis":
        return translator.code("screening_listing_basis", value)
    if field.endswith("_date"):
        day = calendar_day(value)
        return translator.date(day) if day else value
    return value
