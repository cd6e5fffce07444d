"""Settings of the front beside those of every service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from concord_core.config import ServiceSettings


class FrontSettings(ServiceSettings):
    """`services`: where this node's services answer HTTP (`http://host:port`), by short name; a node may lack some.
    `patience_seconds`: how long `/work` waits for each of them."""

    services: Mapping[Annotated[str, Field(pattern="^(intake|screening|assistance|reporting)$")], str]
    patience_seconds: float = Field(default=5, gt=0, le=30)
