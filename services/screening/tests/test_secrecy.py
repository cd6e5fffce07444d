"""Before A releases something, B learns nothing of A's: every route, page and RPC is tried as B and searched.

Markers are A's names, numbers, references, reasons, and the name of A itself.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import text

from concord.screening.v1 import service_pb2 as messages
from concord.screening.v1.service_pb2_grpc import ScreeningServiceStub
from concord_core.errors import ConcordError
from concord_core.storage import Actor
from tests.support.screening_house import House
from tests.support.strangers import unlocked

A, B, C = "unicef", "unhcr", "unfpa"
B_PEOPLE = [f"{B}-{desk}" for desk in ("officer", "approver", "recruiter", "disclosure", "admin", "focal")]
ACTOR = Actor("person", "test", B)


class World:
    """A listing of A with markers, B's matching, clear, and dateless checks, and A's open review."""

    def __init__(self, house: House) -> None:
        self.house = house
        more = {
            "names": [{"text": "Markus Zebrowski"}, {"text": "Zorro Markername", "kind": "alias"}],
            "case_reference": "CASE-MARKER-1",
            "index_numbers": ["MARKER998877"],
        }
        self.listing = house.listed(A, "Markus Zebrowski", "1971-03-04", **more)
        self.match = house.checked(B, name_latin="Zebrowski, Markus", birth_date="1971-03-04")
        self.clear = house.checked(B, name_latin="Ana Lima", birth_date="1970-01-02")
        self.dateless = house.checked(
            B, name_latin="Bruno Fitzgerald", birth_date="", no_birth_date="the office has none"
        )
        reviews = house.api(f"{A}-disclosure", "GET", "/reviews").json()["items"]
        self.review = next(item["reference"] for item in reviews if item["listing"] == self.listing)
        self.markers = [
            A,
            A.upper(),
            "Zorro",
            "Markername",
            "CASE-MARKER-1",
            "MARKER998877",
            self.listing,
            self.review,
            "2026-03-01",
        ]

    def search(self, where: str, content: str) -> list[str]:
        return [f"{where}: {marker}" for marker in self.markers if marker in content]

    def ticket(self, reference: str) -> str:
        with self.house.context.app_db.work(B, actor=ACTOR) as work:
            return str(work.conn.scalar(text("select ticket from screenings where reference = :r"), {"r": reference}))


@pytest.fixture(scope="module")
def world(house: House) -> World:
    return World(house)


def get_review(house: House, ticket: str, acting: str) -> messages.GetReviewResponse:
    return house.context.peers.call(
        lambda channel: ScreeningServiceStub(channel).GetReview,
        messages.GetReviewRequest(review_reference=ticket),
        agency=A,
        service="screening",
        acting=acting,
    )


def _paths(house: House, references: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Every route of the app, with every reference where one is asked for."""
    found = []
    for route in iter_route_contexts(house.app.routes):
        path, methods = route.path or "", route.methods or ()
        if path.startswith(("/api/screening", "/screening")):
            values = [value for kind in references.values() for value in kind] if "{reference}" in path else [""]
            found += [(method, path.replace("{reference}", value)) for method in methods for value in values]
    return sorted(set(found))


def test_b_finds_no_marker_on_any_route_or_page(house: House, world: World) -> None:
    references = {"A": [world.listing, world.review], "B": [world.match["reference"]], "none": ["LS-2222-2222-2222"]}
    paths = _paths(house, references)
    assert len(paths) > 40
    found = []
    for user in [*B_PEOPLE, ""]:
        for method, path in paths:
            typed = {"same_person": True, "reason": "curious", "fields": ["basis"]}
            if path.startswith("/api/"):
                answer = house.api(user, method, path.removeprefix("/api/screening"), typed, If_Match='"1"')
            elif user:
                form = {"version": "1", "reason": "expired", "fields": ["basis"]} if method == "POST" else None
                answer = house.page(user, path, form) if user.split("-")[1] not in ("admin", "focal") else None
            else:
                answer = house.client.request(method, path, follow_redirects=False)
            if answer is None:
                continue
            assert answer.status_code != 500, path
            shown = answer.text + str(answer.headers)
            for asked in (path, quote(path, safe="")):  # what the asker typed may come back
                shown = shown.replace(asked, "")
            found += world.search(f"{user} {method} {path} {answer.status_code}", shown)
    assert found == []


