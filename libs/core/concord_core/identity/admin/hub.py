"""What the hub's realm is like, before any agency is in it. Each line stops something that was tried and worked."""

from typing import Final

from concord_core.identity.admin.compare import Representation
from concord_core.identity.admin.flows import BROWSER, FIRST_LOGIN, ensure_flow
from concord_core.identity.admin.realm import Mapper, Realm

TOKEN_SECONDS: Final = 300
IDLE_SECONDS: Final = 1800
SESSION_SECONDS: Final = 8 * 3600
IDENTITY_SCOPE: Final = "concord"
ORGANIZATION_SCOPE: Final = "organization"
BROKER_SCOPE: Final = "kafka"
CLI_CLIENT: Final = "concord-cli"
_PROFILE = ("username", "email", "firstName", "lastName")

SETTINGS: Final[Representation] = {
    "displayName": "Concord",
    "organizationsEnabled": True,
    "registrationAllowed": False,
    "resetPasswordAllowed": False,
    "editUsernameAllowed": False,
    "rememberMe": False,
    "loginWithEmailAllowed": True,
    "duplicateEmailsAllowed": False,
    "bruteForceProtected": True,
    # A role that an agency takes back is lost at the next login; a refresh keeps it. These bound how long.
    "accessTokenLifespan": TOKEN_SECONDS,
    "ssoSessionIdleTimeout": IDLE_SECONDS,
    "ssoSessionMaxLifespan": SESSION_SECONDS,
    "clientSessionIdleTimeout": IDLE_SECONDS,
    "clientSessionMaxLifespan": SESSION_SECONDS,
    "offlineSessionMaxLifespanEnabled": True,
}

_IN_ACCESS_TOKEN = {"access.token.claim": "true", "id.token.claim": "false", "userinfo.token.claim": "false"}
_IN_TOKENS = {"access.token.claim": "true", "id.token.claim": "true", "userinfo.token.claim": "false"}

_IDENTITY = (
    Mapper("name", "oidc-full-name-mapper", {**_IN_TOKENS}),
    Mapper(
        "roles",
        # Not the built-in scope `roles`: that one also puts every client with a role into the audience.
        "oidc-usermodel-client-role-mapper",
        {
            **_IN_ACCESS_TOKEN,
            "claim.name": "resource_access.${client_id}.roles",
            "jsonType.label": "String",
            "multivalued": "true",
        },
    ),
    Mapper(
        "idp",
        "oidc-usersessionmodel-note-mapper",
        {**_IN_TOKENS, "user.session.note": "identity_provider", "claim.name": "idp", "jsonType.label": "String"},
    ),
)
_ORGANIZATION = (
    Mapper(
        "organization",
        "oidc-organization-membership-mapper",
        {
            **_IN_TOKENS,
            "claim.name": "organization",
            "jsonType.label": "JSON",
            "multivalued": "true",
            "addOrganizationId": "true",
            "addOrganizationAttributes": "true",
            "addOrganizationDomain": "true",
        },
    ),
)


def prepare(realm: Realm) -> None:
    """Brings the hub's realm to this; agencies and service clients come later."""
    realm.ensure(SETTINGS)
    ensure_flow(realm, FIRST_LOGIN)
    ensure_flow(realm, BROWSER)
    realm.ensure({"browserFlow": BROWSER.alias})
    # Whoever is let in by their agency must not get a second way in that the agency does not know of.
    realm.ensure_required_action("UPDATE_PASSWORD", enabled=False)
    realm.ensure_profile(_PROFILE, ["admin"])
    realm.ensure_scope(ORGANIZATION_SCOPE, _ORGANIZATION, {})
    realm.ensure_scope(IDENTITY_SCOPE, _IDENTITY, {})
    realm.ensure_scope(BROKER_SCOPE, [audience("kafka")], {})
    realm.ensure_client("admin-cli", {"directAccessGrantsEnabled": False})


def audience(name: str) -> Mapper:
    """Puts a name into the audience of the access token, whether or not it is a client."""
    return Mapper("audience", "oidc-audience-mapper", {"included.custom.audience": name, "access.token.claim": "true"})


def service_scope(client_id: str) -> str:
    """The scope whose tokens a service accepts."""
    return f"svc:{client_id}"
