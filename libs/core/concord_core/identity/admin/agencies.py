"""Agencies at the hub: their organizations, their own logins, and how they leave."""

from collections.abc import Mapping
from typing import Any

from keycloak.exceptions import KeycloakGetError

from concord_core.agreement import Agency, Agreement
from concord_core.errors import ConcordError
from concord_core.identity.admin.compare import Representation, differs, merged
from concord_core.identity.admin.flows import FIRST_LOGIN
from concord_core.identity.admin.port import Joined, Provider
from concord_core.identity.admin.realm import Mapper, Realm
from concord_core.identity.admin.roles import AGENCY_ROLES, ROLE_CLAIM

_MASKED = "**********"  # what the server shows instead of a secret
_PAGE = 100


def onboard(realm: Realm, agency: Agency, agreement: Agreement, provider: Provider | None) -> None:
    """The organization, and the login linked to it. The login is enabled last, when it is safe."""
    if provider is not None:
        _provider(realm, agency, provider)
    organization = _organization(realm, agency)
    if provider is None:
        return
    linked = {one["alias"] for one in realm.admin.get_organization_idps(organization)}
    if agency.slug not in linked:
        realm.admin.organization_idp_add(organization, agency.slug)
        realm.changes.append(f"login {agency.slug}: linked")
    realm.ensure_provider_mappers(agency.slug, _mappers(realm, agency, agreement))
    # Linking, like unlinking, takes these keys away; without the domain any e-mail would be believed.
    current = realm.admin.get_idp(agency.slug)
    safe = {"enabled": True, "config": {"kc.org.domain": "ANY", "kc.org.broker.redirect.mode.email-matches": "true"}}
    if differs(current, safe):
        secret = {"config": {"clientSecret": provider.client_secret}}
        realm.admin.update_idp(agency.slug, merged(merged(current, secret), safe))
        realm.changes.append(f"login {agency.slug}: bound to the agency's domains, enabled")


def offboard(realm: Realm, slug: str) -> None:
    """The login first: deleting the organization first would leave an enabled login that nobody checks."""
    if _idp(realm, slug) is not None:
        realm.admin.delete_idp(slug)
        realm.changes.append(f"login {slug}: removed")
    organization = find(realm, slug)
    if organization is not None:
        for member in members(realm, organization["id"]):
            realm.admin.delete_user(member["id"])
        realm.admin.delete_organization(organization["id"])
        realm.changes.append(f"organization {slug}: removed")


def find(realm: Realm, slug: str) -> Representation | None:
    """The organization with that alias, whole."""
    for one in realm.admin.get_organizations({"search": slug, "exact": "true"}):
        if one["alias"] == slug:
            found: Representation = realm.admin.get_organization(one["id"])
            return found
    return None


def members(realm: Realm, organization: str) -> list[Representation]:
    """Everybody in an organization."""
    found: list[Representation] = []
    while True:
        page = realm.admin.get_organization_members(organization, {"first": len(found), "max": _PAGE})
        found += page
        if len(page) < _PAGE:
            return found


def joined(realm: Realm) -> tuple[Joined, ...]:
    """Every agency, with what is unsafe about its login; a login of no agency is named under its own alias."""
    found = []
    aliases = {one["alias"]: one for one in realm.admin.get_idps()}
    for organization in realm.admin.get_organizations():
        linked = [one["alias"] for one in realm.admin.get_organization_idps(organization["id"])]
        problems = [problem for alias in linked for problem in _problems(realm.admin.get_idp(alias))]
        for alias in linked:
            aliases.pop(alias, None)
        count = len(members(realm, organization["id"]))
        provider = linked[0] if linked else None
        found.append(Joined(organization["alias"], organization["enabled"], provider, count, tuple(problems)))
    for alias, provider in aliases.items():
        if provider.get("enabled"):
            problem = "an enabled login that belongs to no organization: it lets anybody in"
            found.append(Joined(alias, True, alias, 0, (problem,)))
    return tuple(found)


def _problems(provider: Mapping[str, Any]) -> list[str]:
    config = provider.get("config", {})
    checks = (
        (config.get("kc.org.domain"), "its login does not check the e-mail's domain"),
        (provider.get("firstBrokerLoginFlowAlias") == FIRST_LOGIN.alias, "its first-login flow is not Concord's"),
        (config.get("syncMode") == "IMPORT", "its login overwrites e-mail addresses at each login"),
        (config.get("validateSignature") == "true", "signatures of its login are not checked"),
        (config.get("pkceEnabled") == "true", "its login does not use PKCE"),
    )
    return [words for good, words in checks if not good] if provider.get("enabled") else []


