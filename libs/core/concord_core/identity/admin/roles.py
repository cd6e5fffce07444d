"""The roles that exist at each service. The policy table of each service says what they may do."""

from collections.abc import Mapping

EVERYWHERE = ("agency_admin", "operator")
PEER = "peer"

ROLES: Mapping[str, tuple[str, ...]] = {
    "intake": ("staff_reporter", "case_officer", "case_approver", *EVERYWHERE),
    "screening": ("recruiter", "listing_officer", "listing_approver", "disclosure_officer", *EVERYWHERE),
    "assistance": ("advocate", "referral_officer", *EVERYWHERE),
    "reporting": ("analyst", "publisher", *EVERYWHERE),
    "front": (),
}
"""Service → roles that people can have. The role `peer` is for service accounts only."""

ROLE_CLAIM = "concord_roles"
"""The claim in which an agency's own login says which roles a person has: a list of `<service>.<role>`."""

AGENCY_ROLES = tuple(f"{service}.{role}" for service, roles in ROLES.items() for role in roles if role != "operator")
"""What an agency may give to its people; `operator` is not among it."""
