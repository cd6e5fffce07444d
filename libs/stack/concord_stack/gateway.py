"""The one origin that people see: a small proxy that sends each address to the service that owns it.

    python -m concord_stack.gateway CONFIG      CONFIG: {"socket": 7, "routes": {"/cases": "http://127.0.0.1:…"}}

`socket` is the number of an open one that who starts it hands on: the port is the stack's before and after.

It passes bodies through as they come, keeps no state, follows no redirect, and writes no log of requests:
addresses and queries of survivors are nobody's business.
"""

import json
import socket
import sys
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

PREFIXES: Mapping[str, tuple[str, ...]] = {
    "front": ("/", "/work"),
    "intake": ("/a", "/b", "/z", "/cases", "/api/intake"),
    "screening": ("/screening", "/api/screening"),
    "assistance": ("/help", "/assistance", "/api/assistance"),
    "reporting": ("/data", "/reporting", "/api/reporting"),
}
"""Which addresses belong to which service."""

# Of one connection, not of the message (RFC 9110, section 7.6.1).
_HOP = frozenset(
    {b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"te", b"trailer"}
    | {b"transfer-encoding", b"upgrade"}
)
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_TIMEOUT = httpx.Timeout(60.0, connect=5.0)
_GRACE_SECONDS = 10  # for what is in progress when it is told to end


@dataclass(frozen=True)
class Routes:
    """Prefix → origin of the service behind it."""

    origins: Mapping[str, str]

    def origin(self, path: str) -> str | None:
        """The origin that owns a path: the one with the longest prefix that ends at a slash."""
        owners = [prefix for prefix in self.origins if _below(path, prefix)]
        return self.origins[max(owners, key=len)] if owners else None


def _below(path: str, prefix: str) -> bool:
    return prefix in ("/", path) or path.startswith(f"{prefix}/")


def create_gateway(routes: Routes) -> Starlette:
    """The proxy as an ASGI application."""
    # A client that keeps cookies would give one person's session to the next one who comes without.
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    client = httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False, trust_env=False, cookies=no_cookies)

    async def forward(request: Request) -> Response:
        origin = routes.origin(request.url.path)
        if origin is None:
            return PlainTextResponse("Nothing is here.", status_code=404)
        raw: bytes = request.scope["raw_path"] + (b"?" + request.scope["query_string"] if request.url.query else b"")
        outgoing = client.build_request(
            request.method,
            httpx.URL(origin).copy_with(raw_path=raw),
            headers=_kept(request.headers.raw),
            content=request.stream() if _has_body(request) else None,
        )
        try:
            answer = await client.send(outgoing, stream=True)
        except httpx.TimeoutException:
            return PlainTextResponse("This part of Concord did not answer in time.", status_code=504)
        except httpx.TransportError:
            return PlainTextResponse("This part of Concord is not running now.", status_code=503)
        body = StreamingResponse(
            answer.aiter_raw(), status_code=answer.status_code, background=BackgroundTask(answer.aclose)
        )
        body.raw_headers = _kept(answer.headers.raw)
        return body

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await client.aclose()

    return Starlette(routes=[Route("/{path:path}", forward, methods=_METHODS)], lifespan=lifespan)


def _kept(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name.lower(), value) for name, value in headers if name.lower() not in _HOP]


def _has_body(request: Request) -> bool:
    return "content-length" in request.headers or "transfer-encoding" in request.headers


def main(file: Path) -> None:
    """Serve until stopped."""
    read = json.loads(file.read_text())
    app = create_gateway(Routes(read["routes"]))
    config = uvicorn.Config(
        app, access_log=False, log_level="warning", server_header=False, timeout_graceful_shutdown=_GRACE_SECONDS
    )
    server = uvicorn.Server(config)
    server.run(sockets=[socket.socket(fileno=int(read["socket"]))])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
