"""The rules that hold between the rooms, on a real database: two people, quotas, repeats, refusals, withdrawal."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from sqlalchemy import text

from concord.intake.v1.events_pb2 import OutcomeDecided
from concord.screening.v1.events_pb2 import ScreeningActivityCounted
from concord_core.errors import ConcordError
from concord_core.events import Fact
from concord_core.storage import UNREACHABLE, Actor, Database, Login
from concord_core.values import today
from concord_screening.checks.keeper import keep
from concord_screening.checks.shelf import NOT_CHECKED, Shelf
from concord_screening.engine.commands import Index
from concord_screening.engine.domain import Change, Query, SegmentError, Zone
from tests.support.screening_house import House

A, B = "unicef", "unhcr"
PEOPLE = iter(
    [
        ("Boris Kuznetsov", "1979-05-17"),
        ("Dmitri Sokolov", "1966-11-02"),
        ("Elena Orlova", "1988-07-29"),
        ("Grigori Pavlov", "1951-01-13"),
        ("Igor Smirnov", "1994-09-06"),
        ("Karl Lindqvist", "1972-03-21"),
        ("Lena Bergstrom", "1983-10-08"),
        ("Milan Horvat", "1969-02-14"),
    ]
)
JOB = Actor("job", "test")


def as_owner(house: House, statement: str, **values: object) -> None:
    """Moves the clock of a record; the job login may."""
    with house.context.consume_db.work(str(values.pop("agency")), actor=JOB) as work:
        work.conn.execute(text(statement), values)


def review_of(house: House, listing: str) -> dict[str, Any]:
    items = house.api(f"{A}-disclosure", "GET", "/reviews").json()["items"]
    return next(item for item in items if item["listing"] == listing)


def judge(house: House, review: dict[str, Any], *, same: bool) -> Any:
    body = {"same_person": same, "reason": "compared the documents"}
    path = f"/reviews/{review['reference']}/decision"
    return house.api(f"{A}-disclosure", "POST", path, body, If_Match=f'"{review["version"]}"')


def answer_of(house: House, check: dict[str, Any]) -> str:
    return str(house.api(f"{B}-recruiter", "GET", f"/checks/{check['reference']}").json()["answer"])


def test_not_the_same_is_clear_and_suppresses_the_repeat(house: House) -> None:
    name, born = next(PEOPLE)
    listing = house.listed(A, name, born)
    check = house.checked(B, name_latin=name, birth_date=born)
    assert check["answer"] == "in_review"
    assert judge(house, review_of(house, listing), same=False).status_code == 200
    house.job("ask")
    assert answer_of(house, check) == "clear"
    assert house.checked(B, name_latin=name.upper(), birth_date=born)["answer"] == "clear"
    assert house.checked("wfp", name_latin=name, birth_date="1980-05-17")["answer"] == "in_review"


def test_a_corrected_listing_forgets_the_namesake(house: House) -> None:
    name, born = next(PEOPLE)
    listing = house.listed(A, name, born)
    house.checked(B, name_latin=name, birth_date=born)
    judge(house, review_of(house, listing), same=False)
    changed = house.entry(name, born, nationalities=["KEN"])
    proposed = house.api(f"{A}-officer", "POST", f"/listings/{listing}/correction", changed, If_Match='"2"')
    assert proposed.status_code == 200
    approved = house.api(f"{A}-approver", "POST", f"/listings/{listing}/correction/approval", If_Match='"3"')
    assert approved.status_code == 200
    assert house.checked(B, name_latin=name, birth_date=born)["answer"] == "in_review"


def test_refused_is_never_clear_and_ends_not_answered(house: House) -> None:
    name, born = next(PEOPLE)
    listing = house.listed(A, name, born)
    check = house.checked(B, name_latin=name, birth_date=born)
    judge(house, review_of(house, listing), same=True)
    review = review_of(house, listing)
    path = f"/reviews/{review['reference']}/refusal"
    refused = house.api(f"{A}-disclosure", "POST", path, {"reason": "a ruling is pending"}, If_Match='"2"')
    assert refused.status_code == 200
    house.job("ask")
    assert answer_of(house, check) == "in_review"
    late = {"r": check["reference"], "day": today() - timedelta(days=1), "agency": B}
    as_owner(house, "update screenings set answer_by = :day where reference = :r", **late)
    house.job("ask")
    assert answer_of(house, check) == "not_answered"


def test_nobody_approves_their_own_act_and_versions_are_minded(house: House) -> None:
    listing = house.listed(A, *next(PEOPLE))
    stale = house.api(f"{A}-approver", "POST", f"/listings/{listing}/withdrawal", {"reason": "ruling"}, If_Match='"1"')
    assert (stale.status_code, stale.json()["code"], stale.json()["params"]) == (412, "stale_write", {"version": 2})
    missing = house.api(f"{A}-approver", "POST", f"/listings/{listing}/withdrawal", {"reason": "ruling"})
    assert missing.json()["code"] == "version_required"
    assert house.api(f"{A}-officer", "POST", f"/listings/{listing}/approval", If_Match='"2"').status_code == 403


def test_a_withdrawn_listing_is_found_no_more_and_leaves_nothing(house: House) -> None:
    name, born = next(PEOPLE)
    listing = house.listed(A, name, born)
    check = house.checked(B, name_latin=name, birth_date=born)
    assert check["answer"] == "in_review"
    gone = house.api(f"{A}-approver", "POST", f"/listings/{listing}/withdrawal", {"reason": "ruling"}, If_Match='"2"')
    assert gone.json()["state"] == "withdrawn"
    assert house.checked(B, name_latin=name, birth_date=born)["answer"] == "clear"
    house.rooms.shelf.tidy(timedelta(minutes=30))
    house.parts.jobs[2].run()
    folder = house.context.settings.index_folder  # type: ignore[attr-defined]
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert files
    assert not [file for file in files if listing.encode() in file.read_bytes()]
    long_ago = {"r": listing, "at": datetime.now(UTC) - timedelta(hours=2), "agency": A}
    as_owner(house, "update listings set withdrawn_at = :at where reference = :r", **long_ago)
    house.job("erasures")
    house.job("erasures")
    erased = [fact for fact in house.outbox() if fact["key"] == listing]
    kinds = [fact["type"].rpartition(".")[2] for fact in erased]
    assert kinds == ["ListingActivated", "ListingWithdrawn", "RecordErased"]
    assert [fact["sequence"] for fact in erased] == [1, 2, 3]


def test_an_unsubstantiated_case_opens_the_withdrawal_and_stops_the_approval(house: House) -> None:
    name, born = next(PEOPLE)
    case = f"CASE-{token_hex(3)}"
    listing = house.listed(A, name, born, case_reference=case)
    message = OutcomeDecided(outcome="unsubstantiated", decided_date="2026-11-01")
    fact = Fact(
        topic=f"concord.intake.{A}.v1",
        partition=0,
        offset=0,
        key=case,
        id="x",
        source="/hub/intake",
        type="concord.intake.v1.OutcomeDecided",
        subject=case,
        time=datetime.now(UTC),
        sequence=5,
        agency=A,
        message=message,
        traceparent=None,
        appended=datetime.now(UTC),
    )
    subscription = house.parts.subscriptions[0]
    assert subscription.concerns is not None
    assert list(subscription.concerns(fact)) == [A]
    for _ in range(2):
        with house.context.consume_db.work(A, actor=JOB) as work:
            subscription.handlers[OutcomeDecided](work, fact)
    items = house.api(f"{A}-approver", "GET", "/work-items").json()["items"]
    assert [item["verb"] for item in items if item["reference"] == listing] == ["Withdraw the listing"]
    again = house.entry(name, born, case_reference=case)
    made = house.api(f"{A}-officer", "POST", "/listings", again, Idempotency_Key=token_hex(8))
    refused = house.api(f"{A}-approver", "POST", f"/listings/{made.json()['reference']}/approval", If_Match='"1"')
    assert refused.json()["code"] == "case_not_substantiated"


def test_a_repeat_gives_the_same_screening_and_another_content_is_refused(house: House) -> None:
    key = token_hex(8)
    one = house.checked(B, key, name_latin="Ana Lima", birth_date="1970-01-02")
    assert house.checked(B, key, name_latin="Ana Lima", birth_date="1970-01-02") == one
    other = house.api(f"{B}-recruiter", "POST", "/checks", house.candidate(name_latin="Eva"), Idempotency_Key=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"birth_date": ""}, 422, "invalid_request"),
        ({"birth_date": "1980-02-31"}, 422, "invalid_request"),
        ({"name_latin": "  "}, 422, "invalid_request"),
        ({"sex": "femal"}, 422, "unknown_code"),
        ({"nationality": "Kenya"}, 422, "unknown_code"),
        ({"owner": "unicef"}, 422, "invalid_request"),
    ],
)
def test_bad_input_is_named_and_nothing_is_looked_up(
    house: House, body: dict[str, str], status: int, code: str
) -> None:
    before = len(house.outbox())
    answer = house.api(f"{B}-recruiter", "POST", "/checks", house.candidate(**body), Idempotency_Key=token_hex(8))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["fields"]
    assert len(house.outbox()) == before


def test_a_check_cut_short_is_finished_by_the_job(house: House) -> None:
    check = house.checked(B, name_latin="Ana Lima", birth_date="1970-01-02")
    cut = "update screenings set state = 'checking', closed_date = null, asked_at = :at where reference = :r"
    as_owner(house, cut, r=check["reference"], at=datetime.now(UTC) - timedelta(minutes=5), agency=B)
    assert answer_of(house, check) == "in_review"
    house.job("compare")
    assert answer_of(house, check) == "clear"


def test_one_agencys_damaged_check_keeps_no_other_waiting(new_house: Callable[..., House]) -> None:
    house, (name, born) = new_house(), next(PEOPLE)
    house.listed(A, name, born)
    damaged, check = (house.checked(asker, name_latin=name, birth_date=born)["reference"] for asker in (B, "wfp"))
    spoil = {"r": damaged, "content": b"damaged", "agency": B}
    as_owner(house, "update screenings set request_enc = :content where reference = :r", **spoil)
    late = {"r": check, "day": today() - timedelta(days=1), "agency": "wfp"}
    as_owner(house, "update screenings set answer_by = :day where reference = :r", **late)
    with pytest.raises(ConcordError):
        house.job("ask")
    assert house.api("wfp-recruiter", "GET", f"/checks/{check}").json()["answer"] == "not_answered"


def test_a_list_is_compared_only_for_those_to_whom_its_owner_may_send(new_house: Callable[..., House]) -> None:
    house, (name, born) = new_house(without=[(A, B)]), next(PEOPLE)
    house.rooms.shelf.warm()
    listing = house.listed(A, name, born)
    assert house.checked(B, name_latin=name, birth_date=born)["answer"] == "clear"
    assert house.api(f"{A}-disclosure", "GET", "/reviews").json()["items"] == []
    assert house.checked("wfp", name_latin=name, birth_date=born)["answer"] == "in_review"
    assert house.checked(A, name_latin=name, birth_date=born)["answer"] == "in_review"
    reviews = house.api(f"{A}-disclosure", "GET", "/reviews").json()["items"]
    assert {(review["listing"], review["asker"]) for review in reviews} == {(listing, "wfp"), (listing, A)}


def test_days_are_counted_once(house: House) -> None:
    check = house.checked("undp", name_latin="Ana Lima", birth_date="1970-01-02")
    moved = "update screenings set asked_at = :at, closed_date = :day where reference = :r"
    yesterday = datetime.now(UTC) - timedelta(days=1)
    as_owner(house, moved, r=check["reference"], at=yesterday, day=yesterday.date(), agency="undp")
    house.job("count")
    house.job("count")
    counted = [fact for fact in house.outbox() if fact["agency"] == "undp" and fact["type"].endswith("Counted")]
    assert len(counted) == 1
    message = ScreeningActivityCounted.FromString(bytes(counted[0]["value"]))
    assert (message.counted_date, message.screenings, message.clear) == (str(yesterday.date()), 1, 1)


def test_quotas_and_the_pace_of_answers(new_house: Callable[..., House]) -> None:
    house = new_house(quota_person=1, answer_step_ms=300)
    started = time.monotonic()
    house.checked(B)
    assert time.monotonic() - started >= 0.3
    more = house.api(f"{B}-recruiter", "POST", "/checks", house.candidate(), Idempotency_Key=token_hex(8))
    assert (more.status_code, more.json()["code"]) == (429, "quota_reached")


def test_in_a_list_of_one_the_same_name_without_a_date_reaches_the_owner(house: House) -> None:
    listing = house.listed("iom", "Zdenka Novakova", "1961-04-09")
    check = house.checked(B, name_latin="Novakova Zdenka", birth_date="", no_birth_date="the office has none")
    assert check["answer"] == "in_review"
    reviews = house.api("iom-disclosure", "GET", "/reviews").json()["items"]
    assert [review["listing"] for review in reviews] == [listing]


def test_lists_that_are_not_up_to_date_in_time_put_the_check_in_review(new_house: Callable[..., House]) -> None:
    house = new_house()
    shelf = house.rooms.shelf
    house.listed(A, "Zdenka Novakova", "1961-04-09")
    query = Query.of("Zdenka Novakova", "1961-04-09")
    assert shelf.query([A], query, time.monotonic() - 1) == {A: NOT_CHECKED}
    found = shelf.query([A], query, time.monotonic() + 60)[A]
    assert found.zone is Zone.POSSIBLE
    shelf.close()
    again = shelf.query([A], query, time.monotonic() + 60)[A]  # opened from its files, at the place where it was
    assert again.zone is Zone.POSSIBLE


def test_what_a_dead_process_left_goes_before_an_erasure_is_confirmed(house: House) -> None:
    shelf, root = house.rooms.shelf, house.context.settings.index_folder  # type: ignore[attr-defined]
    shelf.tidy(timedelta(minutes=30))
    long_ago = time.time() - 3600
    for number, age in ((50, long_ago), (51, time.time())):
        (root / f"slot-{number}" / A).mkdir(parents=True)
        (root / f"slot-{number}.lock").touch()
        os.utime(root / f"slot-{number}.lock", (age, age))
    shelf.tidy(timedelta(minutes=30), only_open=True)
    assert not (root / "slot-50").exists()
    assert (root / "slot-51").exists()
    assert (root / "slot-0" / A).exists()


def test_an_index_that_cannot_be_rewritten_is_thrown_away(house: House, tmp_path: Path) -> None:
    name, born = "Otylia Brzezicka", "1964-02-11"
    listing = house.listed(A, name, born)
    shelf = Shelf(tmp_path, house.context.app_db, house.rooms.register, [A])
    query = Query.of(name, born)
    assert shelf.query([A], query, time.monotonic() + 60)[A].zone is Zone.POSSIBLE
    house.api(f"{A}-approver", "POST", f"/listings/{listing}/withdrawal", {"reason": "ruling"}, If_Match='"2"')
    assert shelf.query([A], query, time.monotonic() + 60)[A].zone is Zone.CLEAR
    (tmp_path / "slot-0" / A / "manifest.json.new").mkdir()  # in the way of every rewrite

    def files_with_the_name() -> list[Path]:
        return [file for file in tmp_path.rglob("*") if file.is_file() and b"Brzezicka" in file.read_bytes()]

    with pytest.raises(OSError, match="manifest"):
        shelf.tidy(timedelta(minutes=30))
    assert files_with_the_name()
    with pytest.raises(OSError, match="manifest"):
        shelf.tidy(timedelta(0))
    assert not files_with_the_name()
    assert shelf.query([A], query, time.monotonic() + 60)[A].zone is Zone.CLEAR
    shelf.close()


def test_of_a_register_that_does_not_answer_no_agencys_index_grows_old(house: House, tmp_path: Path) -> None:
    query, lists = Query.of("Ludmila Zawadzka", "1957-06-03"), (A, "wfp", "iom")
    for agency in lists:
        house.listed(agency, "Ludmila Zawadzka", "1957-06-03")
    before = Shelf(tmp_path, house.context.app_db, house.rooms.register, lists)
    assert {one.zone for one in before.query(lists, query, time.monotonic() + 60).values()} == {Zone.POSSIBLE}
    before.close()
    nowhere = house.context.settings.database.model_copy(update={"port": 1})
    shelf = Shelf(tmp_path, Database(nowhere, Login.APP), house.rooms.register, lists)

    def named() -> set[str]:
        files = [file for file in tmp_path.rglob("*") if file.is_file() and b"Zawadzka" in file.read_bytes()]
        return {file.parent.name for file in files}

    with pytest.raises(UNREACHABLE):
        shelf.tidy(timedelta(minutes=30))
    assert named() == set(lists)
    with pytest.raises(UNREACHABLE):
        shelf.tidy(timedelta(0))
    assert named() == set()
    shelf.close()


def test_an_engine_that_cannot_be_warmed_ends_no_keeper(house: House, tmp_path: Path) -> None:
    (tmp_path / "slot-0").mkdir()
    (tmp_path / "slot-0" / "warm").touch()  # in the way of its lists
    shelf = Shelf(tmp_path, house.context.app_db, house.rooms.register, [A])
    with pytest.raises(OSError, match="warm"):
        shelf.warm()
    stop = threading.Event()
    keeper = threading.Thread(target=keep, args=(shelf, timedelta(minutes=30), stop))
    keeper.start()
    end = time.monotonic() + 120
    while not (tmp_path / "slot-0" / A).exists():
        assert keeper.is_alive()
        assert time.monotonic() < end
        time.sleep(0.05)
    stop.set()
    keeper.join(60)
    assert not keeper.is_alive()
    shelf.close()


@pytest.mark.parametrize("spoilt", ["journal", "manifest.json", "segment-00000001"])
def test_a_spoilt_index_is_built_anew_from_the_register(house: House, tmp_path: Path, spoilt: str) -> None:
    name, born = "Zdzislawa Olszewska", "1959-08-30"
    house.listed(A, name, born)
    register, database = house.rooms.register, house.context.app_db
    query = Query.of(name, born)
    shelf = Shelf(tmp_path, database, register, [A])
    assert shelf.query([A], query, time.monotonic() + 60)[A].zone is Zone.POSSIBLE
    shelf.close()
    folder = tmp_path / "slot-0" / A
    index = Index.open(folder, background=False)
    index.apply([Change.remove("nobody")])
    index.compact()
    index.apply([Change.remove("nobody")])
    index.close()
    raw = (folder / spoilt).read_bytes()
    (folder / spoilt).write_bytes(raw[:20] + bytes([raw[20] ^ 1]) + raw[21:])
    with pytest.raises(SegmentError, match=spoilt):
        Index.open(folder, background=False)
    again = Shelf(tmp_path, database, register, [A])
    assert again.query([A], query, time.monotonic() + 60)[A].zone is Zone.POSSIBLE
    again.close()
