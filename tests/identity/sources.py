"""The two kinds of issuer behind one face, so that one suite runs against both."""

import socket
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

import httpx

from concord_core.agreement import Agreement
from concord_core.config import DatabaseSettings, IdentitySettings, ServiceSettings
from concord_core.vault import FileKeyring
from concord_stack.full import FullStack
from tests.support.keycloak_signin import KeycloakTokens, Visitor, fill_in
from tests.support.serving import bound
from tests.support.trust import TrustWorld, choose, service_settings


class Browser(Protocol):
    """A person's browser at the issuer."""

    def lead(self, location: str, stop: str) -> str:
        """Goes to an address of the issuer, signs in where that is asked; the address led back to, under `stop`."""


class IdentitySource(Protocol):
    """An issuer with the invented people and the clients of an exchange."""

    @property
    def issuer(self) -> str: ...

    @property
    def agreement(self) -> Agreement: ...

    def gateway(self) -> AbstractContextManager[socket.socket]:
        """A socket at the hub's origin, on which nothing listens: the test does."""

    def keyring(self) -> FileKeyring:
        """The hub's keys."""

    def settings(self, client_id: str, database: DatabaseSettings | None = None) -> ServiceSettings:
        """Settings of a hub service, with its client's private key."""

    def token(self, user: str) -> str:
        """A person's access token, got as their own program gets it: public client, code flow, PKCE."""

    def browser(self, user: str) -> Browser:
        """A browser in which that person signs in."""


@dataclass(frozen=True)
class LoopbackBrowser:
    """Chooses its person on the page of people."""

    http: httpx.Client
    user: str

    def lead(self, location: str, stop: str) -> str:
        parts = urlsplit(location)
        first = self.http.get(location)
        if first.is_redirect:
            return first.headers["location"]
        return choose(self.http, dict(parse_qsl(parts.query)), self.user)


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

    def gateway(self) -> AbstractContextManager[socket.socket]:
        return bound(self.world.nodes["hub"].gateway)

    def keyring(self) -> FileKeyring:
        return self.world.keyring()

    def settings(self, client_id: str, database: DatabaseSettings | None = None) -> ServiceSettings:
        return self.world.settings(client_id, database=database)

    def token(self, user: str) -> str:
        return self.world.token(user)

    def browser(self, user: str) -> Browser:
        return LoopbackBrowser(httpx.Client(base_url=self.world.issuer, trust_env=False), user)


@dataclass(frozen=True)
class KeycloakBrowser:
    """Fills in Keycloak's pages and those of the person's agency."""

    visitor: Visitor
    user: str
    secret: str

    def lead(self, location: str, stop: str) -> str:
        return self.visitor.open(location) or fill_in(self.visitor, self.user, self.secret)


@dataclass(frozen=True)
class KeycloakSource:
    """Real Keycloak with the hub realm and the agencies' own."""

    stack: FullStack

    @property
    def issuer(self) -> str:
        return self.stack.issuer

    @property
    def agreement(self) -> Agreement:
        return self.stack.signed.agreement

    def gateway(self) -> AbstractContextManager[socket.socket]:
        return nullcontext(self.stack.gateway_socket(self.stack.hub))

    def keyring(self) -> FileKeyring:
        return FileKeyring(self.stack.hub.keyring)

    def settings(self, client_id: str, database: DatabaseSettings | None = None) -> ServiceSettings:
        node, service = self.agreement.clients[client_id]
        return service_settings(self.stack.node(node), service, self.stack.signed, self.issuer, database=database)

    def token(self, user: str) -> str:
        return KeycloakTokens(self.issuer, self.stack.password)(user)

    def browser(self, user: str) -> Browser:
        return KeycloakBrowser(Visitor(self.stack.origin), user, self.stack.password(user))


def identity(source: IdentitySource, client_id: str) -> IdentitySettings:
    """The identity section of a service's settings."""
    return source.settings(client_id).identity
