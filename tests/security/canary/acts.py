"""What was sent: under which traces, and which texts of which writes were taken with a mark in them."""

from __future__ import annotations

import json
import re
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import parse_qs

import httpx

from tests.security.canary.leaves import named, texts
from tests.security.canary.marks import MARK, NATIVE

_REDIRECT = 303


class Acts:
    """Makes clients that give each request a trace of its own, and remembers. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clients: dict[str, httpx.Client] = {}
        self.traces: dict[str, str] = {}
        """Trace → what was sent under it."""
        self.rest: set[tuple[str, str]] = set()
        """(`POST /api/…` without references, text of its body) of what was taken."""
        self.typed: set[tuple[str, str]] = set()
        """(path, control of its form) of what was taken."""

    def client(self, origin: str) -> httpx.Client:
        """The client for an origin; it names itself with a mark, too."""
        with self._lock:
            if origin not in self._clients:
                hooks: Mapping[str, list[Callable[..., None]]] = {"request": [self._sent], "response": [self._taken]}
                agent = {"user-agent": f"Invented/1.0 ({MARK}AGENT)"}
                self._clients[origin] = httpx.Client(
                    base_url=origin, timeout=60, trust_env=False, headers=agent, event_hooks=hooks
                )
            return self._clients[origin]

    def close(self) -> None:
        for client in self._clients.values():
            client.close()

    def _sent(self, request: httpx.Request) -> None:
        trace = uuid.uuid4().hex
        request.headers["traceparent"] = f"00-{trace}-{uuid.uuid4().hex[:16]}-01"
        with self._lock:
            self.traces[trace] = f"{request.method} {request.url.path}"

    def _taken(self, response: httpx.Response) -> None:
        request = response.request
        if request.method == "GET" or not (response.is_success or response.status_code == _REDIRECT):
            return
        kind, path = request.headers.get("content-type", ""), request.url.path
        with self._lock:
            if kind == "application/json":
                found = texts(json.loads(request.content))
                self.rest |= {(f"{request.method} {path}", named(leaf)) for leaf, text in found if _marked(text)}
            else:
                fields = parse_qs(request.content.decode())
                self.typed |= {(path, name) for name, values in fields.items() if any(map(_marked, values))}


def _marked(text: str) -> bool:
    return MARK in text or NATIVE in text


def of_template(path: str, template: str) -> bool:
    """Whether an address is one of a route's."""
    pattern = "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in re.split("({[^}]+})", template))
    return re.fullmatch(pattern, path) is not None


def without_references(taken: set[tuple[str, str]], writes: Iterable[str]) -> set[tuple[str, str]]:
    """What was taken, by the routes of the writes."""
    return {(write, leaf) for sent, leaf in taken for write in writes if of_template(sent, write)}
