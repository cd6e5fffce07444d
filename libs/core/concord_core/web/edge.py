"""The outermost layer of every app: trace, security headers, body limit, cross-site forms, every exception answered."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from opentelemetry.trace import StatusCode
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from concord_core.errors.codes import CROSS_SITE, INVALID_REQUEST, NOT_FOUND
from concord_core.telemetry import add_attributes, remote_parent, span

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
QUIET = ("/healthz", "/readyz")


class Edge:
    """ASGI middleware. `headers` gives the security headers of a path, `answer` the response to an exception."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        body_limit: int,
        headers: Callable[[str], dict[str, str]],
        answer: Callable[[Request, Exception], Response],
    ) -> None:
        self._app = app
        self._body_limit = body_limit
        self._headers = headers
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"] in QUIET:
            await self._guard(scope, receive, send)
        else:
            await self._traced(scope, receive, send)

    async def _traced(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = scope["method"]
        parent = remote_parent(Headers(scope=scope).get("traceparent"))
        with span(method, "server", {"method": method}, parent=parent) as current:

            async def observe(message: Message) -> None:
                if message["type"] == "http.response.start":
                    add_attributes(status=message["status"])
                    if message["status"] >= HTTPStatus.INTERNAL_SERVER_ERROR:
                        current.set_status(StatusCode.ERROR)
                await send(message)

            try:
                await self._guard(scope, receive, observe)
            finally:
                route = getattr(scope.get("route"), "path", "")  # the template: a path itself holds references
                current.update_name(f"{method} {route}".rstrip())
                add_attributes(route=route)

    async def _guard(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False
        security = self._headers(scope["path"])
        head = scope["method"] == "HEAD"

        async def with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in security.items():
                    headers.setdefault(name, value)
            await send({**message, "body": b""} if head and message["type"] == "http.response.body" else message)

        try:
            refuse_cross_site(scope)
            refuse_zero(scope)
            # HEAD is GET without its body (RFC 9110, section 9.3.2): no route has to know.
            scope = {**scope, "method": "GET"} if head else scope
            await self._app(scope, limited(scope, receive, self._body_limit), with_headers)
        except Exception as exception:
            response = self._answer(Request(scope, receive), exception)
            if started:
                # Half an answer went out: breaking the connection is the only honest end. The cause was logged above,
                # without its text.
                raise ConnectionAbortedError("the response had begun") from None
            await response(scope, receive, with_headers)


def refuse_cross_site(scope: Scope) -> None:
    """Raises CROSS_SITE for a page form that a browser says it sent from another site; programs send no such header."""
    if scope["method"] in SAFE or scope["path"].startswith("/api/"):
        return
    if Headers(scope=scope).get("sec-fetch-site", "none") not in ("none", "same-origin"):
        raise CROSS_SITE.error()


def refuse_zero(scope: Scope) -> None:
    """Raises NOT_FOUND for a path, INVALID_REQUEST for a query with the character zero: no database stores it as text,
    so that nothing of ours is called that, and asking would be taken for a fault of ours."""
    if "\0" in scope["path"]:
        raise NOT_FOUND.error()
    if b"%00" in scope["query_string"]:
        raise INVALID_REQUEST.error()


def limited(scope: Scope, receive: Receive, limit: int) -> Receive:
    """`receive` that raises HTTPException 413 when the body is announced, or turns out, larger than `limit` bytes."""
    announced = Headers(scope=scope).get("content-length", "")
    too_large = announced.isdigit() and int(announced) > limit
    size = 0

    async def counted() -> Message:
        nonlocal size
        if too_large:
            raise HTTPException(413)
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise HTTPException(413)
        return message

    return counted
