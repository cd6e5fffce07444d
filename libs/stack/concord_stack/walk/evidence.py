"""What a step leaves behind, and how it says that it could not be verified."""

from dataclasses import dataclass


class StepError(Exception):
    """A step did not show what it must show; the text says what was seen instead, without personal data."""


@dataclass(frozen=True)
class Evidence:
    """What a verified step showed, in one sentence, with a place to look."""

    sentence: str
    look: str = ""


def expect(condition: object, otherwise: str) -> None:
    """Raises `StepError` with `otherwise` unless the condition holds."""
    if not condition:
        raise StepError(otherwise)