def _organization(realm: Realm, agency: Agency) -> str:
    wanted = {
        "name": agency.slug,
        "alias": agency.slug,
        "enabled": True,
        "description": agency.name,
        "attributes": {"entity": [agency.entity]},
    }
    domains = [{"name": agency.domain, "verified": True}]
    current = find(realm, agency.slug)
    if current is None:
        realm.admin.create_organization({**wanted, "domains": domains})
        realm.changes.append(f"organization {agency.slug}: made")
        current = find(realm, agency.slug)
        if current is None:
            raise LookupError(f"the organization {agency.slug} was made but cannot be found")
    elif differs(current, wanted) or {one["name"] for one in current.get("domains", [])} != {agency.domain}:
        realm.admin.update_organization(current["id"], {**merged(current, wanted), "domains": domains})
        realm.changes.append(f"organization {agency.slug}: changed")
    return str(current["id"])


def _idp(realm: Realm, alias: str) -> Representation | None:
    try:
        found: Representation = realm.admin.get_idp(alias)
    except KeycloakGetError as error:
        if error.response_code == 404:
            return None
        raise
    return found


def _provider(realm: Realm, agency: Agency, provider: Provider) -> None:
    config = {
        "issuer": provider.issuer,
        "authorizationUrl": provider.authorization_url,
        "tokenUrl": provider.token_url,
        "jwksUrl": provider.jwks_url,
        "logoutUrl": provider.logout_url,
        "clientId": provider.client_id,
        "clientAuthMethod": "client_secret_post",
        "defaultScope": "openid profile email",
        "validateSignature": "true",
        "useJwksUrl": "true",
        "pkceEnabled": "true",
        "pkceMethod": "S256",
        "disableUserInfo": "true",
        "backchannelSupported": "true",
        # Not FORCE: an agency that changes a person's e-mail there must not change whom the hub takes them for.
        "syncMode": "IMPORT",
    }
    wanted = {
        "providerId": "oidc",
        "displayName": agency.name,
        "trustEmail": True,  # of the agency's own domains only: the organization's domains are checked
        "storeToken": False,
        "linkOnly": False,
        "hideOnLogin": True,
        "firstBrokerLoginFlowAlias": FIRST_LOGIN.alias,
        "config": config,
    }
    current = _idp(realm, agency.slug)
    if current is None:
        secret = {**config, "clientSecret": provider.client_secret}
        realm.admin.create_idp({**wanted, "alias": agency.slug, "enabled": False, "config": secret})
        realm.changes.append(f"login {agency.slug}: made")
    elif differs(current, wanted):
        changed = merged(current, wanted)
        changed["config"]["clientSecret"] = provider.client_secret
        realm.admin.update_idp(agency.slug, changed)
        realm.changes.append(f"login {agency.slug}: changed")


def _mappers(realm: Realm, agency: Agency, agreement: Agreement) -> list[Mapper]:
    """User name, names, and each role that the agency may give at the service that hosts it."""
    found = [
        Mapper(
            "user name",
            "oidc-username-idp-mapper",
            {"template": "${ALIAS}.${CLAIM.sub}", "target": "LOCAL", "syncMode": "IMPORT"},
        )
    ]
    for claim, attribute in (("given_name", "firstName"), ("family_name", "lastName")):
        config = {"claim": claim, "user.attribute": attribute, "syncMode": "FORCE"}
        found.append(Mapper(attribute, "oidc-user-attribute-idp-mapper", config))
    for name in AGENCY_ROLES:
        service, _, role = name.partition(".")
        try:
            client_id = agreement.address(agency.slug, service).client_id
        except ConcordError:
            continue  # nobody hosts this service for the agency
        realm.known_client(client_id)  # a mapper to a role that does not exist would be accepted and do nothing
        config = {"claim": ROLE_CLAIM, "claim.value": name, "role": f"{client_id}.{role}", "syncMode": "FORCE"}
        found.append(Mapper(name, "oidc-role-idp-mapper", config))
    return found
