"""What a reporter allows, per scope, and what may be handed over because of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# Codes of `consent_scope` that a reporter answers, on the form and later with the code.
SCOPES: Final = (
    "report_to_investigation",
    "share_with_service_provider",
    "share_with_other_un_entity",
    "share_with_member_state",
    "contact",
    "assistance_services",
)
GIVEN: Final = frozenset({"given", "given_by_guardian"})
NOT_ASKED: Final = "not_asked"

# What the people who help may see, by the scope that allows it. Needs and language go with the wish for help itself.
HANDED_OVER: Final[Mapping[str, str]] = {
    "reporter_name": "share_with_service_provider",
    "safe_contact": "contact",
    "safe_times": "contact",
}


def allowed(states: Mapping[str, str]) -> tuple[str, ...]:
    """The scopes that are allowed now, in the order of SCOPES."""
    return tuple(scope for scope in SCOPES if states.get(scope) in GIVEN)


def new_state(current: str, wanted: str) -> str:
    """The state after a reporter answers `given` or `refused`: taking back what was given is a withdrawal."""
    if wanted == "refused" and current in GIVEN:
        return "withdrawn"
    if wanted == "refused" and current == "withdrawn":
        return current
    return wanted


def handed_over(states: Mapping[str, str]) -> tuple[str, ...]:
    """Names of the personal fields that may be handed to those who help; none unless help itself is allowed."""
    scopes = allowed(states)
    if "assistance_services" not in scopes:
        return ()
    return tuple(name for name, scope in HANDED_OVER.items() if scope in scopes)
