"""Who may do what in screening: the one table that HTTP, pages and gRPC ask. What is not here is refused."""

from __future__ import annotations

from concord_core.identity import Operation, PolicyTable, Tenancy

RECRUITER = frozenset({"recruiter"})
LISTING_OFFICER = frozenset({"listing_officer"})
LISTING_APPROVER = frozenset({"listing_approver"})
DISCLOSURE_OFFICER = frozenset({"disclosure_officer"})
REGISTER = LISTING_OFFICER | LISTING_APPROVER
HEAD_OF_UNIT = frozenset({"agency_admin"})
STEWARD = frozenset({"operator"})
WORKERS = RECRUITER | REGISTER | DISCLOSURE_OFFICER | HEAD_OF_UNIT | STEWARD


def policy() -> PolicyTable:
    """The policy table of screening.

    A recruiter reads no listing, a listing officer sees no candidate; those who are told that a review is late see
    neither.
    """
    return PolicyTable(
        [
            Operation("screening.listings.read", REGISTER, purpose="register"),
            Operation("screening.listings.draft", LISTING_OFFICER, purpose="register"),
            Operation("screening.listings.correct", LISTING_OFFICER, purpose="register"),
            Operation("screening.listings.approve", LISTING_APPROVER, purpose="register"),
            Operation("screening.listings.withdraw", LISTING_APPROVER, purpose="register"),
            Operation("screening.checks.ask", RECRUITER, purpose="screening"),
            Operation("screening.checks.read", RECRUITER, purpose="screening"),
            Operation("screening.reviews.read", DISCLOSURE_OFFICER, purpose="screening"),
            Operation("screening.reviews.judge", DISCLOSURE_OFFICER, purpose="screening"),
            Operation("screening.reviews.release", DISCLOSURE_OFFICER, purpose="screening"),
            Operation("screening.reviews.refuse", DISCLOSURE_OFFICER, purpose="screening"),
            Operation("screening.reviews.get", frozenset({"peer"}), Tenancy.PEER, "screening"),
            Operation("screening.late.read", HEAD_OF_UNIT | STEWARD, purpose="screening"),
            Operation("screening.home", WORKERS, purpose="work"),
            Operation("screening.work.list", WORKERS, purpose="work"),
        ]
    )
