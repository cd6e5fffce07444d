"""Refuses to start an issuer without passwords anywhere but on one machine that tries Concord out."""

import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlsplit

from concord_core.agreement import Agreement
from concord_core.identity.loopback.settings import Client, LoopbackSettings
from concord_core.identity.provider import is_loopback

HOST: Final = "127.0.0.1"
_SERVER_NAMES: Final = re.compile(r"KC_.*|KEYCLOAK_.*|KUBERNETES_SERVICE_HOST|CONCORD_.*_EVENT_LOG__BOOTSTRAP")
_SERVER_VALUES: Final = (
    (re.compile(r"CONCORD_.*_EMBEDDED"), re.compile(r"(?i)false|0|no|off")),
    (re.compile(r"CONCORD_.*_EVENT_LOG__ENGINE"), re.compile(r"kafka")),
    (re.compile(r"CONCORD_.*_PUBLIC_ORIGIN"), re.compile(r"https://.*")),
)


class RefusedError(Exception):
    """The loopback issuer does not start here; the text says why, and names settings, not values."""


def refuse_servers(
    settings: LoopbackSettings, agreement: Agreement, clients: Iterable[Client], environment: Mapping[str, str]
) -> None:
    """Raises RefusedError when anything says that this is more than one machine's trial."""
    parts = urlsplit(settings.issuer)
    if parts.scheme != "http" or parts.hostname != HOST or parts.port != settings.port or parts.path:
        raise RefusedError(f"the issuer must be http://{HOST}:{settings.port}")
    for name, value in environment.items():
        if _SERVER_NAMES.fullmatch(name) or any(n.fullmatch(name) and v.fullmatch(value) for n, v in _SERVER_VALUES):
            raise RefusedError(f"{name} is a setting of a server")
    for node in agreement.nodes:
        for service, endpoint in node.services.items():
            if endpoint.address is not None and not is_loopback(f"http://{endpoint.address}"):
                raise RefusedError(f"the agreement places {service} of {node.slug} on another machine")
    for client in clients:
        if not all(is_loopback(address) for address in (*client.redirect_uris, client.backchannel_logout)):
            raise RefusedError(f"client {client.client_id} is reached from another machine")
