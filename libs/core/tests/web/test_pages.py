"""Languages, forms, tokens, assets: what every page relies on."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from markupsafe import escape
from starlette.requests import Request
from starlette.testclient import TestClient

from concord_core.codes import CodeLists
from concord_core.web import LANGUAGES, Pages, Translator, lang_of
from concord_core.web.catalogues import Catalogues
from concord_core.web.state import link
from concord_core.web.translator import days_between

COOKIE = "concord_hub_gallery"
ENGLISH = Translator(Catalogues(), CodeLists.load(), "en")


def _request(query: str = "", accept: str = "") -> Request:
    headers = [(b"accept-language", accept.encode())] if accept else []
    return Request({"type": "http", "path": "/", "query_string": query.encode(), "headers": headers})


@pytest.mark.parametrize(
    ("query", "accept", "lang"),
    [
        ("", "", "en"),
        ("lang=ar", "fr", "ar"),
        ("lang=de", "fr-CA,fr;q=0.9", "fr"),
        ("", "de, es;q=0.4, zh-Hans;q=0.8", "zh"),
        ("", "ru;q=abc, *;q=0.1", "en"),
        ("", "x" * 5000, "en"),
    ],
)
def test_the_language_is_asked_for_or_negotiated(query: str, accept: str, lang: str) -> None:
    assert lang_of(_request(query, accept)) == lang


def test_arabic_runs_from_right_to_left(client: TestClient) -> None:
    assert '<html lang="ar" dir="rtl"' in client.get("/a/question?lang=ar").text
    assert '<html lang="fr" dir="ltr"' in client.get("/a/question?lang=fr").text


@pytest.mark.parametrize("path", ["/a/question", "/a/nothing", "/cases/nothing", "/a/receipt"])
def test_public_pages_set_no_cookie_and_hold_no_script(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert "set-cookie" not in response.headers
    assert not re.search(r"<script|\sstyle=|\son\w+=|https?://", response.text)


def test_links_keep_the_language_and_what_they_had() -> None:
    assert link("/cases?x=1#log", "ar", tab="a b", empty="") == "/cases?x=1&tab=a+b&lang=ar#log"


@pytest.mark.parametrize("path", ["https://elsewhere.example", "//elsewhere", "/\\elsewhere", "cases"])
def test_a_redirect_stays_on_this_origin(path: str) -> None:
    with pytest.raises(ValueError, match="stays"):
        Pages("tests.support.gallery").redirect(_request(), path)


def test_a_staff_form_needs_the_token_of_its_own_session(client: TestClient) -> None:
    def token(session: str) -> str:
        page = client.get("/cases/parts", headers={"cookie": f"{COOKIE}={session}"}).text
        found = re.search('name="form_token" value="([^"]+)"', page)
        assert found
        return found.group(1)

    def send(session: str, value: str) -> int:
        answer: httpx.Response = client.post(
            "/cases/parts?lang=fr",
            data={"form_token": value},
            headers={"cookie": f"{COOKIE}={session}"},
            follow_redirects=False,
        )
        return answer.status_code

    mine, theirs = token("mine"), token("theirs")
    assert send("mine", mine) == 303
    assert send("mine", theirs) == 409
    assert send("mine", "") == 409
    assert client.post("/cases/parts", data={"form_token": mine}).status_code == 409
    assert "mine" not in mine


def test_what_was_typed_is_kept_and_escaped(client: TestClient) -> None:
    typed = '"><b>near the school'
    page = client.post("/a/question", data={"place": typed, "where": "town"}).text
    assert f'value="{escape(typed)}"' in page
    assert "<b>near" not in page
    assert re.search(r'value="town"[^>]* checked', page)
    assert 'href="#where"' in page


def test_assets_of_an_old_name_are_not_found(client: TestClient) -> None:
    assert client.get("/a/assets/site.000000000000.css").status_code == 404


@pytest.mark.parametrize("page", ["/a/question", "/cases/parts"])
def test_each_part_has_the_style_sheet_under_its_own_prefix(client: TestClient, page: str) -> None:
    address = re.search('stylesheet" href="([^"]+)"', client.get(page).text)
    assert address
    assert address.group(1).startswith(f"/{page.split('/')[1]}/assets/site.")
    response = client.get(address.group(1), follow_redirects=False)
    assert response.headers["content-type"].startswith("text/css")
    assert len(response.content) <= 16_384


def test_the_error_page_says_what_happened_what_was_kept_and_what_next(client: TestClient) -> None:
    for lang in LANGUAGES:
        page = client.get(f"/cases/break?lang={lang}").text
        assert page.count("<h2>") == 2
        assert "<code" in page
        assert f"/work?lang={lang}" in page


def test_days_are_counted_in_utc_and_a_moment_that_passed_is_late() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert days_between(now, date(2026, 11, 22)) == 0
    assert days_between(now, now - timedelta(minutes=1)) == -1
    assert days_between(now, now + timedelta(minutes=1)) == 0
    assert days_between(now, date(2026, 12, 1)) == 9


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (timedelta(hours=23, minutes=59), "in 23 hours"),
        (timedelta(hours=1), "in 1 hour"),
        (timedelta(minutes=59), "within the hour"),
        (-timedelta(minutes=59), "less than an hour late"),
        (-timedelta(hours=2), "2 hours late"),
        (timedelta(days=3), "in 3 days"),
        (-timedelta(days=3), "3 days late"),
    ],
)
def test_a_moment_that_is_near_is_told_in_hours(due: timedelta, words: str) -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert ENGLISH.due(now + due, now) == words


def test_the_last_moment_of_a_day_stands_for_the_day() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    last = datetime(2026, 11, 22, 23, 59, 59, 999999, tzinfo=UTC)
    assert ENGLISH.due(last, now) == "today"
    assert ENGLISH.due(last - timedelta(days=1), now) == "1 day late"
