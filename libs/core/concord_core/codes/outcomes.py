"""Which outcomes of an investigation say that what was alleged happened, in whole or in part."""

SUBSTANTIATED = frozenset({"substantiated", "partially_substantiated"})
"""Codes of `investigation_outcome` that lead to a disciplinary process and are published as substantiated."""
