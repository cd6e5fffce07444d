"""The texts of a form that is data (`forms/*.yaml`), for the catalogue check."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import IO

import yaml

TEXTS = frozenset({"title", "hint", "why", "label"})
Found = tuple[int, str, str, list[str]]


def extract(
    file: IO[bytes], _keywords: Collection[str], _tags: Collection[str], options: Mapping[str, object]
) -> Iterator[Found]:
    """Babel's extraction method: every value of TEXTS, and the second of each pair in `options`, with its line."""
    del options  # babel passes it by name; a form needs none
    yield from _walk(yaml.compose(file, Loader=yaml.SafeLoader))


def _walk(node: yaml.Node | None) -> Iterator[Found]:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _walk(item)
    if not isinstance(node, yaml.MappingNode):
        return
    for key, value in node.value:
        if key.value in TEXTS:
            yield _message(value)
        elif key.value == "options":
            yield from (_message(pair.value[1]) for pair in value.value)
        else:
            yield from _walk(value)


def _message(node: yaml.Node) -> Found:
    # Babel takes a function's name and its arguments: these are messages as `_` marks them.
    return node.start_mark.line + 1, "_", node.value, []
