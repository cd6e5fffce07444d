"""Short English words for the engine's reason codes; pages translate by code."""

from __future__ import annotations

from collections.abc import Iterable

from concord_screening.engine.domain import Reason

WORDS = {
    "name_alike": "the names read alike (about {percent} % of the shorter one)",
    "name_differs": "the names differ",
    "name_part_rare": "so good an agreement is rare: by chance one name in {one_in:,} of those listed",
    "name_part_common": "such an agreement is common: by chance one name in {one_in:,} of those listed",
    "name_part_missing": "{count} part(s) of a name have no counterpart",
    "other_script": "the names are in different scripts ({query_script}, {listed_script})",
    "date_equal": "the birth dates are equal",
    "date_swapped": "the birth dates are equal once day and month are swapped",
    "date_same_day_year_off": "day and month of birth agree, the year is one off",
    "date_same_year_month": "the birth dates agree in year and month",
    "date_same_year": "the birth dates agree in the year, all that is known of one of them",
    "date_one_year_off": "the birth years are one apart",
    "date_one_digit": "the birth dates are one digit apart",
    "date_same_year_other_day": "the birth years agree, day or month do not",
    "date_near": "the birth dates differ by one or two years",
    "date_differs": "the birth dates contradict each other",
    "date_missing": "a birth date is missing",
    "country_same": "the countries agree",
    "country_differs": "the countries differ",
    "gender_differs": "the sexes differ",
    "gender_same": "the sexes agree",
    "script_unreadable": "the name is in a script the engine cannot read",
    "name_empty": "there is no letter in the name",
    "not_checked": "the list could not be brought up to date in time",
    "date_impossible": "the birth date is impossible",
    "rare_name_without_date": "a rare name agrees and there is no birth date to tell people apart",
}


def text(reason: Reason) -> str:
    """The reason in English."""
    return WORDS.get(reason.code, reason.code).format_map(dict(reason.params))


def texts(reasons: Iterable[Reason]) -> str:
    """Several reasons in one line."""
    return "; ".join(text(reason) for reason in reasons)
