"""What an act is done to: a record of one agency, by its references, and what the owner sees of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

OWNER = "unicef"
STRANGER = "wfp"
"""Has nothing to do with any record of the owner's."""

_TURNS = ("0123456789", "ABCDEF", "GHJKMNPQRSTVWXYZ", "abcdef")
_NEXT = str.maketrans({one: turn[(at + 1) % len(turn)] for turn in _TURNS for at, one in enumerate(turn)})


@dataclass(frozen=True)
class Target:
    """`names`: what must not be found by anybody else, by parameter of the path or field of the body; `fixed`: the
    path's other parameters; `version`: the record's current one, 0 where it has none; `shown`: what a page showed that
    its form must send back; `other`: the agency on the other side, if there is one; `look`: what the owner sees now."""

    names: Mapping[str, str] = field(default_factory=dict)
    version: int = 0
    fixed: Mapping[str, str] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)
    owner: str = OWNER
    other: str = ""
    look: Callable[[], Any] = lambda: None

    @property
    def others(self) -> tuple[str, ...]:
        """The agencies whose people try."""
        return (STRANGER, self.other) if self.other else (STRANGER,)

    def path(self, template: str) -> str:
        """The address of a route; KeyError for a parameter that neither `names` nor `fixed` holds."""
        values = {**self.names, **self.fixed}
        return re.sub(r"{([^}:]+)[^}]*}", lambda match: values[match.group(1)], template)

    def nowhere(self) -> Target:
        """The same with references of the same form that nobody has."""
        return replace(self, names={name: _turned(value) for name, value in self.names.items()})


def real_and_invented(records: Iterable[Target]) -> list[tuple[str, str]]:
    """Each reference with one of the same form that nobody has."""
    return [(name, target.nowhere().names[key]) for target in records for key, name in target.names.items()]


def _turned(reference: str) -> str:
    """Its last part with every character replaced by the next one of its kind; all of it where that changes nothing."""
    head, dash, tail = reference.rpartition("-")
    turned = f"{head}{dash}{tail.translate(_NEXT)}"
    return turned if turned != reference else reference.translate(_NEXT)
