"""An agency's own login as a Keycloak realm: what a real agency runs elsewhere, for stacks on one machine and tests.

It stands for any OpenID Connect provider that tells the hub a person's e-mail, names and roles.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from concord_core.identity.admin.access import AdminAccess
from concord_core.identity.admin.port import Changes, Provider
from concord_core.identity.admin.realm import Mapper, Realm
from concord_core.identity.admin.roles import AGENCY_ROLES, ROLE_CLAIM

_CLIENT = "concord-hub"


@dataclass(frozen=True)
class Employee:
    """A person as their agency knows them; `roles` are names like `intake.case_officer`."""

    user: str
    email: str
    given: str
    family: str
    password: str
    roles: tuple[str, ...]


def make_agency_realm(
    access: AdminAccess, slug: str, secret: str, employees: Sequence[Employee]
) -> tuple[Provider, Changes]:
    """The realm `agency-<slug>` with these people; gives what the hub must know of it."""
    realm = Realm(access, f"agency-{slug}", [])
    realm.ensure({"displayName": f"{slug.upper()} sign-in", "registrationAllowed": False})
    known = {role["name"] for role in realm.admin.get_realm_roles()}
    for role in sorted(set(AGENCY_ROLES) - known):
        realm.admin.create_realm_role({"name": role})
        realm.changes.append(f"{realm.name}: role {role}")
    _hub_client(realm, access, slug, secret)
    for employee in employees:
        _employee(realm, employee)
    return Provider.keycloak(access.issuer(realm.name), _CLIENT, secret), realm.changes


def _hub_client(realm: Realm, access: AdminAccess, slug: str, secret: str) -> None:
    endpoint = f"{access.issuer()}/broker/{slug}/endpoint"
    settings = {
        "enabled": True,
        "publicClient": False,
        "secret": secret,
        "standardFlowEnabled": True,
        "directAccessGrantsEnabled": False,
        "redirectUris": [endpoint],
        "attributes": {
            "pkce.code.challenge.method": "S256",
            "post.logout.redirect.uris": f"{endpoint}/logout_response",
            "backchannel.logout.url": f"{endpoint}/backchannel-logout",
            "backchannel.logout.session.required": "true",
        },
    }
    config = {"claim.name": ROLE_CLAIM, "multivalued": "true", "jsonType.label": "String", "id.token.claim": "true"}
    realm.ensure_client(_CLIENT, settings, [Mapper(ROLE_CLAIM, "oidc-usermodel-realm-role-mapper", config)])


def _employee(realm: Realm, employee: Employee) -> None:
    if realm.admin.get_user_id(employee.user) is not None:
        return
    user = realm.admin.create_user(
        {
            "username": employee.user,
            "email": employee.email,
            "emailVerified": True,
            "firstName": employee.given,
            "lastName": employee.family,
            "enabled": True,
            "credentials": [{"type": "password", "value": employee.password, "temporary": False}],
        }
    )
    roles = [realm.admin.get_realm_role(name) for name in employee.roles]
    if roles:
        realm.admin.assign_realm_roles(user, roles)
    realm.changes.append(f"{realm.name}: person {employee.user}")
