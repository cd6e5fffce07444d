"""The names of the roles, for the top bar and for administrators."""

from __future__ import annotations

from collections.abc import Mapping

from concord_core.web.marks import N_

ROLES: Mapping[str, str] = {
    "advocate": N_("Victims' rights advocate"),
    "agency_admin": N_("Agency administrator"),
    "analyst": N_("Analyst"),
    "case_approver": N_("Case approver"),
    "case_officer": N_("Case officer"),
    "country_coordinator": N_("Country coordinator"),
    "disclosure_officer": N_("Disclosure officer"),
    "listing_approver": N_("Listing approver"),
    "listing_officer": N_("Listing officer"),
    "operator": N_("Operator"),
    "publisher": N_("Publisher"),
    "recruiter": N_("Recruiter"),
    "referral_officer": N_("Referral officer"),
    "staff_reporter": N_("Staff reporter"),
}


def role_name(role: str) -> str:
    """The English name of a role, to be translated; a role that this version does not know is shown as it is."""
    return ROLES.get(role, role)
