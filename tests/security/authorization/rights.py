"""Which desk may do what, written a second time and by desk: a policy that gives a role too much disagrees with it."""

from __future__ import annotations

from collections.abc import Mapping

from concord_stack.people import Person

_OF_THE_OFFICER = (
    "assess report refer notify-country record-country-answer start-investigation complete-investigation"
    " submit-report propose-outcome sanction propose-closure"
)
_OF_THE_APPROVER = "confirm-outcome refuse-outcome confirm-closure refuse-closure"
_OF_THE_ADVOCATE = (
    "persons.list persons.read persons.register persons.change handovers.list handovers.open needs.record needs.step"
    " consents.record consents.read consents.withdraw referrals.list referrals.read referrals.preview referrals.offer"
    " referrals.revoke"
)
_ALL_OF_SCREENING = "officer approver recruiter disclosure admin operator"
_ALL = "focal officer approver recruiter disclosure advocate referrals analyst admin publisher operator"

_DESKS: Mapping[str, str] = {
    "intake.reports.create": "focal officer",
    "intake.reports.read": "officer approver",
    "intake.cases.list": "officer approver",
    "intake.cases.read": "officer approver",
    "intake.clocks.pause": "officer",
    "intake.clocks.resume": "officer",
    "intake.call-backs.record": "officer",
    "intake.work.list": "focal officer approver",
    **{f"intake.cases.{act}": "officer" for act in _OF_THE_OFFICER.split()},
    **{f"intake.cases.{act}": "approver" for act in _OF_THE_APPROVER.split()},
    "screening.listings.read": "officer approver",
    "screening.listings.draft": "officer",
    "screening.listings.correct": "officer",
    "screening.listings.approve": "approver",
    "screening.listings.withdraw": "approver",
    "screening.checks.ask": "recruiter",
    "screening.checks.read": "recruiter",
    **{f"screening.reviews.{act}": "disclosure" for act in ("read", "judge", "release", "refuse")},
    "screening.late.read": "admin operator",
    "screening.home": _ALL_OF_SCREENING,
    "screening.work.list": _ALL_OF_SCREENING,
    **{f"assistance.{act}": "advocate" for act in _OF_THE_ADVOCATE.split()},
    **{f"assistance.inbox.{act}": "referrals" for act in ("list", "read", "open", "answer")},
    "assistance.work.list": "advocate referrals",
    **{f"reporting.{what}.read": "analyst publisher admin" for what in ("counts", "rows", "work")},
    "front.work.list": _ALL,
}
MAY: Mapping[str, frozenset[str]] = {operation: frozenset(desks.split()) for operation, desks in _DESKS.items()}
"""Operation → desks of `concord_stack.people`."""

PUBLIC = frozenset(
    {
        "intake.reports.public",
        "intake.reports.follow-up",
        "intake.leave",
        "assistance.directory.read",
        "reporting.releases.read",
        "front.door.read",
    }
)
"""What anybody may do without signing in."""

PEERS = frozenset(
    {
        "intake.handover.get",
        "screening.reviews.get",
        "assistance.referrals.check",
        "assistance.referrals.disclose",
    }
)
"""What services ask of each other, and no person may."""


def may(person: Person, operation: str) -> bool:
    """Whether the person's desk may do it."""
    return person.desk in MAY[operation]


def enters(person: Person, service: str) -> bool:
    """Whether the person has any role at the service; without one the issuer gives no token for it."""
    return service == "front" or bool(person.roles.get(service))
