"""Writes the settings of each service of a stack, as `concord_core.config` reads them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from concord_stack.certs import Certificate
from concord_stack.exchange import NodePlan, SignedAgreement
from concord_stack.ports import HOST
from concord_stack.templates import write_private

PACKAGES: Mapping[str, str] = {
    "intake": "concord_intake",
    "screening": "concord_screening",
    "assistance": "concord_victim_assistance",
    "reporting": "concord_reporting",
    "front": "concord_front",
}
"""Service → Python package; `python -m <package>` runs it."""

STAFF_PREFIXES: Mapping[str, str] = {
    "intake": "/cases",
    "screening": "/screening",
    "assistance": "/assistance",
    "reporting": "/reporting",
    "front": "/work",
}
"""Where each service's staff pages lie, and below them its sign-in."""

EventLog = Mapping[str, Any]
"""The table `event_log` of one service's settings."""


def embedded_log(port: int, database: str, passwords: Path) -> EventLog:
    """The log in PostgreSQL: a service logs in there under its client id."""
    base = {"host": HOST, "port": port, "name": database, "passwords": str(passwords)}
    return {"engine": "embedded", "database": base}


def kafka_log(bootstrap: str) -> EventLog:
    """The log in Kafka."""
    return {"engine": "kafka", "bootstrap": bootstrap}


def write_config(
    node: NodePlan,
    service: str,
    signed: SignedAgreement,
    *,
    certificate: Certificate,
    postgres_port: int,
    event_log: EventLog,
    issuer: str,
    otlp: str,
    embedded: bool,
) -> Path:
    """The settings file of one service of one node."""
    ports = node.services[service]
    settings: dict[str, Any] = {
        "node": node.slug,
        "embedded": embedded,
        "agreement": str(signed.path),
        "operator_key": signed.operator_key,
        "keyring": str(node.keyring),
        "public_origin": node.origin,
        "database": {
            "host": HOST,
            "port": postgres_port,
            "name": node.database(service),
            "passwords": str(node.passwords),
        },
        "http": {"host": HOST, "port": ports.http},
        "identity": {
            "issuer": issuer,
            "client_id": node.client_id(service),
            "client_key": str(node.client_key(service)),
        },
        "telemetry": {"otlp_endpoint": otlp},
    }
    if service != "front":
        settings["event_log"] = event_log
        settings["rpc"] = {
            "host": HOST,
            "port": ports.rpc,
            "certificate": str(certificate.certificate),
            "key": str(certificate.key),
            "authority": str(certificate.authority),
        }
    return write_private(node.config(service), toml({**_of_one_service(node, service), **settings}))


def _of_one_service(node: NodePlan, service: str) -> dict[str, Any]:
    """Settings that one service has beside everybody's."""
    if service == "front":
        apart = {name: ports for name, ports in node.services.items() if name != "front"}
        return {"services": {name: f"http://{HOST}:{ports.http}" for name, ports in apart.items()}}
    if service == "screening":
        # Nobody who tries a screening on one machine should wait a minute for the owner to be asked.
        return {"index_folder": str(node.folder / "screening-index"), "ask_seconds": 5}
    return {}


def toml(settings: Mapping[str, Any]) -> str:
    """TOML of tables within tables; a JSON string is a TOML string, and so are numbers and booleans."""
    return "\n".join(_lines(settings, "")) + "\n"


def _lines(table: Mapping[str, Any], prefix: str) -> list[str]:
    plain = [f"{key} = {json.dumps(value)}" for key, value in table.items() if not isinstance(value, Mapping)]
    for key, value in table.items():
        if isinstance(value, Mapping):
            plain += ["", f"[{prefix}{key}]", *_lines(value, f"{prefix}{key}.")]
    return plain
