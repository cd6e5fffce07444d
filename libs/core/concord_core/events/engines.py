"""Opens the event log that the settings name."""

from __future__ import annotations

from collections.abc import Callable

from concord_core.config import ServiceSettings
from concord_core.events.embedded import EmbeddedLog
from concord_core.events.kafka import KafkaLog
from concord_core.events.log import EventLog


def open_log(settings: ServiceSettings, token: Callable[[], str]) -> EventLog:
    """A log for one thread. `token` gives the service's token with audience `kafka`; the embedded log asks for none.

    Raises ValueError when the settings of the engine are missing: a mistake that stops the role at its start.
    """
    log, login = settings.event_log, settings.identity.client_id
    if log is not None and log.engine == "embedded" and log.database is not None:
        return EmbeddedLog(log.database, login)
    if log is not None and log.engine == "kafka" and log.bootstrap:
        return KafkaLog(log.bootstrap, token, login)
    raise ValueError("the settings name no event log")
