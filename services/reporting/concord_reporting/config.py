"""Settings of the reporting service: those that every service has."""

from concord_core.config import ServiceSettings


class ReportingSettings(ServiceSettings):
    """What reporting must be told; nothing beyond the core's settings."""
