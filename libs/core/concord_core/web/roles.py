"""The names of the roles, for the top bar and for administrators."""

from __future__ import annotations

from collections.abc import Mapping

from concord_core.web.marks import msgid

ROLES: Mapping[str, str] = {
    "advocate": msgid("Victims' rights advocate"),
    "agency_admin": msgid("Agency administrator"),
    "analyst": msgid("Analyst"),
    "case_approver": msgid("Case approver"),
    "case_officer": msgid("Case officer"),
    "disclosure_officer": msgid("Disclosure officer"),
    "listing_approver": msgid("Listing approver"),
    "listing_officer": msgid("Listing officer"),
    "operator": msgid("Operator"),
    "publisher": msgid("Publisher"),
    "recruiter": msgid("Recruiter"),
    "referral_officer": msgid("Referral officer"),
    "staff_reporter": msgid("Staff reporter"),
}


def role_name(role: str) -> str:
    """The English name of a role, to be translated; a role that this version does not know is shown as it is."""
    return ROLES.get(role, role)
