"""Every answer carries the security headers; forms of other sites are refused; traces hold templates, not paths."""

from __future__ import annotations

import re

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.testclient import TestClient

from concord_core.web.headers import security_headers

PUBLIC = ["/a/question", "/a/nothing", "/healthz"]
PAGES = ["/a/question", "/cases/parts", "/a/nothing", "/cases/break", "/api/gallery/nothing", "/healthz"]


@pytest.mark.parametrize("path", PAGES)
def test_security_headers_are_everywhere(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == ("no-referrer" if path in PUBLIC else "same-origin")
    assert headers["cache-control"] == "no-store"


def test_only_staff_forms_may_lead_to_the_issuer(client: TestClient) -> None:
    assert "127.0.0.1:9000" in client.get("/cases/parts").headers["content-security-policy"]
    assert "127.0.0.1:9000" not in client.get("/a/question").headers["content-security-policy"]


def test_transport_security_is_promised_over_https_only() -> None:
    of = security_headers(public_origin="https://hub.example", issuer="https://id.example/r", staff=lambda _path: False)
    assert "max-age" in of("/")["strict-transport-security"]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_of_another_site_is_refused(client: TestClient, site: str) -> None:
    response = client.post("/a/question", data={}, headers={"sec-fetch-site": site})
    assert response.status_code == 403
    assert client.post("/a/question", data={}, headers={"sec-fetch-site": "same-origin"}).status_code == 422
    assert client.post("/a/question", data={}).status_code == 422


@pytest.mark.parametrize("length", ["abc", "-5", "99999999999999999999"])
def test_a_false_length_does_not_get_past_the_limit(client: TestClient, length: str) -> None:
    response = client.post("/api/gallery/reports", content=b"x" * 20_000, headers={"content-length": length})
    assert response.status_code == 413


@pytest.mark.parametrize(
    ("address", "status"), [("/a/que%00stion", 404), ("/api/gallery/codes/%00", 404), ("/a/question?lang=%00", 422)]
)
def test_the_character_zero_in_an_address_reaches_no_database(client: TestClient, address: str, status: int) -> None:
    assert client.get(address).status_code == status


@pytest.mark.parametrize("path", PAGES)
def test_head_answers_as_get_does_without_its_body(client: TestClient, path: str) -> None:
    head, get = client.head(path), client.get(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers["content-type"] == get.headers["content-type"]


def test_the_trace_is_named_after_the_route_and_the_error_page_after_the_trace(client: TestClient) -> None:
    exporter = InMemorySpanExporter()
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider()
        trace.set_tracer_provider(provider)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    page = client.get("/cases/break?lang=en&name=Zed").text
    client.post("/api/gallery/codes/Zed")
    spans = {span.name: span for span in exporter.get_finished_spans()}
    assert {"GET /cases/break", "POST /api/gallery/codes/{code}"} <= set(spans)
    broken = spans["GET /cases/break"]
    reference = trace.format_trace_id(broken.context.trace_id)
    assert re.search(rf"<code[^>]*>{reference}</code>", page)
    assert "Zed" not in str([(span.name, dict(span.attributes or {}), span.events) for span in spans.values()])


def test_a_trace_that_comes_in_goes_on(client: TestClient) -> None:
    answer = client.get("/api/gallery/nothing", headers={"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"})
    assert answer.json()["reference"] in ("ab" * 16, "0" * 32)
