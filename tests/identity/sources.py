"""The two kinds of issuer behind one face, so that one suite runs against both."""

from dataclasses import dataclass
from typing import Protocol

from concord_core.agreement import Agreement
from concord_core.config import IdentitySettings
from tests.support.trust import TrustWorld


class IdentitySource(Protocol):
    """An issuer with the invented people and the clients of an exchange."""

    @property
    def issuer(self) -> str: ...

    @property
    def agreement(self) -> Agreement: ...

    def identity(self, client_id: str) -> IdentitySettings:
        """Settings of a service's client, with its private key."""

    def token(self, user: str) -> str:
        """A person's access token, got as their own program gets it: public client, code flow, PKCE."""


@dataclass(frozen=True)
class LoopbackSource:
    """The loopback issuer of a test's exchange."""

    world: TrustWorld

    @property
    def issuer(self) -> str:
        return self.world.issuer

    @property
    def agreement(self) -> Agreement:
        return self.world.agreement

    def identity(self, client_id: str) -> IdentitySettings:
        return self.world.identity(client_id)

    def token(self, user: str) -> str:
        return self.world.token(user)
