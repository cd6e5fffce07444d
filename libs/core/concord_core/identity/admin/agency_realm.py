"""An agency's own login as a Keycloak realm: what a real agency runs elsewhere, for stacks on one machine and tests.

It stands for any OpenID Connect provider that tells the hub a person's e-mail, names and roles.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from concord_core.identity.admin.access import AdminAccess
from concord_core.identity.admin.compare import Representation
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


# The passwords of invented people are random and long: stretching them would only slow the start of the stack.
_PASSWORDS = "hashAlgorithm(pbkdf2-sha256) and hashIterations(1000)"


def make_agency_realm(
    access: AdminAccess, slug: str, secret: str, employees: Sequence[Employee]
) -> tuple[Provider, Changes]:
    """The realm `agency-<slug>` with these people, all in one request; gives what the hub must know of it.

    A realm that is there keeps its people; roles and the hub's client are brought up to date.
    """
    name = f"agency-{slug}"
    realm = Realm(access.open(name), name, [])
    settings = {"displayName": f"{slug.upper()} sign-in", "registrationAllowed": False, "passwordPolicy": _PASSWORDS}
    client = _hub_client(access, slug, secret)
    realm.ensure(
        settings,
        first={
            "roles": {"realm": [{"name": role} for role in AGENCY_ROLES]},
            "clients": [{"clientId": _CLIENT, "protocol": "openid-connect", **client}],
            "users": [_person(employee) for employee in employees],
        },
    )
    known = {role["name"] for role in realm.admin.get_realm_roles()}
    for role in sorted(set(AGENCY_ROLES) - known):
        realm.admin.create_realm_role({"name": role})
        realm.changes.append(f"{realm.name}: role {role}")
    config = {"claim.name": ROLE_CLAIM, "multivalued": "true", "jsonType.label": "String", "id.token.claim": "true"}
    realm.ensure_client(_CLIENT, client, [Mapper(ROLE_CLAIM, "oidc-usermodel-realm-role-mapper", config)])
    return Provider.keycloak(access.issuer(realm.name), _CLIENT, secret), realm.changes


def _hub_client(access: AdminAccess, slug: str, secret: str) -> Representation:
    endpoint = f"{access.issuer()}/broker/{slug}/endpoint"
    return {
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


def _person(employee: Employee) -> Representation:
    return {
        "username": employee.user,
        "email": employee.email,
        "emailVerified": True,
        "firstName": employee.given,
        "lastName": employee.family,
        "enabled": True,
        "credentials": [{"type": "password", "value": employee.password, "temporary": False}],
        "realmRoles": list(employee.roles),
    }
