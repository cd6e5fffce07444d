"""What a report is, and what follows from it. Pure.

A report holds codes, which may be told to other services as facts, and words, which are encrypted and stay here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

# Fields that hold a person's words or identity. Each is one encrypted column.
PERSONAL: Final = (
    "narrative",
    "place",
    "happened",
    "accused",
    "reporter_name",
    "safe_contact",
    "safe_times",
)

# What a reporter can say about the person → `personnel_category`; staff find out the rest.
_CATEGORY: Final = {
    "soldier": "military_contingent",
    "police": "police_individual",
    "partner": "implementing_partner",
    "unknown": "unknown",
}

# A reporter who wants advice or an informal way has told us something, but opens no case.
NO_CASE: Final = frozenset({"advice", "informal"})
CONSENT_PREFIX: Final = "consent_"


@dataclass(frozen=True, slots=True)
class NewReport:
    """A report as it arrives, by whichever way. `words` maps names of PERSONAL to text; `consents` scope to state."""

    received: date
    channel: str
    language: str
    form_version: str
    concern: str
    country: str = ""
    reporter_type: str = ""
    personnel_category: str = ""
    age_band: str = ""
    wish: str = ""
    relation: str = ""
    home_safe: str = ""
    urgent: bool = False
    help_wanted: bool = False
    needs: tuple[str, ...] = ()
    serious: bool = False
    words: Mapping[str, str] = field(default_factory=dict, repr=False)
    consents: Mapping[str, str] = field(default_factory=dict)

    @property
    def opens_case(self) -> bool:
        """Harassment reported for advice or an informal way leaves a count, no case; what a child tells always opens
        one, because somebody must look after the child."""
        return self.child or not (self.concern == "sh" and self.wish in NO_CASE)

    @property
    def child(self) -> bool:
        """Whether the reporter said to be under 18."""
        return self.age_band == "under_18"

    @property
    def calls_back(self) -> bool:
        """Whether a trained person calls: a child left a way to be reached, and did not say no."""
        return self.child and bool(self.words.get("safe_contact")) and self.consents.get("contact") != "refused"


def _reporter_type(answers: Mapping[str, Any]) -> str:
    if answers.get("age_band") == "under_18" or answers.get("relation") == "self":
        return "victim"
    return "third_party" if answers.get("relation") else ""


def from_answers(answers: Mapping[str, Any], *, received: date, language: str, form_version: str) -> NewReport:
    """The report that the answers of the public form make.

    A reporter under 18 is on the short limits, and consents are not asked on the form but by a trained person; a way to
    be reached that a child leaves for the call is the consent to be called. A doubt about who is concerned counts as
    `sea`, which is the more careful way: its limits run, and staff may correct it.
    """
    child = answers.get("age_band") == "under_18"
    consents = {
        name.removeprefix(CONSENT_PREFIX): str(state)
        for name, state in answers.items()
        if name.startswith(CONSENT_PREFIX) and state
    }
    if child and answers.get("safe_contact"):
        consents["contact"] = "given"
    if answers.get("help_wanted") in ("yes", "no"):
        consents["assistance_services"] = "given" if answers["help_wanted"] == "yes" else "refused"
    return NewReport(
        received=received,
        channel="online_form",
        language=language,
        form_version=form_version,
        concern="sh" if answers.get("concern") == "sh" and not child else "sea",
        country=str(answers.get("country", "")),
        reporter_type=_reporter_type(answers),
        personnel_category=_CATEGORY.get(str(answers.get("person_kind", "")), ""),
        age_band=str(answers.get("age_band", "")),
        wish=str(answers.get("wish", "")),
        relation=str(answers.get("relation", "")),
        home_safe=str(answers.get("home_safe", "")),
        urgent=answers.get("safe_now") == "no",
        help_wanted=answers.get("help_wanted") == "yes",
        needs=tuple(answers.get("needs", ())) if answers.get("help_wanted") == "yes" else (),
        serious=child,
        words={name: str(answers[name]) for name in PERSONAL if answers.get(name)},
        consents=consents,
    )
