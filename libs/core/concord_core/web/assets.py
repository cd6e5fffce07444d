"""The kit's own files under every page prefix, named by their content so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter
from fastapi.routing import iter_route_contexts
from starlette.requests import Request
from starlette.responses import Response

from concord_core.errors.codes import NOT_FOUND

FOLDER = Path(__file__).parent / "assets"
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class Asset:
    """One file: its published name carries 12 hex digits of its SHA-256."""

    name: str
    media_type: str
    content: bytes


class Assets:
    """Reads the folder once; the same files are published under every prefix, because a gateway routes by prefix."""

    def __init__(self, prefixes: Iterable[str], folder: Path = FOLDER) -> None:
        self.prefixes = tuple(dict.fromkeys(prefixes)) or ("",)
        self._published: dict[str, Asset] = {}
        self._names: dict[str, str] = {}
        for path in sorted(folder.iterdir()):
            if path.suffix in TYPES:
                content = path.read_bytes()
                name = f"{path.stem}.{hashlib.sha256(content).hexdigest()[:12]}{path.suffix}"
                self._published[name] = Asset(name, TYPES[path.suffix], content)
                self._names[path.name] = name

    def url(self, request_path: str, name: str) -> str:
        """The address of a file for a page at `request_path`: under that page's own prefix."""
        first = "/" + request_path.lstrip("/").split("/", 1)[0]
        prefix = first if first in self.prefixes else self.prefixes[0]
        return f"{prefix}/assets/{self._names[name]}"

    def get(self, published: str) -> Asset | None:
        """The file of a published name; an old hash is not found."""
        return self._published.get(published)

    def router(self) -> APIRouter:
        """One route per prefix; no sign-in, the files are the same for everybody."""
        router = APIRouter(include_in_schema=False)

        def serve(request: Request, name: str) -> Response:
            asset = self.get(name)
            if asset is None:
                raise NOT_FOUND.error()
            headers = {"cache-control": "public, max-age=31536000, immutable"}
            return Response(asset.content, media_type=asset.media_type, headers=headers)

        for prefix in self.prefixes:
            router.add_api_route(f"{prefix}/assets/{{name}}", serve, methods=["GET", "HEAD"])
        return router


def page_prefixes(routers: Iterable[APIRouter]) -> list[str]:
    """The first segments of the pages' paths: `/cases`, `/a`, or nothing for `/` itself."""
    # A router that includes another holds it as one entry; only this walk sees the routes inside.
    paths = [route.path for router in routers for route in iter_route_contexts(router.routes) if route.path is not None]
    firsts = ["/" + path.lstrip("/").split("/", 1)[0] for path in paths]
    return list(dict.fromkeys("" if first == "/" else first for first in firsts if first != "/api"))
