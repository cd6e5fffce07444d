"""Every flow of the exchange with marks in every text that it takes, on whichever stack."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from concord_stack.walk.browser import Browser, Page
from concord_stack.walk.people import Person, until
from concord_stack.walk.steps.checks import check_body
from concord_stack.walk.steps.referral import consent_body
from concord_stack.walk.steps.register import activate, listing_body
from concord_stack.walk.walk import World
from tests.security.canary.marks import MARK, NATIVE, mark

INTAKE, SCREENING, ASSISTANCE = "/api/intake", "/api/screening", "/api/assistance"
PUBLIC_FORM = "/a/unicef"
BORN = "1980-02-03"
_TYPED = re.compile(r'<textarea[^>]*\bname="([^"]+)"|<input[^>]*\bname="([^"]+)"[^>]*\btype="text"')
_MOST_SCREENS = 25
_WORDS = ("narrative", "place", "happened", "accused", "reporter_name", "safe_contact", "safe_times")
_PERSON = ("name", "contact", "safe_times", "notes")
_CHOICES = {
    "safe_now": "yes",
    "concern": "sea",
    "relation": "self",
    "country": "HTI",
    "person_kind": "un_staff",
    "help_wanted": "yes",
    "consent_contact": "given",
    "consent_share_with_service_provider": "given",
}


def _today(days: int = 0) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


def plant(world: World) -> None:
    """Runs every flow, refusals included."""
    for band in ("18_or_over", "under_18"):
        _tell(world, band)
    case = _report(world)
    _screen(world, case)
    _assist(world)


# --- the public form ----------------------------------------------------------------------------------------------


def _tell(world: World, band: str) -> None:
    """Somebody reports at the front door and comes back with the code; everything that can be typed is marked."""
    browser = world.browser()
    page = browser.open(PUBLIC_FORM)
    for _ in range(_MOST_SCREENS):
        if page.codes:
            break
        page = _next(browser, page, {**_CHOICES, "age_band": band})
    assert page.codes, f"no receipt after {_MOST_SCREENS} screens"
    code, page = page.codes[0], browser.open("/b")
    browser.send(page, page.form("code"), {"code": mark("code")})
    seen = browser.send(page, page.form("code"), {"code": code})
    assert seen.status == 200
    browser.send(browser.open(PUBLIC_FORM), page.form("code"), {"sealed": MARK})


def _next(browser: Browser, page: Page, choices: Mapping[str, str]) -> Page:
    assert page.status == 200, f"{page.url} answered {page.status}"
    form = page.form("sealed")
    if ("send", "1") in form.submits:
        return browser.send(page, form, {}, "send=1")
    typed = {name: mark(name) for pair in _TYPED.findall(page.html) for name in pair if name}
    known = {name: value for name, value in choices.items() if name in form.choices} | typed
    skip = not known and any(name == "skip" for name, _ in form.submits)
    return browser.send(page, form, known, "skip=1" if skip else "")


# --- intake -------------------------------------------------------------------------------------------------------


def _report(world: World) -> str:
    """Staff report by REST; assistance opens the request for help, which brings the words to it. Returns a case."""
    focal, officer, advocate = (world.person(f"unicef-{desk}") for desk in ("focal", "officer", "advocate"))
    body = {
        "received_date": _today(-3),
        "channel": "hotline",
        "concern": "sea",
        "country": "HTI",
        "help_wanted": True,
        "consents": {"contact": "given", "share_with_service_provider": "given"},
        "words": {name: mark(name) for name in _WORDS},
    }
    report = focal.post(f"{INTAKE}/reports", body)["report_reference"]
    child = focal.post(f"{INTAKE}/reports", {**body, "age_band": "under_18"})["case_reference"]
    call = {"outcome": "not_reached", "called_at": datetime.now(UTC).isoformat()}
    assert officer.call("PUT", f"{INTAKE}/cases/{child}/call-backs/1", call).status_code == 200
    assert officer.call("PUT", f"{INTAKE}/cases/{child}/call-backs/2", {"outcome": MARK}).status_code == 422
    assert focal.call("POST", f"{INTAKE}/reports", {**body, "channel": MARK}).status_code == 422
    assert focal.call("POST", f"{INTAKE}/reports", {**body, MARK: MARK}).status_code == 422
    assert focal.call("POST", f"{INTAKE}/reports", {**body, "words": {"narrative": MARK * 2001}}).status_code == 422
    assert officer.call("GET", f"{INTAKE}/cases/{MARK}").status_code == 404
    until("the request for help arriving", lambda: report in _handovers(advocate))
    advocate.post(f"{ASSISTANCE}/handovers/{report}/open")
    return str(child)


def _handovers(advocate: Person) -> list[str]:
    return [item["report_reference"] for item in advocate.get(f"{ASSISTANCE}/handovers")["items"]]


# --- screening ----------------------------------------------------------------------------------------------------


def _screen(world: World, case: str) -> None:
    """Two listings of one name, met by one check: a release for one, a refusal for the other; a correction."""
    officer, approver = world.person("unicef-officer"), world.person("unicef-approver")
    recruiter = world.person("unhcr-recruiter")
    name = f"{mark('name')} LISTED"
    body = listing_body(name, BORN, case)
    body |= {"index_numbers": [mark("index")], "document_numbers": [mark("document")]}
    listings = [activate(officer, approver, body) for _ in range(2)]
    asked = {**check_body(name, BORN), "requisition": mark("requisition"), "consent_notice": mark("consent_notice")}
    check = recruiter.post(f"{SCREENING}/checks", asked)
    assert check["answer"] == "in_review"
    native = {
        **asked,
        "name_latin": "",
        "name_native": NATIVE,
        "birth_date": "",
        "no_birth_date": mark("no_birth_date"),
    }
    recruiter.post(f"{SCREENING}/checks", native)
    assert recruiter.call("POST", f"{SCREENING}/checks", {**asked, "birth_date": MARK}).status_code == 422
    assert officer.call("POST", f"{SCREENING}/listings", body | {"case_reference": MARK}).status_code == 422
    _judge(world.person("unicef-disclosure"), listings)
    until("the release", lambda: _answer(recruiter, check["reference"]) == "disclosed", 90)
    path = f"{SCREENING}/listings/{listings[1]}"
    corrected = officer.post(f"{path}/correction", body, version=officer.get(path)["version"])
    approver.post(f"{path}/correction/approval", version=corrected["version"])


def _judge(officer: Person, listings: list[str]) -> None:
    def mine() -> dict[str, str]:
        return {one["listing"]: one["reference"] for one in officer.get(f"{SCREENING}/reviews")["items"]}

    until("the reviews", lambda: set(listings) <= set(mine()))
    released = {"fields": ["basis", "contact"], "contact": mark("contact")}
    ends: tuple[tuple[str, dict[str, Any]], ...] = (("release", released), ("refusal", {"reason": mark("reason")}))
    for listing, (act, content) in zip(listings, ends, strict=True):
        path = f"{SCREENING}/reviews/{mine()[listing]}"
        decision = {"same_person": True, "reason": mark("reason")}
        decided = officer.post(f"{path}/decision", decision, version=officer.get(path)["version"])
        officer.post(f"{path}/{act}", content, version=decided["version"])


def _answer(recruiter: Person, reference: str) -> str:
    return str(recruiter.get(f"{SCREENING}/checks/{reference}")["answer"])


# --- assistance ---------------------------------------------------------------------------------------------------


def _assist(world: World) -> None:
    """A person is registered, changed, consents, and is referred; the other agency opens what it was sent."""
    advocate, officer = world.person("unicef-advocate"), world.person("unfpa-referrals")
    words = {name: mark(name) for name in _PERSON}
    codes = {"sex": "female", "age_category": "adult", "language": "fr", "country": "HTI"}
    person = advocate.post(f"{ASSISTANCE}/persons", words | codes)
    path = f"{ASSISTANCE}/persons/{person['reference']}"
    changed = advocate.call("PATCH", path, {name: f"{text}CHANGED" for name, text in words.items()}, version=1)
    assert changed.status_code == 200, changed.text
    advocate.post(
        f"{path}/consents", {**consent_body(), "words": mark("words"), "best_interest": mark("best_interest")}
    )
    ask = {"person_reference": person["reference"], "recipient": "unfpa", "service": "medical", "note": mark("note")}
    shown = list(advocate.post(f"{ASSISTANCE}/referrals/preview", ask)["fields"])
    offer = {**ask, "country": "HTI", "shown_fields": shown}
    inbox = f"{ASSISTANCE}/inbox/{advocate.post(f'{ASSISTANCE}/referrals', offer)['reference']}"
    until("the offer", lambda: officer.call("GET", inbox).status_code == 200)
    officer.post(f"{inbox}/open")
    until("the content", lambda: officer.get(inbox)["content"] == "held")
    held = officer.get(f"{inbox}/content")["fields"]
    assert {f"{mark('name')}CHANGED", mark("note")} <= set(held.values()), "the other agency does not read the marks"
    assert advocate.call("POST", f"{ASSISTANCE}/persons", {"name": MARK, "sex": MARK}).status_code == 422


# --- addresses ----------------------------------------------------------------------------------------------------


def ask_for_marks(world: World, reads: Iterator[str]) -> None:
    """Asks for addresses with marks in place of references, and in queries, as somebody of every desk."""
    desks = ("focal", "officer", "disclosure", "recruiter", "advocate", "referrals", "analyst")
    for path in reads:
        address = f"{re.sub('{[^}]+}', MARK, path)}?after={MARK}"
        for desk in desks:
            assert world.person(f"unicef-{desk}").call("GET", address).status_code < 500, path
