"""The front door: neutral, without cookies or scripts, in six languages."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from concord_core.web import LANGUAGES
from tests.support.front import answering, front


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_door_opens_in_every_language(lang: str) -> None:
    response = TestClient(front(answering({}))).get(f"/?lang={lang}")
    assert response.status_code == 200
    assert response.headers["content-language"] == lang
    assert "set-cookie" not in response.headers
    assert "<script" not in response.text
    assert re.search("<title>(.*)</title>", response.text).group(1) == "Concord"  # type: ignore[union-attr]
    for path in ("/help", "/a", "/b", "/data", "/work"):
        assert f'href="{path}?lang={lang}"' in response.text


def test_the_door_says_where_to_call_before_anything_else() -> None:
    page = TestClient(front(answering({}))).get("/?lang=en").text
    assert page.index("In danger now?") < page.index("Tell us what happened")


def test_assets_come_from_the_pages_own_prefix_and_may_be_kept() -> None:
    client = TestClient(front(answering({})))
    for page in ("/", "/work/nothing"):
        address = re.search('stylesheet" href="([^"]+)"', client.get(page).text).group(1)  # type: ignore[union-attr]
        assert address.startswith("/work/assets/" if page != "/" else "/assets/")
        response = client.get(address)
        assert response.status_code == 200
        assert "immutable" in response.headers["cache-control"]
