"""The operator's settings: where the systems are that the agreement is applied to. Secrets are files, never values."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from concord_core.agreement import Agreement
from concord_core.config.load import SettingsError
from concord_core.config.settings import Section
from concord_core.identity.admin.port import Provider, ServiceClient

S = TypeVar("S")


class ClientSection(Section):
    """A service's client: `keys` is a file with its public keys, a JWKS."""

    node: str
    service: str
    keys: Path
    staff_url: str | None = None


class ProviderSection(Section):
    """An agency's own login: its endpoints come from its discovery document when it is first used."""

    issuer: str
    authorization_url: str
    token_url: str
    jwks_url: str
    logout_url: str
    client_id: str
    client_secret: Path


class KeycloakSection(Section):
    """The hub's Keycloak, with the clients and the logins that it shall have."""

    origin: str
    user: str
    password: Path
    realm: str = "concord"
    clients: Mapping[str, ClientSection] = {}
    providers: Mapping[str, ProviderSection] = {}

    def service_clients(self) -> list[ServiceClient]:
        """Every service of every node."""
        return [
            ServiceClient(client_id, one.node, one.service, _keys(one.keys), one.staff_url)
            for client_id, one in self.clients.items()
        ]

    def provider(self, agency: str) -> Provider | None:
        """An agency's own login, if it has one."""
        one = self.providers.get(agency)
        if one is None:
            return None
        return Provider(**one.model_dump(exclude={"client_secret"}), client_secret=read_secret(one.client_secret))


class KafkaSection(Section):
    """The broker's internal listener and its administrator."""

    bootstrap: str
    user: str
    password: Path


class EmbeddedLogSection(Section):
    """The embedded log: a file with the server's administrator connection string, the database, the passwords."""

    administrator: Path
    database: str
    passwords: Path


class AgreementSection(Section):
    """The agreement in force; `signing_key` is the operator's private key."""

    path: Path
    operator_key: str
    signing_key: Path


class Administration(Section):
    """Everything that an operator administers. `keyrings`: node → its keyring, for the nodes run here."""

    agreement: AgreementSection
    keycloak: KeycloakSection | None = None
    kafka: KafkaSection | None = None
    embedded: EmbeddedLogSection | None = None
    keyrings: Mapping[str, Path] = {}

    @classmethod
    def load(cls, path: Path) -> "Administration":
        """From a TOML file; `SettingsError` names what is missing or unknown, never a value."""
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SettingsError(f"the administration file cannot be read: {error}") from error
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            raise SettingsError(problems) from error

    def in_force(self) -> Agreement:
        """The agreement, its signature checked."""
        return Agreement.load(self.agreement.path, self.agreement.operator_key)


def needed(section: S | None, name: str) -> S:
    """The section of this name; `SettingsError` when the file has none."""
    if section is None:
        raise SettingsError(f"the administration file has no section {name}")
    return section


def read_secret(path: Path) -> str:
    """What a file holds that a setting names."""
    return path.read_text(encoding="utf-8").strip()


def _keys(path: Path) -> tuple[Mapping[str, Any], ...]:
    return tuple(json.loads(path.read_text(encoding="utf-8"))["keys"])
