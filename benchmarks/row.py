"""One line of a result."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """What was measured, ours, the peer or limit of the same run, ours / peer where that says something."""

    what: str
    ours: str
    peer: str
    ratio: str
