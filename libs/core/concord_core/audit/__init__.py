"""What was done with which record, by whom and why: entries with salted commitments."""

from concord_core.audit.entries import append, canonical, commit

__all__ = ["append", "canonical", "commit"]
