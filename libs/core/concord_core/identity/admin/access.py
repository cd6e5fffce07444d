"""Which Keycloak to administer, and as whom."""

from dataclasses import dataclass
from typing import Any

from keycloak import KeycloakAdmin

_TIMEOUT_SECONDS = 180  # a busy machine makes a new realm, with its keys, in a minute


@dataclass(frozen=True)
class AdminAccess:
    """`origin` without a slash at the end; an administrator of the master realm; `realm` is the hub's."""

    origin: str
    user: str
    password: str
    realm: str = "concord"

    def open(self, realm: str) -> Any:
        """A client for one realm. Not to be shared between threads: it edits a header that all calls use."""
        return KeycloakAdmin(
            server_url=self.origin,
            username=self.user,
            password=self.password,
            realm_name=realm,
            user_realm_name="master",
            timeout=_TIMEOUT_SECONDS,
        )

    def issuer(self, realm: str = "") -> str:
        """The issuer of a realm's tokens; the hub's without a name."""
        return f"{self.origin}/realms/{realm or self.realm}"
