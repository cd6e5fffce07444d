"""What an agency knows of a case in codes and dates, and what the public is told of where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from concord_core.codes import SUBSTANTIATED
from concord_intake.cases.domain.stages import Stage


@dataclass(frozen=True, slots=True)
class Dates:
    """The domain dates of a case, by the names that the clocks use. `sanction` is the first one imposed."""

    received: date
    assessed: date | None = None
    reported: date | None = None
    referred: date | None = None
    country_notified: date | None = None
    country_answered: date | None = None
    investigation_started: date | None = None
    investigation_completed: date | None = None
    report_submitted: date | None = None
    outcome: date | None = None
    sanction: date | None = None
    closed: date | None = None

    def get(self, name: str) -> date | None:
        """The date of that name."""
        found: date | None = getattr(self, name)
        return found


@dataclass(frozen=True, slots=True)
class VictimCount:
    """How many victims of one sex (`sex`) and age class (`age_category`)."""

    sex: str
    age_category: str
    count: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """An act that waits for a second person. `code` is an outcome or a closure reason, `by` an opaque subject."""

    kind: str
    code: str
    on: date
    by: str


CODES = (
    "stage",
    "concern",
    "country",
    "serious",
    "allegation_type",
    "allegation_nature",
    "personnel_category",
    "contributing_country",
    "investigating_entity",
    "outcome",
    "closure_reason",
)
"""What is known of a case in single codes: its columns, and its members in JSON."""


@dataclass(frozen=True, slots=True)
class Case:
    """What an agency knows about a case in codes and dates; words are stored encrypted, elsewhere."""

    reference: str
    agency: str
    stage: Stage
    concern: str
    dates: Dates
    country: str = ""
    serious: bool = False
    allegation_type: str = ""
    allegation_nature: str = ""
    personnel_category: str = ""
    contributing_country: str = ""
    investigating_entity: str = "none"
    outcome: str = ""
    closure_reason: str = ""
    victims: tuple[VictimCount, ...] = ()
    sanctions: tuple[tuple[str, date], ...] = ()
    proposal: Proposal | None = None


def public_status(case: Case) -> str:
    """Code of `allegation_status_public`: derived, never typed; the first that fits."""
    if case.outcome in SUBSTANTIATED:
        return "substantiated"
    if case.outcome == "unsubstantiated":
        return "unsubstantiated"
    if case.dates.closed is not None:
        return "closed_victim_request" if case.closure_reason == "victim_withdrew" else "closed_other"
    if case.dates.investigation_completed is not None:
        return "result_under_review"
    if case.dates.referred is not None or case.dates.investigation_started is not None:
        abroad = case.investigating_entity in ("tcc", "national_authority")
        return "referred_member_state" if abroad else "under_investigation"
    return "limited_information" if case.dates.assessed is not None else "preliminary_assessment"
