"""The app factory: every service's HTTP edge is made here and nowhere else, so that none forgets a part of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from concord_core.codes import CodeLists
from concord_core.config import ServiceSettings
from concord_core.errors import ConcordError, ErrorKind
from concord_core.telemetry import failure, logger
from concord_core.web.assets import Assets, page_prefixes
from concord_core.web.catalogues import Catalogues
from concord_core.web.edge import Edge
from concord_core.web.error_pages import error_page
from concord_core.web.headers import security_headers
from concord_core.web.languages import LANGUAGES
from concord_core.web.problems import as_error, problem
from concord_core.web.state import WebState
from concord_core.web.translator import Translator

if TYPE_CHECKING:
    from concord_core.identity import PolicyTable  # identity's sign-in pages are made with this package

BODY_LIMIT = 262_144


def create_app(
    service: str,
    *,
    settings: ServiceSettings,
    routers: Sequence[APIRouter],
    policy: PolicyTable,
    packages: Iterable[str],
    staff_prefix: str = "",
    codes: CodeLists | None = None,
    ready: Callable[[], None] = lambda: None,
    body_limit: int = BODY_LIMIT,
) -> FastAPI:
    """Returns the app of a service.

    `packages` are those whose catalogues are read beside the core's; `staff_prefix` (`/cases`) is the part that needs a
    session; `ready` raises if the service cannot answer; `body_limit` is in bytes. `app.state.policy` holds the table
    that `Allow` and `AllowPage` ask.
    """
    app = FastAPI(
        title=f"Concord {service}",
        openapi_url=f"/api/{service}/openapi.json",
        docs_url=None,
        redoc_url=None,
        # FastAPI's own telemetry records exception texts and the values that failed: personal data.
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    app.state.policy = policy
    log = logger("concord.web")

    def respond(request: Request, exception: Exception) -> Response:
        error = as_error(exception, body_limit, request.headers.get("content-type", ""))
        if error.kind in (ErrorKind.INTERNAL, ErrorKind.UNAVAILABLE):
            log.error("request failed", code=error.code, **failure(exception))
        answer = problem if request.url.path.startswith("/api/") else error_page
        response = answer(request, error)
        if isinstance(exception, HTTPException):
            response.headers.update(exception.headers or {})  # such as Allow
        return response

    for kind in (ConcordError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, respond)
    add_health(app, ready)
    assets = Assets(page_prefixes(routers))
    for router in (assets.router(), *routers):  # assets first: some pages take any second segment
        app.include_router(router)
    code_lists, catalogues = codes or CodeLists.load(), Catalogues(packages)
    app.state.web = WebState(
        service=service,
        session_cookie=f"concord_{settings.node}_{service}",
        staff_prefix=staff_prefix,
        translators={lang: Translator(catalogues, code_lists, lang) for lang in LANGUAGES},
        assets=assets,
    )
    app.add_middleware(
        Edge,
        body_limit=body_limit,
        headers=security_headers(
            public_origin=settings.public_origin,
            issuer=settings.identity.issuer,
            staff=app.state.web.is_staff,
        ),
        answer=respond,
    )
    return app


def add_health(app: FastAPI, ready: Callable[[], None]) -> None:
    """`/healthz` says that the process answers, `/readyz` that it can work; both without sign-in and without detail."""

    def healthz() -> JSONResponse:
        return JSONResponse({"status": "ok"})

    def readyz() -> JSONResponse:
        ready()
        return JSONResponse({"status": "ready"})

    for path, endpoint in (("/healthz", healthz), ("/readyz", readyz)):
        app.add_api_route(path, endpoint, methods=["GET"], include_in_schema=False)
