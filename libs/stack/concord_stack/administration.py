"""Writes the operator's settings of a stack, with which `concord agency` and `concord agreement apply` work on it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from concord_stack.config import toml
from concord_stack.exchange import NodePlan, SignedAgreement
from concord_stack.templates import write_private

FILE_NAME = "administration.toml"


def agreement_section(signed: SignedAgreement, nodes: tuple[NodePlan, ...]) -> dict[str, Any]:
    """The agreement, the operator's key, the keyrings of the nodes that run here."""
    return {
        "agreement": {
            "path": str(signed.path),
            "operator_key": signed.operator_key,
            "signing_key": str(signed.path.parent / "operator.pem"),
        },
        "keyrings": {node.slug: str(node.keyring) for node in nodes},
    }


def embedded_section(folder: Path, administrator: str, database: str, passwords: Path) -> dict[str, Any]:
    """The embedded log."""
    file = write_private(folder / "postgres.connection", administrator)
    return {"administrator": str(file), "database": database, "passwords": str(passwords)}


def write(folder: Path, settings: Mapping[str, Any]) -> Path:
    """The settings file."""
    return write_private(folder / FILE_NAME, toml(settings))
