"""The texts that a request's body can carry, as the service's own OpenAPI says."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

KEY = "{}"
"""Stands for a name that the caller may choose."""
Leaf = tuple[str | int, ...]


@dataclass(frozen=True)
class Contract:
    """What a service's OpenAPI document says of its writes."""

    document: Mapping[str, Any]

    def writes(self) -> Iterator[tuple[str, tuple[Leaf, ...]]]:
        """Each write (`POST /api/…`) with the texts of its body; dates, numbers and enumerations are none."""
        for path, operations in self.document["paths"].items():
            for method, operation in operations.items():
                body = operation.get("requestBody", {}).get("content", {}).get("application/json")
                if body is not None:
                    yield f"{method.upper()} {path}", tuple(self._texts(body["schema"]))

    def reads(self) -> Iterator[str]:
        """The addresses that hold a reference."""
        for path, operations in self.document["paths"].items():
            if "get" in operations and "{" in path:
                yield path

    def _texts(self, schema: Mapping[str, Any], at: Leaf = ()) -> Iterator[Leaf]:
        if "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        for one in schema.get("anyOf", ()):
            yield from self._texts(one, at)
        kind = schema.get("type")
        if kind == "string" and not {"enum", "const", "format"} & schema.keys():
            yield at
        elif kind == "array":
            yield from self._texts(schema["items"], (*at, 0))
        elif kind == "object":
            for name, inner in schema.get("properties", {}).items():
                yield from self._texts(inner, (*at, name))
            if isinstance(named := schema.get("additionalProperties"), dict):
                yield (*at, KEY)
                yield from self._texts(named, (*at, "contact"))


def named(leaf: Leaf) -> str:
    """`names[0].text`, as problem documents name fields."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in leaf).lstrip(".")


def planted(body: Mapping[str, Any], leaf: Leaf, value: str) -> dict[str, Any]:
    """The body with this text there."""
    changed: dict[str, Any] = copy.deepcopy(dict(body))
    at: Any = changed
    for part, following in pairwise(leaf):
        empty: Any = [] if isinstance(following, int) else {}
        if isinstance(part, int):
            if not at:
                at.append(empty)
        else:
            at.setdefault(part, empty)
        at = at[part]
    if leaf[-1] == KEY:
        at[value] = next(iter(at.values()), "given")
    elif isinstance(leaf[-1], int):
        at[:1] = [value]
    else:
        at[leaf[-1]] = value
    return changed


def texts(body: Any, at: Leaf = ()) -> Iterator[tuple[Leaf, str]]:
    """Every text of a body with its leaf; entries of lists count as their first."""
    if isinstance(body, dict):
        for name, inner in body.items():
            yield from texts(inner, (*at, name))
    elif isinstance(body, list):
        for inner in body:
            yield from texts(inner, (*at, 0))
    elif isinstance(body, str):
        yield at, body
