"""Screening as its people see it: every page in its states, and from a listing to a release without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, StorageState
from sqlalchemy import text

from concord_core.rpc import RpcServer
from concord_core.storage import Login
from tests.browser.harness import Look, PageCase, Viewer, looks, press
from tests.support.screening_house import House, make_house
from tests.support.serving import served

A, B = "unicef", "unhcr"
LONG = "María de los Ángeles Fernández-Villaverde y Quintanilla de la Sierra"
DECIDING = ("review-open", "release", "check-in-review")
"""Looked at in every size and language here; the walk's crawl does it for the pages that its people reach."""
pytestmark = pytest.mark.xdist_group("browser-screening")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, databases: Any) -> Iterator[House]:
    made = make_house(tmp_path_factory.mktemp("browser"), databases)
    operations = {method: name for service in made.parts.rpc for method, name in service.operations.items()}
    server = RpcServer(
        made.context.settings, made.app.state.gate.verifier, made.context.policy, operations, made.parts.rpc
    )
    server.start()
    yield made
    server.stop(1)
    made.context.peers.close()


@pytest.fixture(scope="module")
def origin(house: House) -> Iterator[str]:
    with served(house.app) as address:
        yield address


@pytest.fixture(scope="module")
def paths(house: House) -> dict[str, tuple[str, str]]:
    """Name → (who looks, where), after the records were brought into their states."""
    active = house.listed(A, LONG, "1982-08-30", names=[{"text": LONG}, {"text": "Мария Фернандес", "kind": "alias"}])
    open_one = house.checked(B, name_latin=LONG, birth_date="1982-08-30")
    second = house.listed(A, "Boris Kuznetsov", "1979-05-17", contested_date="2026-04-01")
    told = house.checked(B, name_latin="Boris Kuznetsov", birth_date="1979-05-17")
    clear = house.checked(B)
    draft = house.api(f"{A}-officer", "POST", "/listings", house.entry("Elena Orlova"), Idempotency_Key="a-draft-key")
    gone = house.listed(A, "Igor Smirnov", "1994-09-06")
    house.api(f"{A}-approver", "POST", f"/listings/{gone}/withdrawal", {"reason": "ruling"}, If_Match='"2"')
    reviews = {
        item["listing"]: item["reference"] for item in house.api(f"{A}-disclosure", "GET", "/reviews").json()["items"]
    }
    for path, body, version in (
        ("decision", {"same_person": True, "reason": "the same passport number"}, 1),
        ("release", {"fields": ["basis", "contact"], "contact": "Ethics office, ethics@unicef.example"}, 2),
    ):
        house.api(f"{A}-disclosure", "POST", f"/reviews/{reviews[second]}/{path}", body, If_Match=f'"{version}"')
    house.job("ask")
    drafted = draft.json()["reference"]
    return {
        "home": (f"{A}-approver", "/screening"),
        "register": (f"{A}-officer", "/screening/register"),
        "new": (f"{A}-officer", "/screening/register/new"),
        "draft": (f"{A}-approver", f"/screening/register/{drafted}"),
        "approve": (f"{A}-approver", f"/screening/register/{drafted}/approve"),
        "active": (f"{A}-officer", f"/screening/register/{active}"),
        "correct": (f"{A}-officer", f"/screening/register/{active}/correct"),
        "withdraw": (f"{A}-approver", f"/screening/register/{active}/withdraw"),
        "withdrawn": (f"{A}-officer", f"/screening/register/{gone}"),
        "checks": (f"{B}-recruiter", "/screening/checks"),
        "check-new": (f"{B}-recruiter", "/screening/checks/new"),
        "check-clear": (f"{B}-recruiter", f"/screening/checks/{clear['reference']}"),
        "check-in-review": (f"{B}-recruiter", f"/screening/checks/{open_one['reference']}"),
        "check-disclosed": (f"{B}-recruiter", f"/screening/checks/{told['reference']}"),
        "reviews": (f"{A}-disclosure", "/screening/reviews"),
        "review-open": (f"{A}-disclosure", f"/screening/reviews/{reviews[active]}"),
        "review-released": (f"{A}-disclosure", f"/screening/reviews/{reviews[second]}"),
        "release": (f"{A}-disclosure", f"/screening/reviews/{reviews[active]}/release"),
        "refuse": (f"{A}-disclosure", f"/screening/reviews/{reviews[active]}/refuse"),
        "nothing": (f"{B}-officer", f"/screening/register/{active}"),
    }


def session(user: str) -> StorageState:
    """The cookie that the doorkeeper of the tests takes."""
    cookie = {"name": "concord_hub_screening", "value": user, "domain": "127.0.0.1", "path": "/screening"}
    rest = {"expires": -1, "httpOnly": True, "secure": False, "sameSite": "Lax"}
    return {"cookies": [{**cookie, **rest}], "origins": []}  # type: ignore[typeddict-item]


