"""Writes those of the operator's settings that only a full stack has: its Keycloak and its broker."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from concord_core.identity.admin.access import AdminAccess
from concord_core.identity.admin.port import Provider, ServiceClient
from concord_stack.kafka import ADMINISTRATOR, KafkaAccess
from concord_stack.templates import write_private


def keycloak_section(
    folder: Path, access: AdminAccess, clients: list[ServiceClient], providers: Mapping[str, Provider]
) -> dict[str, Any]:
    """The hub's Keycloak, its clients and the agencies' own logins; secrets go to files in `folder`."""
    return {
        "origin": access.origin,
        "user": access.user,
        "password": str(write_private(folder / "keycloak.password", access.password)),
        "realm": access.realm,
        "clients": {client.client_id: _client(folder, client) for client in clients},
        "providers": {slug: _provider(folder, slug, provider) for slug, provider in providers.items()},
    }


def kafka_section(folder: Path, access: KafkaAccess) -> dict[str, Any]:
    """The broker's administrator."""
    password = write_private(folder / "kafka.password", access.password)
    return {"bootstrap": access.internal, "user": ADMINISTRATOR, "password": str(password)}


def _client(folder: Path, client: ServiceClient) -> dict[str, Any]:
    keys = write_private(folder / f"{client.client_id}.jwks", json.dumps({"keys": list(client.keys)}))
    section = {"node": client.node, "service": client.service, "keys": str(keys)}
    return {**section, "staff_url": client.staff_url} if client.staff_url is not None else section


def _provider(folder: Path, slug: str, provider: Provider) -> dict[str, Any]:
    secret = write_private(folder / f"{slug}.secret", provider.client_secret)
    return {
        "issuer": provider.issuer,
        "authorization_url": provider.authorization_url,
        "token_url": provider.token_url,
        "jwks_url": provider.jwks_url,
        "logout_url": provider.logout_url,
        "client_id": provider.client_id,
        "client_secret": str(secret),
    }
