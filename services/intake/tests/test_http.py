"""REST as programs and the demo use it: reports, acts with versions and keys, refusals as problems."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.support.intake import APPROVER, OFFICER, RECRUITER, REPORTER, SECOND, STRANGER, TODAY, House
from tests.support.strangers import unlocked

REPORT: dict[str, Any] = {
    "received_date": (TODAY - timedelta(days=40)).isoformat(),
    "channel": "hotline",
    "concern": "sea",
    "country": "CAF",
    "reporter_type": "witness",
    "help_wanted": True,
    "needs": ["medical"],
    "consents": {"contact": "given"},
    "words": {"narrative": "Marker narrative", "safe_contact": "Marker contact"},
}


def bearer(who: Any, key: str = "", version: int | None = None) -> dict[str, str]:
    headers = {"authorization": f"Bearer {who.subject}"}
    if key:
        headers["idempotency-key"] = key
    if version is not None:
        headers["if-match"] = f'"{version}"'
    return headers


def reported(client: TestClient, key: str = "report-0001") -> dict[str, Any]:
    answer = client.post("/api/intake/reports", json=REPORT, headers=bearer(REPORTER, key))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def act(
    client: TestClient, reference: str, name: str, body: dict[str, Any] | None, version: int, who: Any = OFFICER
) -> Any:
    return client.post(
        f"/api/intake/cases/{reference}/{name}",
        json=body,
        headers=bearer(who, f"{name}-{version:04d}", version),
    )


def test_a_report_sent_twice_with_one_key_is_one_report(client: TestClient, house: House) -> None:
    first, second = reported(client), reported(client)
    assert first == second
    assert house.rows("select count(*) from reports")[0][0] == 1
    other = client.post(
        "/api/intake/reports", json={**REPORT, "country": "TCD"}, headers=bearer(REPORTER, "report-0001")
    )
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("day", "code"),
    [("1026-03-01", "date_too_early"), ((TODAY + timedelta(days=1)).isoformat(), "date_in_future")],
)
def test_a_slip_in_the_year_makes_no_case(client: TestClient, house: House, day: str, code: str) -> None:
    body = {**REPORT, "received_date": day}
    refused = client.post("/api/intake/reports", json=body, headers=bearer(REPORTER, "slip-00001"))
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert [field["path"] for field in refused.json()["fields"]] == ["received_date"]
    assert house.rows("select count(*) from cases")[0][0] == 0


def test_the_demo_way_by_rest(client: TestClient) -> None:
    reference = reported(client)["case_reference"]
    shown = client.get(f"/api/intake/cases/{reference}", headers=bearer(OFFICER))
    assert shown.headers["etag"] == '"1"'

    def on(offset: int) -> str:
        return (TODAY - timedelta(days=40 - offset)).isoformat()

    steps: list[tuple[str, dict[str, Any] | None, Any]] = [
        (
            "assess",
            {
                "on": on(2),
                "concern": "sea",
                "allegation_type": "sexual_exploitation",
                "allegation_nature": "transactional_sex",
                "personnel_category": "un_staff_international",
                "serious": False,
                "victims": [{"sex": "female", "age_category": "adult", "count": 1}],
            },
            OFFICER,
        ),
        ("report", {"on": on(3)}, OFFICER),
        ("refer", {"on": on(5), "investigating_entity": "oios"}, OFFICER),
        ("start-investigation", {"on": on(6)}, OFFICER),
        ("complete-investigation", {"on": on(30)}, OFFICER),
        ("submit-report", {"on": on(32)}, OFFICER),
        ("propose-outcome", {"on": on(36), "outcome": "substantiated"}, OFFICER),
        ("confirm-outcome", None, APPROVER),
        ("sanction", {"on": on(38), "sanction": "dismissal"}, OFFICER),
        ("propose-closure", {"on": on(39), "reason": "completed"}, OFFICER),
        ("confirm-closure", None, APPROVER),
    ]
    version = 1
    for name, body, who in steps:
        answer = act(client, reference, name, body, version, who)
        assert answer.status_code == 200, (name, answer.text)
        version = answer.json()["version"]
        assert answer.headers["etag"] == f'"{version}"'
        again = act(client, reference, name, body, version - 1, who)
        assert again.json() == answer.json()
    final = client.get(f"/api/intake/cases/{reference}", headers=bearer(OFFICER)).json()
    assert (final["stage"], final["public_status"], final["version"]) == ("closed", "substantiated", 12)
    assert {c["clock"]: c["state"] for c in final["clocks"]} == {
        "assess_and_report_7d": "stopped",
        "refer_to_investigation_3d": "stopped",
        "investigation_6m": "stopped",
        "submit_report_15d": "stopped",
    }
    assert final["clocks"][0]["segments"][0]["days"] == 3


def test_a_person_who_proposed_does_not_confirm(client: TestClient) -> None:
    reference = reported(client)["case_reference"]
    body = {"on": TODAY.isoformat(), "concern": "sea", "allegation_type": "other", "personnel_category": "unknown"}
    assert act(client, reference, "assess", body, 1).status_code == 200
    closing = {"on": TODAY.isoformat(), "reason": "insufficient_information"}
    assert act(client, reference, "propose-closure", closing, 2).status_code == 200
    assert act(client, reference, "confirm-closure", None, 3).json()["code"] == "forbidden"
    assert act(client, reference, "confirm-closure", None, 3, SECOND).status_code == 200


def test_work_items_say_what_to_do_and_who_has_it(client: TestClient) -> None:
    reference = reported(client)["case_reference"]
    (item,) = client.get("/api/intake/work-items", headers=bearer(OFFICER)).json()["items"]
    assert item["reference"] == reference
    assert (item["verb"], item["state"], item["url"]) == ("Assess", "late", f"/cases/{reference}")
    assert item["segments"][0].keys() == {"from", "to", "state", "holder"}
    assert client.get("/api/intake/work-items", headers=bearer(REPORTER)).json() == {"items": []}
    assert client.get("/api/intake/work-items", headers=bearer(APPROVER)).json() == {"items": []}


@pytest.mark.parametrize(
    ("change", "status", "path"),
    [
        ({"country": "XXZ"}, 422, "country"),
        ({"channel": "pigeon"}, 422, "channel"),
        ({"needs": ["medical", "magic"]}, 422, "needs[1]"),
        ({"consents": {"everything": "given"}}, 422, "consents.everything"),
        ({"received_date": (TODAY + timedelta(days=1)).isoformat()}, 422, "received_date"),
        ({"words": {"narrative": ""}}, 422, "words.narrative"),
        ({"extra": 1}, 422, "extra"),
    ],
)
def test_a_bad_report_is_refused_with_the_field(
    client: TestClient, house: House, change: dict[str, Any], status: int, path: str
) -> None:
    answer = client.post("/api/intake/reports", json={**REPORT, **change}, headers=bearer(REPORTER, "bad-report-1"))
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert path in [error["path"] for error in answer.json()["fields"]]
    assert house.rows("select count(*) from reports")[0][0] == 0
    assert "Marker" not in answer.text


def test_headers_that_are_missing_or_stale_are_named(client: TestClient) -> None:
    reference = reported(client)["case_reference"]
    path, body = f"/api/intake/cases/{reference}/report", {"on": TODAY.isoformat()}
    assert client.post(path, json=body, headers=bearer(OFFICER, "some-key-1")).json()["code"] == "version_required"
    missing = client.post(path, json=body, headers=bearer(OFFICER, "", 1))
    assert missing.json()["code"] == "idempotency_key_required"
    stale = client.post(path, json=body, headers=bearer(OFFICER, "some-key-2", 9))
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_write")
    wrong_stage = client.post(path, json=body, headers=bearer(OFFICER, "some-key-3", 1))
    assert (wrong_stage.status_code, wrong_stage.json()["code"]) == (409, "stage_refuses")
    assert wrong_stage.json()["params"] == {"stage": "received"}
    said = client.post(f"{path}?lang=fr", json=body, headers=bearer(OFFICER, "some-key-4", 1)).json()["title"]
    assert "Reçue" in said
    assert "received" not in said


def test_another_agencys_case_answers_like_one_that_does_not_exist(client: TestClient) -> None:
    case, report = (reported(client)[name] for name in ("case_reference", "report_reference"))
    for theirs, none in (
        (f"/api/intake/cases/{case}", "/api/intake/cases/UNICEF-26-AAAAAA"),
        (f"/api/intake/reports/{report}", "/api/intake/reports/UNICEF-R26-AAAAAA"),
    ):
        a = client.get(theirs, headers=bearer(STRANGER))
        b = client.get(none, headers=bearer(STRANGER))
        assert a.status_code == b.status_code == 404
        assert a.json()["code"] == b.json()["code"] == "not_found"
    assert client.get("/api/intake/cases", headers=bearer(STRANGER)).json()["items"] == []


def test_roles_decide_and_nobody_comes_in_without_a_token(client: TestClient) -> None:
    assert client.get("/api/intake/cases").status_code == 401
    assert client.get("/api/intake/cases", headers=bearer(RECRUITER)).status_code == 403
    assert client.get("/api/intake/cases", headers=bearer(REPORTER)).status_code == 403
    assert client.post("/api/intake/reports", json=REPORT, headers=bearer(APPROVER, "key-00001")).status_code == 403


def test_a_page_that_refuses_somebody_says_as_whom_they_are_signed_in(client: TestClient) -> None:
    page = client.get("/cases?lang=en", cookies={"concord_hub_intake": REPORTER.subject})
    assert page.status_code == 403
    assert "Ask your agency&#39;s administrator" in page.text
    assert REPORTER.name in page.text
    assert 'action="/cases/signin/out' in page.text


def test_clocks_are_paused_and_resumed_by_rest(client: TestClient) -> None:
    reference = reported(client)["case_reference"]
    clock = f"/api/intake/cases/{reference}/clocks/assess_and_report_7d"
    pause = {
        "on": (TODAY - timedelta(days=36)).isoformat(),
        "reason": "awaiting_victim",
        "holder": "agency",
    }
    answer = client.post(f"{clock}/pause", json=pause, headers=bearer(OFFICER, "pause-001", 1))
    assert answer.status_code == 200, answer.text
    assert answer.json()["clocks"][0]["state"] == "paused"
    resume = client.post(f"{clock}/resume", json={"on": TODAY.isoformat()}, headers=bearer(OFFICER, "resume-01", 2))
    assert resume.json()["clocks"][0]["due"] == (TODAY + timedelta(days=3)).isoformat()
    twice = client.post(f"{clock}/resume", json={"on": TODAY.isoformat()}, headers=bearer(OFFICER, "resume-02", 3))
    assert (twice.status_code, twice.json()["code"]) == (409, "clock_refuses")
    assert "it is not paused" in twice.json()["title"]


def test_a_stranger_is_asked_who_they_are_before_anything_else(client: TestClient) -> None:
    app = client.app
    assert isinstance(app, FastAPI)
    wrong, tried = unlocked(client, app)
    assert wrong == []
    assert tried > 50
