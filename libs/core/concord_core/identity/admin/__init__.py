"""Makes the hub's Keycloak what the agreement says: realm, flows, clients, organizations, agencies' logins.

Every call compares first and writes only what differs, so a second call changes nothing; each returns what it
changed, one line per change.
"""

from concord_core.identity.admin.access import AdminAccess
from concord_core.identity.admin.keycloak import KeycloakAdministration
from concord_core.identity.admin.port import HubAccount, IdentityAdmin, Joined, Provider, ServiceClient

__all__ = [
    "AdminAccess",
    "HubAccount",
    "IdentityAdmin",
    "Joined",
    "KeycloakAdministration",
    "Provider",
    "ServiceClient",
]
