"""The invented people of a stack on one machine: the same at the loopback issuer and in real Keycloak.

Each agency has one person for each desk of its daily work; the operator has two more. No two acts that need two
people can be done by one of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from concord_core.agreement import SERVICES
from concord_stack.exchange import NAMES, OPERATOR


@dataclass(frozen=True)
class Person:
    """`user` is the opaque id in tokens; `roles` is service → roles there."""

    user: str
    given: str
    family: str
    agency: str
    roles: Mapping[str, tuple[str, ...]]

    @property
    def desk(self) -> str:
        """What they do, such as `officer`: the user's name without the agency."""
        return self.user.removeprefix(f"{self.agency}-")

    @property
    def email(self) -> str:
        return f"{self.desk}@{self.agency}.example"


_EVERYWHERE = tuple(SERVICES)
_DESKS: Mapping[str, tuple[str, Mapping[str, tuple[str, ...]]]] = {
    "focal": ("Alia", {"intake": ("staff_reporter",)}),
    "officer": ("Bento", {"intake": ("case_officer",), "screening": ("listing_officer",)}),
    "approver": ("Chiara", {"intake": ("case_approver",), "screening": ("listing_approver",)}),
    "recruiter": ("Emre", {"screening": ("recruiter",)}),
    "disclosure": ("Farah", {"screening": ("disclosure_officer",)}),
    "advocate": ("Goran", {"assistance": ("advocate",)}),
    "referrals": ("Hana", {"assistance": ("referral_officer",)}),
    "analyst": ("Ivo", {"reporting": ("analyst",)}),
    "admin": ("Jaya", dict.fromkeys(_EVERYWHERE, ("agency_admin",))),
}
_OPERATOR_DESKS: Mapping[str, tuple[str, Mapping[str, tuple[str, ...]]]] = {
    "publisher": ("Kwame", {"reporting": ("publisher",)}),
    "operator": ("Lena", dict.fromkeys(_EVERYWHERE, ("operator",))),
}
_FAMILIES = ("Marsh", "Nadir", "Okoro", "Petrov", "Quispe", "Rahimi", "Sato", "Toure")


def people() -> tuple[Person, ...]:
    """Everybody, agency by agency."""
    found = []
    for slug, family in zip(NAMES, _FAMILIES, strict=True):
        desks = {**_DESKS, **_OPERATOR_DESKS} if slug == OPERATOR else _DESKS
        found += [Person(f"{slug}-{desk}", given, family, slug, dict(roles)) for desk, (given, roles) in desks.items()]
    return tuple(found)


def person(user: str) -> Person:
    """The person of that name; KeyError otherwise."""
    return {one.user: one for one in people()}[user]
