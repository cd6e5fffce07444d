"""What an answer tells, without what differs between two requests anyway."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import httpx

_MOVING = re.compile(r'\b[0-9a-f]{32}\b|name="key" value="[^"]*"')
"""The trace by which support finds a request, and the key of a form."""
_OWN_HEADERS = frozenset({"date", "content-length"})

Told = tuple[int, str, Mapping[str, str]]


def told(answer: httpx.Response, references: Iterable[str]) -> Told:
    """Status, text and headers; each reference that was asked for is replaced by one and the same word."""
    headers = {name: value for name, value in answer.headers.items() if name not in _OWN_HEADERS}
    return answer.status_code, _MOVING.sub("", _without(answer.text, references)), headers


def _without(text: str, references: Iterable[str]) -> str:
    for reference in references:
        text = text.replace(reference, "REFERENCE")
    return text


def code(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem document; no code for anything else."""
    found = answer.json().get("code", "") if "problem+json" in answer.headers.get("content-type", "") else ""
    return answer.status_code, found


FORBIDDEN = (403, "forbidden")
NO_ROLE_HERE = (401, "token_audience")
"""Of whoever has no role at the service: the issuer gave their token no such audience."""
NOT_FOUND = (404, "not_found")
