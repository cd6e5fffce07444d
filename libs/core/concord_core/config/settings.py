"""What every service must be told. Secrets are never values here: they are files whose paths stand here."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict
from pydantic_settings import BaseSettings, SettingsConfigDict


class Section(BaseModel):
    """A group of settings; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DatabaseSettings(Section):
    """One database. Its logins are `<login_prefix>_owner`, `_app`, `_relay`, `_consume`, `_public` (the prefix is the
    database's name if not said); the password of each lies in `<passwords>/<login>`."""

    host: str
    port: int = 5432
    name: str
    passwords: Path
    login_prefix: str = ""

    def login(self, suffix: str) -> str:
        """The full name of one of its logins."""
        return f"{self.login_prefix or self.name}_{suffix}"


class ListenSettings(Section):
    """Where a server listens."""

    host: str = "127.0.0.1"
    port: int


class RpcSettings(ListenSettings):
    """Where gRPC listens, its certificate and key (PEM), and the authority that signed the peers' certificates."""

    certificate: Path
    key: Path
    authority: Path


class EventLogSettings(Section):
    """Which event log: `embedded` needs `database` (login = client id), `kafka` needs `bootstrap`."""

    engine: Literal["embedded", "kafka"]
    bootstrap: str = ""
    database: DatabaseSettings | None = None
    batch: int = 500


class IdentitySettings(Section):
    """Issuer of tokens, and this service's client: its id is the audience that it accepts; `client_key` is an ES256
    private key (PEM) for private_key_jwt."""

    issuer: str
    client_id: str
    client_key: Path


class TelemetrySettings(Section):
    """Where spans and metrics go by OTLP over HTTP; nowhere if empty."""

    otlp_endpoint: str = ""


class ServiceSettings(BaseSettings):
    """Settings of one service on one node; a service derives its own class."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_nested_delimiter="__")

    node: str
    embedded: bool = False
    agreement: Path
    operator_key: str
    keyring: Path
    public_origin: str
    database: DatabaseSettings
    http: ListenSettings
    rpc: RpcSettings | None = None
    event_log: EventLogSettings | None = None
    identity: IdentitySettings
    telemetry: TelemetrySettings = TelemetrySettings()
