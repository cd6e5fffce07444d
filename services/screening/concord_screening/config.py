"""Settings of screening beside those of every service."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from concord_core.config import ServiceSettings


class ScreeningSettings(ServiceSettings):
    """`index_folder` holds the indexes of the lists: on a memory or encrypted volume, never backed up.

    `ask_seconds`: how often the answers of open reviews are asked for. Quotas are checks a day. `answer_step_ms`:
    answers to checks leave at whole multiples of it after the request came, whatever was found. `erasure_minutes`:
    within that time a withdrawn listing is out of every index file.
    """

    index_folder: Path
    ask_seconds: int = Field(default=60, ge=1)
    quota_person: int = Field(default=200, ge=1)
    quota_agency: int = Field(default=5000, ge=1)
    answer_step_ms: int = Field(default=250, ge=1, le=5000)
    erasure_minutes: int = Field(default=60, ge=1, le=60)
