"""What a stranger gets to hear who sends garbage everywhere: 401, or the way to sign in, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from concord_core.identity import AllowPage, Door

GARBAGE = {
    "api": (b'{"not json', {"content-type": "application/json", "if-match": "no tag", "idempotency-key": "?"}),
    "page": (b"no form", {"content-type": "multipart/form-data; boundary=missing"}),
}
OPEN_PATHS = re.compile(r"/(healthz|readyz|openapi\.json|assets/|signin)")
"""Health, contracts, style sheets and the sign-in itself ask for no operation: they show nobody's data."""


def doors(dependant: Dependant) -> Iterator[Door]:
    """The operations among a route's dependencies, found without the core's help."""
    if isinstance(dependant.call, Door):
        yield dependant.call
    for inner in dependant.dependencies:
        yield from doors(inner)


def routes_of(app: FastAPI) -> Iterator[tuple[str, str, list[Door]]]:
    """Method, path and doors of every route that is not open to all."""
    for context in iter_route_contexts(app.routes):
        if context.path and not OPEN_PATHS.search(context.path):
            for method in sorted(context.methods or ()):
                if method != "HEAD":
                    yield method, context.path, list(doors(context.dependant))


def queries_of(app: FastAPI) -> dict[tuple[str, str], tuple[str, ...]]:
    """By method and path of a route: the parameters beside the path that take a text."""
    return {
        (method, context.path): tuple(
            one.alias for one in context.dependant.query_params if one.field_info.annotation in (str, str | None)
        )
        for context in iter_route_contexts(app.routes)
        if context.path
        for method in context.methods or ()
    }


def unlocked(client: TestClient, app: FastAPI) -> tuple[list[str], int]:
    """Routes that answer a stranger anything else, or ask for no operation of the policy; and how many were tried."""
    wrong, tried = [], 0
    for method, path, found in routes_of(app):
        if len(found) != 1 or found[0].operation not in app.state.policy.operations:
            wrong.append(f"{method} {path} asks for no operation")
        elif not app.state.policy.is_public(found[0].operation):
            tried += 1
            page = isinstance(found[0], AllowPage)
            content, headers = GARBAGE["page" if page else "api"]
            answer = client.request(
                method, re.sub("{[^}]+}", "0", path), content=content, headers=headers, follow_redirects=False
            )
            signin = answer.status_code == 303 and "/signin" in answer.headers["location"]
            if not (signin if page else answer.status_code == 401):
                wrong.append(f"{method} {path}: {answer.status_code}")
    return wrong, tried
