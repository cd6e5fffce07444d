"""The port through which a version of the agreement reaches the systems that enforce it: identity server, event log.

Targets are found by the entry-point group `concord.agreement_targets`: name → `factory(config: Path) -> Target`. The
core knows the agreement, not the systems.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Final, Literal, Protocol

from concord_core.agreement.agreement import Agreement

GROUP: Final = "concord.agreement_targets"


@dataclass(frozen=True, order=True)
class Change:
    """One difference between a system and the agreement: `kind` such as `topic`, `acl`, `client`."""

    action: Literal["add", "change", "remove"]
    kind: str
    name: str


class Target(Protocol):
    """One system. Both methods are idempotent: right after `apply`, `plan` is empty."""

    def plan(self, agreement: Agreement) -> Sequence[Change]:
        """What `apply` would change; changes nothing."""

    def apply(self, agreement: Agreement) -> Sequence[Change]:
        """Makes the system what the agreement says, and gives what it changed."""


TargetFactory = Callable[[Path], Target]


def installed() -> Mapping[str, EntryPoint]:
    """All installed targets; `load` gives the factory of one, and brings in what that one needs."""
    return {entry.name: entry for entry in entry_points(group=GROUP)}