def test_a_stranger_is_asked_who_they_are_before_anything_else(house: House) -> None:
    wrong, tried = unlocked(house.client, house.app)
    assert wrong == []
    assert tried > 30


def test_not_yours_and_not_there_answer_alike(house: House, world: World) -> None:
    for path, user in (
        ("/listings/{}", f"{B}-officer"),
        ("/reviews/{}", f"{B}-disclosure"),
        ("/checks/{}", f"{C}-recruiter"),
    ):
        theirs = {"/listings/{}": world.listing, "/reviews/{}": world.review, "/checks/{}": world.match["reference"]}
        one = house.api(user, "GET", path.format(theirs[path]))
        other = house.api(user, "GET", path.format("XX-2222-2222-2222"))
        assert one.status_code == other.status_code == 404
        told = [answer.json() for answer in (one, other)]
        for problem in told:  # the trace of the request, another one each time, whatever was asked for
            assert len(problem.pop("reference", "0" * 32)) == 32
        assert told[0] == told[1]
        assert list(one.headers) == list(other.headers)


def test_every_reason_of_a_review_gives_the_same_answer(house: House, world: World) -> None:
    def shape(answer: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in answer.items() if name not in ("reference", "candidate")}

    assert shape(world.match) == shape(world.dateless)
    assert world.match["answer"] == "in_review"
    one = house.api(f"{B}-recruiter", "GET", f"/checks/{world.match['reference']}")
    other = house.api(f"{B}-recruiter", "GET", f"/checks/{world.dateless['reference']}")
    names = [set(answer.headers) for answer in (one, other)]
    assert names[0] == names[1]
    assert set(one.json()) == set(other.json())
    pages = [
        house.page(f"{B}-recruiter", f"/screening/checks/{check['reference']}").text
        for check in (world.match, world.dateless)
    ]
    assert all("In review" in page for page in pages)


def test_the_rpc_answers_the_same_bytes_whether_somebody_looks_or_nobody(house: House, world: World) -> None:
    answers = [get_review(house, world.ticket(check["reference"]), B) for check in (world.match, world.dateless)]
    assert answers[0].SerializeToString() == answers[1].SerializeToString()
    assert answers[0].state == messages.REVIEW_STATE_OPEN


def test_a_ticket_is_nothing_for_another_agency(house: House, world: World) -> None:
    good = world.ticket(world.match["reference"])
    for ticket, acting in ((good, C), (good, A), (good[:-2] + "AA", B), ("", B), (world.review, B), (world.listing, A)):
        with pytest.raises(ConcordError, match="not_found"):
            get_review(house, ticket, acting)


def test_tickets_of_both_kinds_are_equally_long(house: House, world: World) -> None:
    lengths = [len(world.ticket(check["reference"])) for check in (world.match, world.dateless)]
    assert abs(lengths[0] - lengths[1]) <= 12


def test_no_row_of_b_and_no_fact_holds_anything_of_a(house: House, world: World) -> None:
    found = []
    with house.context.app_db.work(B, actor=ACTOR) as work:
        tables = work.conn.scalars(
            text("select c.relname from pg_class c where obj_description(c.oid) = 'tenant' and relkind = 'r'")
        ).all()
        assert len(tables) >= 9
        for table in tables:
            allowed = work.conn.scalar(text(f"select has_table_privilege('{table}', 'select')"))
            if not allowed:
                continue
            rows = work.conn.execute(text(f"select to_jsonb(t)::text as row from {table} t"))
            found += [fault for row in rows for fault in world.search(table, row.row)]
    assert found == []
    facts = house.outbox()
    assert not [fact for fact in facts if fact["agency"] == A and "Review" in fact["type"]]
    opened = [fact for fact in facts if fact["type"].endswith("ScreeningReviewOpened")]
    values = {fact["key"]: bytes(fact["value"]) for fact in opened}
    assert values[world.match["reference"]] == values[world.dateless["reference"]]
    assert [
        fault for fact in facts if fact["agency"] == B for fault in world.search("fact", json.dumps(str(fact)))
    ] == []


def test_another_agency_sees_no_row(house: House, world: World) -> None:
    with house.context.app_db.work(B, actor=ACTOR) as work:
        for table in ("listings", "reviews", "not_same_pairs", "listing_changes", "register_heads"):
            assert work.conn.scalar(text(f"select count(*) from {table}")) == 0
