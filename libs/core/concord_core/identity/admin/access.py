"""Which Keycloak to administer, and as whom."""

from dataclasses import dataclass
from typing import Any, Self

from keycloak import KeycloakAdmin

from concord_core.identity.admin.settings import KeycloakSection, read_secret

_TIMEOUT_SECONDS = 180  # a busy machine makes a new realm, with its keys, in a minute


@dataclass(frozen=True)
class AdminAccess:
    """`origin` without a slash at the end; an administrator of the master realm; `realm` is the hub's."""

    origin: str
    user: str
    password: str
    realm: str = "concord"

    @classmethod
    def of(cls, section: KeycloakSection) -> Self:
        """As the operator's settings say."""
        return cls(section.origin, section.user, read_secret(section.password), section.realm)

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
