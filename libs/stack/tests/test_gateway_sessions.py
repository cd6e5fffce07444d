"""The gateway carries cookies and keeps none: what one browser is given, no other one sends."""

from __future__ import annotations

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from concord_stack.gateway import Routes, create_gateway
from tests.support.serving import served


def signs_in_everybody(request: Request) -> Response:
    answer = PlainTextResponse(request.headers.get("cookie", "none"))
    answer.set_cookie("session", "secret-of-the-first")
    return answer


def test_a_session_stays_with_the_browser_that_has_it() -> None:
    service_app = Starlette(routes=[Route("/", signs_in_everybody)])
    with served(service_app) as service, served(create_gateway(Routes({"/": service}))) as origin:
        with httpx.Client(base_url=origin, trust_env=False) as first:
            assert first.get("/").text == "none"
            assert first.get("/").text == "session=secret-of-the-first"
        assert httpx.get(origin, trust_env=False).text == "none"
