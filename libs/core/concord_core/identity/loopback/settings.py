"""What the loopback issuer is told: a port of this machine, the agreement, invented people, the clients."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LoopbackSettings(_Part):
    """`issuer` is `http://127.0.0.1:<port>`; `people` and `clients` are JSON files of `Person` and `Client`."""

    port: int
    issuer: str
    agreement: Path
    operator_key: str
    people: Path
    clients: Path


class Person(_Part):
    """An invented person. `user` is the opaque id in tokens; `roles` is service → roles there."""

    user: str
    given: str
    family: str
    agency: str
    roles: Mapping[str, tuple[str, ...]]

    @property
    def name(self) -> str:
        """As people say it."""
        return f"{self.given} {self.family}"


class Client(_Part):
    """A service's client, or the front's. `jwk` is the public half of its ES256 key."""

    client_id: str
    node: str
    service: str
    jwk: dict[str, Any]
    redirect_uris: tuple[str, ...]
    backchannel_logout: str


def load_settings(path: Path) -> LoopbackSettings:
    """Settings from a TOML file; ValueError (pydantic's too) for what cannot be used."""
    return LoopbackSettings.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


def load_people(path: Path) -> tuple[Person, ...]:
    """The people of a JSON file."""
    return TypeAdapter(tuple[Person, ...]).validate_python(json.loads(path.read_text(encoding="utf-8")))


def load_clients(path: Path) -> tuple[Client, ...]:
    """The clients of a JSON file."""
    return TypeAdapter(tuple[Client, ...]).validate_python(json.loads(path.read_text(encoding="utf-8")))
