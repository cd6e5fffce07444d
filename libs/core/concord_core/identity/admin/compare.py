"""Compares what is with what should be. What the server adds of its own is left alone."""

from collections.abc import Mapping
from typing import Any

Representation = dict[str, Any]


def differs(current: Any, wanted: Any) -> bool:
    """Whether something that is wanted is not so. Lists of names are compared without order."""
    if isinstance(wanted, Mapping):
        return not isinstance(current, Mapping) or any(differs(current.get(key), wanted[key]) for key in wanted)
    if isinstance(wanted, (list, tuple)):
        return sorted(map(str, current or ())) != sorted(map(str, wanted))
    return bool(current != wanted)


def merged(current: Mapping[str, Any], wanted: Mapping[str, Any]) -> Representation:
    """What is, with what is wanted put over it, tables within tables included."""
    result: Representation = dict(current)
    for key, value in wanted.items():
        before = result.get(key)
        both = isinstance(value, Mapping) and isinstance(before, Mapping)
        result[key] = merged(before, value) if both and before is not None else value
    return result
