"""Markers planted in every personal field of every flow appear nowhere but, encrypted, in their owner's database.

Searched afterwards: every record of the event log with its headers, every row of every database in plain, every log,
span and metric, and the public files; also hexadecimal and base64 spellings.
"""

import base64
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from concord_stack.embedded import EmbeddedStack
from concord_stack.walk.people import Person, until
from concord_stack.walk.steps.checks import check_body
from concord_stack.walk.steps.register import activate, listing_body
from concord_stack.walk.walk import World

pytestmark = pytest.mark.xdist_group("embedded")
MARK = "ZQXWCANARY"
BASE = "/api/assistance"


def spellings(text: str) -> list[bytes]:
    """The text as it stands, in hexadecimal, and in base64 at each of its three alignments."""
    raw = text.encode()
    encoded = [
        base64.b64encode(b"\0" * shift + raw)[(0, 2, 3)[shift] : (shift + len(raw)) // 3 * 4] for shift in range(3)
    ]
    return [raw, raw.lower(), raw.hex().encode(), *encoded]


@pytest.fixture(scope="module")
def planted(embedded: EmbeddedStack, walked: World) -> World:
    """The exchange after every flow was run with markers, errors included."""
    _report(walked)
    _screen(walked)
    _assist(walked)
    until("telemetry arriving", lambda: len(embedded.otlp.all_spans()) > 50, 60)
    return walked


def _today(days: int = 0) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


def _report(world: World) -> None:
    staff = world.person("unicef-focal")
    fields = ("narrative", "place", "happened", "accused", "reporter_name", "safe_contact", "safe_times")
    words = {name: f"{MARK}{name.upper()}" for name in fields}
    body = {
        "received_date": _today(-3),
        "channel": "hotline",
        "concern": "sea",
        "country": "HTI",
        "help_wanted": True,
        "consents": {"contact": "given", "share_with_service_provider": "given"},
        "words": words,
    }
    report = staff.post("/api/intake/reports", body)["report_reference"]
    child = staff.post("/api/intake/reports", {**body, "age_band": "under_18"})["case_reference"]
    call = {"outcome": "not_reached", "called_at": datetime.now(UTC).isoformat()}
    officer = world.person("unicef-officer")
    assert officer.call("PUT", f"/api/intake/cases/{child}/call-backs/1", call).status_code == 200
    assert officer.call("PUT", f"/api/intake/cases/{child}/call-backs/2", {"outcome": MARK}).status_code == 422
    assert staff.call("POST", "/api/intake/reports", {**body, "channel": MARK}).status_code == 422
    assert staff.call("POST", "/api/intake/reports", {**body, MARK: MARK}).status_code == 422
    staff.call("GET", f"/api/intake/cases/{MARK}")
    browser = world.browser()
    page = browser.open("/b")
    browser.send(page, page.form("code"), {"code": MARK})
    page = browser.open("/a/unicef")
    browser.send(page, page.form("sealed"), {"sealed": MARK})
    advocate = world.person("unicef-advocate")
    until("the request for help arriving", lambda: _handover(advocate, report))
    advocate.post(f"{BASE}/handovers/{report}/open")


def _handover(advocate: Person, report: str) -> bool:
    items = advocate.get(f"{BASE}/handovers")["items"]
    return any(item["report_reference"] == report for item in items)


def _screen(world: World) -> None:
    name, born = f"{MARK} LISTED", "1980-02-03"
    body = listing_body(name, born, world.found["case"])
    body |= {"index_numbers": [f"{MARK}1"], "document_numbers": [f"{MARK}2"]}
    listing = activate(world.person("unicef-officer"), world.person("unicef-approver"), body)
    recruiter = world.person("unhcr-recruiter")
    answer = recruiter.post("/api/screening/checks", check_body(name, born))
    assert answer["answer"] == "in_review"
    bad = {**check_body(name, born), "birth_date": MARK}
    assert recruiter.call("POST", "/api/screening/checks", bad).status_code == 422
    officer = world.person("unicef-disclosure")
    review = until("the review", lambda: [r for r in _reviews(officer) if r["listing"] == listing])[0]
    path = f"/api/screening/reviews/{review['reference']}"
    seen = officer.get(path)
    decided = officer.post(f"{path}/decision", {"same_person": True, "reason": MARK}, version=seen["version"])
    officer.post(f"{path}/release", {"fields": ["basis", "contact"], "contact": MARK}, version=decided["version"])
    until(
        "the release",
        lambda: recruiter.get(f"/api/screening/checks/{answer['reference']}")["answer"] != "in_review",
        90,
    )


def _reviews(officer: Person) -> list[dict[str, str]]:
    found: list[dict[str, str]] = officer.get("/api/screening/reviews")["items"]
    return found


def _assist(world: World) -> None:
    advocate, officer = world.person("unicef-advocate"), world.person("unfpa-referrals")
    person = advocate.post(
        f"{BASE}/persons",
        {
            "name": f"{MARK}NAME",
            "contact": f"{MARK}CONTACT",
            "safe_times": f"{MARK}TIMES",
            "notes": f"{MARK}NOTES",
            "sex": "female",
            "age_category": "adult",
            "language": "fr",
            "country": "HTI",
        },
    )["reference"]
    consent = {
        "scope": "share_with_other_un_entity",
        "state": "given",
        "recipient": "unfpa",
        "service": "medical",
        "groups": ["identity", "contact", "profile", "note"],
        "given_how": "in_person",
        "given_by": "person",
        "language": "fr",
        "given_date": _today(),
        "expiry_date": _today(90),
        "words": f"{MARK}WORDS",
        "best_interest": "",
    }
    advocate.post(f"{BASE}/persons/{person}/consents", consent)
    ask = {"person_reference": person, "recipient": "unfpa", "service": "medical", "note": f"{MARK}NOTE"}
    shown = list(advocate.post(f"{BASE}/referrals/preview", ask)["fields"])
    reference = advocate.post(f"{BASE}/referrals", {**ask, "country": "HTI", "shown_fields": shown})["reference"]
    path = f"{BASE}/inbox/{reference}"
    until("the offer", lambda: officer.call("GET", path).status_code == 200)
    officer.post(f"{path}/open")
    until("the content", lambda: officer.get(path)["content"] == "held")
    assert MARK in str(officer.get(f"{path}/content"))
    advocate.call("POST", f"{BASE}/persons", {"name": MARK, "sex": MARK})


def found_in(content: bytes) -> bool:
    return any(spelling in content for spelling in spellings(MARK))


def test_the_search_finds_a_marker_where_there_is_one() -> None:
    for shift in ("", "x", "xy"):
        for wrapped in (f"{shift}{MARK}tail".encode(), f"{shift}{MARK}".encode().hex().encode()):
            assert found_in(wrapped)
        assert found_in(base64.b64encode(f"{shift}{MARK}tail".encode()))


def test_no_row_of_any_database_holds_a_marker_in_plain(planted: World, embedded: EmbeddedStack) -> None:
    """Own databases hold personal data only encrypted; the log's database holds every topic, value and header."""
    with psycopg.connect(embedded.postgres.administrator) as conn:
        names = [row[0] for row in conn.execute("select datname from pg_database where datname like 'hub\\_%'")]
    assert {"hub_intake", "hub_screening", "hub_assistance", "hub_reporting", "hub_front", "hub_log"} <= set(names)
    offences, rows = [], 0
    for name in names:
        with psycopg.connect(embedded.postgres.connect_string(name)) as conn:
            tables = conn.execute(
                "select table_schema, table_name from information_schema.tables where table_type = 'BASE TABLE' "
                "and table_schema not in ('pg_catalog', 'information_schema')"
            ).fetchall()
            for schema, table in tables:
                for (row,) in conn.execute(f'select t::text from "{schema}"."{table}" t'):
                    rows += 1
                    if found_in(str(row).encode()):
                        offences.append(f"{name}.{table}")
    assert rows > 500
    assert offences == []


def test_no_log_span_metric_or_configuration_holds_a_marker(planted: World, embedded: EmbeddedStack) -> None:
    logs = list(embedded.logs.glob("*.log"))
    assert len(logs) >= 6
    assert [log.name for log in logs if found_in(log.read_bytes())] == []
    assert not found_in(repr(embedded.otlp.all_spans()).encode())
    assert not found_in(b"".join(metric.SerializeToString() for metric in embedded.otlp.metrics()))


def test_no_public_file_holds_a_marker(planted: World) -> None:
    planted.publish()
    client = planted.clients(planted.origin())
    for path in ("/data", "/data/exploitation-and-abuse.json", "/data/screening.csv", "/help", "/"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert not found_in(answer.content)
