"""The list of work: bands, what a service may answer, and a service that does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from starlette.testclient import TestClient

from concord_core.identity import Principal
from concord_front.work.client import Services
from concord_front.work.domain import bands, matching
from tests.support.front import COOKIE, answering, front, item
from tests.support.strangers import unlocked

NOW = datetime.now(UTC)
TODAY = NOW.date()


def _day(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


def _services(answer: object) -> Services:
    return Services({"intake": "http://intake"}, 1, transport=httpx.MockTransport(answering({"intake": answer})))  # type: ignore[dict-item]


def test_every_item_is_in_exactly_one_band_and_in_order() -> None:
    [part] = _services(
        [
            item("C", due=_day(20)),
            item("B", due=_day(7)),
            item("A", due=_day(7)),
            item("L", due=_day(-1), state="late", waiting_for="OIOS"),
            item("W", state="waiting", waiting_for="OIOS"),
            item("N", due=None),
        ]
    ).work_items("token", "en")
    shown = bands(part.items, NOW)
    names = [[one.reference for one in band] for band in (shown.late, shown.soon, shown.waiting, shown.later)]
    assert names == [["L"], ["A", "B"], ["W"], ["C", "N"]]
    assert shown.total == 6


def test_a_day_is_due_until_it_ends() -> None:
    [part] = _services([item("A", due=_day(0))]).work_items("token", "en")
    assert part.items[0].due is not None
    assert part.items[0].due > NOW


def test_a_call_to_a_child_stands_where_its_hours_put_it() -> None:
    call = item("C", due=(NOW + timedelta(hours=5, minutes=30)).isoformat(), type="call_back", country="")
    items = [item("A", due=_day(0)), item("B", due=_day(1)), call]
    [part] = _services(items).work_items("token", "en")
    order = [one.reference for one in bands(part.items, NOW).soon]
    assert order == sorted(order, key=lambda name: {one.reference: one.due or NOW for one in part.items}[name])
    page = TestClient(front(answering({"intake": [call]})), cookies={COOKIE: "open"}).get("/work?lang=en").text
    assert "child to call back" in page
    assert "in 5 hours" in page


def test_narrowing_by_reference_ignores_case_and_spaces() -> None:
    [part] = _services([item("UNICEF-26-7K3Q9X"), item("UNHCR-26-AAAAAA")]).work_items("token", "en")
    assert [one.reference for one in matching(part.items, "", " unicef-26 -7k3")] == ["UNICEF-26-7K3Q9X"]
    assert matching(part.items, "screening", "") == []


@pytest.mark.parametrize(
    "answer",
    [
        0,
        500,
        302,
        [item("A", state="open")],
        [item("A", url="https://elsewhere.example/")],
        [item("A", url="//elsewhere")],
    ],
)
def test_a_service_that_fails_or_answers_nonsense_is_down(answer: object) -> None:
    [part] = _services(answer).work_items("token", "en")
    assert part.down
    assert part.items == ()


@pytest.mark.parametrize("status", [401, 403])
def test_a_service_in_which_the_person_has_no_part_has_no_items(status: int) -> None:
    [part] = _services(status).work_items("token", "en")
    assert not part.down


def test_services_are_asked_as_the_person_and_in_their_language() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"items": []})

    client = TestClient(front(answer), cookies={COOKIE: "open"})
    assert client.get("/work?lang=ru").status_code == 200
    assert {request.url.path for request in seen} == {
        f"/api/{name}/work-items" for name in ("intake", "screening", "assistance", "reporting")
    }
    assert {request.headers["authorization"] for request in seen} == {"Bearer token-of-the-person"}
    assert {request.headers["accept-language"] for request in seen} == {"ru"}


def test_no_cookie_of_one_answer_goes_out_with_the_next() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"items": []}, headers={"set-cookie": "session=of-somebody; Path=/"})

    services = Services({"intake": "http://intake.internal"}, 1, transport=httpx.MockTransport(answer))
    for token in ("one", "two"):
        services.work_items(token, "en")
    assert [request.headers.get("cookie") for request in seen] == [None, None]


def test_a_service_that_is_down_is_named_and_the_others_are_shown() -> None:
    app = front(answering({"intake": [item("UNICEF-26-7K3Q9X")], "screening": 0, "assistance": 503}))
    page = TestClient(app, cookies={COOKIE: "open"}).get("/work?lang=fr").text
    assert "UNICEF-26-7K3Q9X" in page
    assert page.count("ne répond pas en ce moment") == 2
    assert "« Vérification »" in page
    assert "« Assistance »" in page


def test_the_sentence_counts_the_bands() -> None:
    late = item("L", due=_day(-2), state="late")
    app = front(answering({"intake": [late, item("A"), item("B")], "screening": [item("W", state="waiting")]}))
    page = TestClient(app, cookies={COOKIE: "open"}).get("/work?lang=en").text
    assert "1 late · 2 due in 7 days · 1 waits for others" in page
    assert "2 days late" in page


def test_without_a_session_the_list_leads_to_sign_in() -> None:
    response = TestClient(front(answering({}))).get("/work?lang=es", follow_redirects=False)
    assert response.status_code == 303
    assert response.headers["location"].startswith("/work/signin?next=")


def test_somebody_without_any_role_is_refused() -> None:
    nobody = Principal("person", "x", "unicef", frozenset())
    response = TestClient(front(answering({}), person=nobody), cookies={COOKIE: "open"}).get("/work")
    assert response.status_code == 403


def test_a_stranger_is_sent_to_sign_in() -> None:
    app = front(answering({}))
    assert unlocked(TestClient(app), app) == ([], 1)
