"""One frozen settings class per service, read from one TOML file and the environment, validated at start."""

from concord_core.config.load import load_settings
from concord_core.config.settings import (
    DatabaseSettings,
    EventLogSettings,
    IdentitySettings,
    ListenSettings,
    RpcSettings,
    ServiceSettings,
    TelemetrySettings,
)

__all__ = [
    "DatabaseSettings",
    "EventLogSettings",
    "IdentitySettings",
    "ListenSettings",
    "RpcSettings",
    "ServiceSettings",
    "TelemetrySettings",
    "load_settings",
]