def test_every_page_is_finished(viewer: Viewer, origin: str, paths: dict[str, tuple[str, str]]) -> None:
    wrong = []
    for name, (user, path) in paths.items():
        case = PageCase(f"screening-{name}", path, "staff", 404 if name == "nothing" else 200)
        for one in looks(case) if name in DECIDING else (Look("en", 1280, dark=True), Look("ar", 360)):
            wrong += viewer.look(origin, case, one, session=session(user))
    assert wrong == []


def submit(page: Page, label: str) -> None:
    press(page.get_by_role("button", name=label, exact=True))


def test_from_a_listing_to_a_release_without_javascript(browser: Browser, origin: str, house: House) -> None:
    def person(user: str, path: str) -> Page:
        page = browser.new_context(java_script_enabled=False, storage_state=session(user)).new_page()
        page.goto(f"{origin}{path}?lang=en")
        return page

    officer = person(f"{A}-officer", "/screening/register/new")
    officer.fill("#names_primary", "Karl Lindqvist")
    officer.fill("#birth_dates", "1972-02-30")
    submit(officer, "Send to a second person")
    assert officer.locator("#birth_dates-error").count() == 1
    assert officer.input_value("#names_primary") == "Karl Lindqvist"
    officer.fill("#birth_dates", "1972-03-21")
    officer.select_option("#basis", "established_sh")
    officer.fill("#case_reference", "CASE-9")
    officer.fill("#decided_date", "2026-02-02")
    officer.fill("#review_date", "2036-02-02")
    submit(officer, "Send to a second person")
    reference = officer.url.split("?")[0].rpartition("/")[2]

    approver = person(f"{A}-approver", f"/screening/register/{reference}")
    press(approver.get_by_role("link", name="Read and approve"))
    submit(approver, "Approve")
    assert "On the register" in approver.locator(".chips").inner_text()

    recruiter = person(f"{B}-recruiter", "/screening/checks/new")
    recruiter.fill("#name_latin", "Lindqvist, Karl")
    submit(recruiter, "Check")
    assert "Nothing was looked up" in recruiter.locator(".errors").inner_text()
    recruiter.fill("#birth_date", "1972-03-21")
    recruiter.select_option("#purpose", "recruitment")
    recruiter.fill("#requisition", "VA-7")
    recruiter.fill("#consent_date", "2026-01-10")
    recruiter.fill("#consent_notice", "2026-1")
    recruiter.check("#self_certification")
    submit(recruiter, "Check")
    assert "In review" in recruiter.locator("h1").inner_text()
    assert "UNICEF" not in recruiter.content()

    owner = person(f"{A}-disclosure", "/screening/reviews")
    listed = house.api(f"{A}-disclosure", "GET", "/reviews").json()["items"]
    review = next(item["reference"] for item in listed if item["listing"] == reference)
    press(owner.get_by_role("link", name=review))
    owner.locator("#reason_same").fill("")
    press(owner.get_by_role("button", name="Same person"))
    assert owner.locator("#reason_same-error").count() == 1
    owner.locator("#reason_same").fill("same birth date and name")
    press(owner.get_by_role("button", name="Same person"))
    owner.check("input[value=basis]")
    submit(owner, "Show what will be seen")
    owner.check("input[value=decided_date]")  # changed after the preview: shown again before it goes out
    submit(owner, "Release these facts")
    assert owner.url.split("?")[0].endswith("/release")
    submit(owner, "Release these facts")
    assert "facts released" in owner.locator(".chips").inner_text()

    house.job("ask")
    recruiter.reload()
    assert "UNICEF released this" in recruiter.locator("main").inner_text()
    assert "2 February 2026" in recruiter.locator("section.panel").inner_text()
    assert "CASE-9" not in recruiter.content()


@pytest.mark.parametrize("user", [f"{A}-admin", "un-operator"])
def test_late_reviews_are_finished(
    viewer: Viewer, origin: str, house: House, paths: dict[str, tuple[str, str]], user: str
) -> None:
    database = house.context.database(Login.OWNER)
    with database.engine.begin() as conn:
        moved = "update reviews set opened_at = now() - interval '9 days', due_date = current_date - 5"
        conn.execute(text(moved + " where agency = :agency and state = 'open'"), {"agency": A})
    database.close()
    house.job("escalate")
    case = PageCase(f"screening-late-{user.partition('-')[2]}", "/screening/late", "staff")
    sizes = looks(case, ("en", "ar", "zh"))
    assert [fault for one in sizes for fault in viewer.look(origin, case, one, session=session(user))] == []
