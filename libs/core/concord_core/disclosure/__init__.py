"""Releasing personal data to one other agency: sealed to it, signed by its owner."""

from concord_core.disclosure.sealed import commitment, open_sealed, seal

__all__ = ["commitment", "open_sealed", "seal"]
