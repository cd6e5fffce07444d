"""Bad input gets its documented answer: a stable code, the path of the field, words in the caller's language."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import APIRouter
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from concord_core.web import create_app
from tests.support.gallery.app import CODES, settings

REPORTS = "/api/gallery/reports"
JSON = {"content-type": "application/json"}


def _fields(body: dict[str, Any]) -> dict[str, str]:
    return {field["path"]: field["code"] for field in body["fields"]}


@pytest.mark.parametrize("content", [b"{", b"\xff{", b'{"kind": ', b"[" * 9000])
def test_malformed_json(client: TestClient, content: bytes) -> None:
    response = client.post(REPORTS, content=content, headers=JSON)
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == "malformed_json"


def test_every_field_that_is_wrong_is_named_by_its_path(client: TestClient) -> None:
    response = client.post(REPORTS, json={"kind": "x", "people": [{"family": "y" * 30}], "more": 1})
    assert response.status_code == 422
    assert response.json()["code"] == "invalid_request"
    assert _fields(response.json()) == {
        "kind": "not_allowed",
        "happened_on": "required",
        "people[0].family": "too_long",
        "more": "unknown_field",
    }


def test_no_value_is_repeated(client: TestClient) -> None:
    response = client.post(REPORTS, json={"kind": "Zed Marker", "happened_on": "Zed Marker", "people": "Zed Marker"})
    assert "Zed" not in response.text


@pytest.mark.parametrize(("lang", "words"), [("fr", "Des champs manquent"), ("ar", "بعض الحقول"), ("zh", "有些字段")])
def test_words_are_in_the_callers_language(client: TestClient, lang: str, words: str) -> None:
    for response in (
        client.post(REPORTS, json={}, headers={"accept-language": f"{lang}-XX,en;q=0.5"}),
        client.post(f"{REPORTS}?lang={lang}", json={}),
    ):
        assert response.headers["content-language"] == lang
        assert response.json()["title"].startswith(words)
        assert response.json()["code"] == "invalid_request"


def test_an_announced_oversize_body_is_refused(client: TestClient) -> None:
    response = client.post(REPORTS, content=b"x" * 10_001, headers=JSON)
    assert response.status_code == 413
    assert response.json()["code"] == "body_too_large"
    assert response.json()["params"] == {"limit": 10_000}


def test_an_oversize_body_of_unknown_length_is_refused(client: TestClient) -> None:
    response = client.post(REPORTS, content=iter([b"x" * 6_000] * 3), headers=JSON)
    assert response.json()["code"] == "body_too_large"


def test_an_unknown_code_names_close_ones(client: TestClient) -> None:
    response = client.post("/api/gallery/codes/sexual_abus")
    assert response.status_code == 422
    assert response.json()["params"]["close"].startswith("sexual_abuse")
    assert _fields(response.json()) == {"type": "unknown_code"}


def test_another_content_type_and_another_method(client: TestClient) -> None:
    assert client.post(REPORTS, content=b"a,b", headers={"content-type": "text/csv"}).status_code == 415
    response = client.delete(REPORTS)
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert response.json()["code"] == "method_not_allowed"


def test_an_address_that_does_not_exist_answers_like_a_record_that_is_not_yours(client: TestClient) -> None:
    assert client.get("/api/gallery/nothing").json()["code"] == "not_found"


def test_a_fault_says_nothing_of_its_text(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    response = client.get("/cases/break?lang=en")
    assert response.status_code == 500
    assert "Zed" not in response.text
    logged = capsys.readouterr().err
    assert "request failed" in logged
    assert "Zed" not in logged


def test_a_database_that_is_down_is_a_503_with_a_time_to_try_again() -> None:
    router = APIRouter()

    @router.get("/api/gallery/down")
    def down() -> None:
        raise OperationalError("select secret", {}, Exception("Zed Marker"))

    app = create_app("gallery", settings=settings(), routers=[router], policy=None, packages=(), codes=CODES)  # type: ignore[arg-type]
    response = TestClient(app).get("/api/gallery/down")
    assert response.status_code == 503
    assert response.json()["code"] == "unavailable"
    assert response.headers["retry-after"] == "30"
    assert "Zed" not in response.text


def test_not_ready_is_a_503_without_detail() -> None:
    def ready() -> None:
        raise OperationalError("select 1", {}, Exception("host of the database"))

    app = create_app("gallery", settings=settings(), routers=[], policy=None, packages=(), codes=CODES, ready=ready)  # type: ignore[arg-type]
    client = TestClient(app)
    assert client.get("/healthz").status_code == 200
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "host of" not in response.text
