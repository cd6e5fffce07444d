"""Settings of victim-assistance beside those that every service has; days and hours, defaults as in the design."""

from pydantic import BaseModel, ConfigDict, Field

from concord_core.config import ServiceSettings


class Limits(BaseModel):
    """How long others have, and how long a backup is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer_days: int = Field(default=7, ge=1)
    urgent_answer_days: int = Field(default=2, ge=1)
    expire_grace_days: int = Field(default=14, ge=0)
    consent_notice_days: int = Field(default=14, ge=0)
    erasure_hours: int = Field(default=24, ge=1)
    backup_days: int = Field(default=35, ge=0)


class AssistanceSettings(ServiceSettings):
    """Settings of this service on one node."""

    limits: Limits = Limits()
