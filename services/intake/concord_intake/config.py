"""Settings of intake: those of every service, no more."""

from __future__ import annotations

from concord_core.config import ServiceSettings


class IntakeSettings(ServiceSettings):
    """What `python -m concord_intake` reads from its settings file."""
