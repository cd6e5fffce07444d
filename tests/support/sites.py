"""One engine and one service's database as plain values, so that they can be handed to a process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from concord_core.agreement import Agreement
from concord_core.config import DatabaseSettings
from concord_core.events.embedded import EmbeddedLog
from concord_core.events.kafka import KafkaLog
from concord_core.events.log import EventLog
from tests.support.engines import EmbeddedEngine, KafkaEngine
from tests.support.exchange import Exchange

CLIENT = "hub-intake"
TOKEN_SECONDS = 3600


@dataclass(frozen=True, kw_only=True)
class Site:
    """What a role needs. `log` is the embedded log's database; without one, `bootstrap` and `token` lead to Kafka."""

    database: DatabaseSettings
    agreement: Agreement
    keyring: Path
    log: DatabaseSettings | None = None
    bootstrap: str = ""
    token: str = ""

    @classmethod
    def at(
        cls, engine: EmbeddedEngine | KafkaEngine, exchange: Exchange, database: DatabaseSettings, **more: Any
    ) -> Self:
        """The hub's intake at that engine."""
        found: dict[str, Any] = {"database": database, "agreement": exchange.agreement, "keyring": exchange.hub_folder}
        if isinstance(engine, EmbeddedEngine):
            return cls(**found, log=engine.settings, **more)
        token = engine.issuer.token(CLIENT, seconds=TOKEN_SECONDS)
        return cls(**found, bootstrap=engine.access.bootstrap, token=token, **more)

    def open_log(self) -> EventLog:
        """A log for one thread of this process."""
        if self.log is not None:
            return EmbeddedLog(self.log, CLIENT)
        return KafkaLog(self.bootstrap, lambda: self.token, CLIENT)
