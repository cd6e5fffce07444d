"""Step 1: a survivor at the front door, and a member of staff by REST, report to A. Both become cases of A."""

import uuid
from datetime import UTC, datetime, timedelta

from concord_stack.walk.browser import Browser, Page
from concord_stack.walk.evidence import Evidence, StepError, expect
from concord_stack.walk.people import Person, until
from concord_stack.walk.walk import World

LANGUAGE = "fr"
_MOST_SCREENS = 25
ANSWERS = {
    "safe_now": "yes",
    "age_band": "18_or_over",
    "concern": "sea",
    "relation": "self",
    "narrative": "Texte inventé pour la démonstration : une personne inventée a demandé des faveurs.",
    "country": "HTI",
    "place": "Lieu inventé",
    "person_kind": "un_staff",
    "safe_contact": "+000 0000",
    "help_wanted": "yes",
    "consent_share_with_service_provider": "given",
}
"""What the invented survivor answers; every other question is skipped."""


def run(world: World) -> Evidence:
    """Reports both ways; keeps the staff's case, which the next step works on."""
    officer = world.person("unicef-officer")
    before = _references(officer)
    browser = world.browser(LANGUAGE)
    for path in ("/", "/help"):
        page = browser.open(path)
        expect(page.status == 200, f"{path} answered {page.status} to somebody without an account")
        expect("set-cookie" not in page.headers, f"{path} set a cookie")
        expect("<script" not in page.html, f"{path} carries a script")
    code, screens = _tell(browser)
    status = _come_back(browser, code)
    new = until("the survivor's report becoming a case", lambda: _references(officer) - before)
    expect(len(new) == 1, f"one report made {len(new)} cases")
    case = _by_rest(world, officer)
    return Evidence(
        f"{screens} screens in French, no cookie, no script; a receipt; with it the survivor reads: “{status}”. "
        f"Cases {new.pop()} (survivor) and {case} (staff, sent twice with one key: one case).",
        f"{world.origin()}/?lang={LANGUAGE}",
    )


def _references(officer: Person) -> set[str]:
    found: set[str] = set()
    after = ""
    while True:
        page = officer.get(f"/api/intake/cases?limit=500&after={after}")
        found |= {item["reference"] for item in page["items"]}
        after = page["next"]
        if not after:
            return found


def _tell(browser: Browser) -> tuple[str, int]:
    page = browser.open("/a/unicef")
    for screen in range(1, _MOST_SCREENS):
        expect(page.status == 200, f"screen {screen} of the report answered {page.status}")
        expect("set-cookie" not in page.headers, f"screen {screen} of the report set a cookie")
        if page.codes:
            return page.codes[0], screen
        page = _next(browser, page)
    raise StepError(f"no receipt after {_MOST_SCREENS} screens")


def _next(browser: Browser, page: Page) -> Page:
    form = page.form("sealed")
    if ("send", "1") in form.submits:
        return browser.send(page, form, {}, "send=1")
    known = {name: value for name, value in ANSWERS.items() if name in form.values or name in form.choices}
    skip = not known and any(name == "skip" for name, _ in form.submits)
    return browser.send(page, form, known, "skip=1" if skip else "")


def _come_back(browser: Browser, code: str) -> str:
    page = browser.open("/b")
    wrong = browser.send(page, page.form("code"), {"code": "0000 0000 0000 0000 0000 0000 0000 0000 0000"})
    expect(wrong.status in (404, 422), f"a wrong code answered {wrong.status}")
    page = browser.open("/b")
    seen = browser.send(page, page.form("code"), {"code": code})
    expect(seen.status == 200, f"the receipt's code answered {seen.status}")
    start = seen.html.find('class="lead">')
    expect(start > 0, "the follow-up page shows no status")
    return seen.html[start + len('class="lead">') : seen.html.find("<", start + 14)].strip()


def _by_rest(world: World, officer: Person) -> str:
    staff = world.person("unicef-focal")
    body = report_body((datetime.now(UTC) - timedelta(days=200)).date().isoformat())
    key = uuid.uuid4().hex
    first = staff.post("/api/intake/reports", body, key=key)
    again = staff.post("/api/intake/reports", body, key=key)
    expect(first == again, "the same request sent twice had two answers")
    case = str(first["case_reference"])
    expect(officer.get(f"/api/intake/cases/{case}")["stage"] == "received", "the staff's report is no new case")
    other = world.person("unhcr-officer").call("GET", f"/api/intake/cases/{case}")
    expect(other.status_code == 404, f"an officer of B asking for A's case got {other.status_code}")
    world.found["case"] = case
    return case


def report_body(received: str) -> dict[str, object]:
    """An invented report as staff send it."""
    return {
        "received_date": received,
        "channel": "in_person",
        "concern": "sea",
        "language": "en",
        "country": "HTI",
        "personnel_category": "un_staff_international",
        "words": {"narrative": "Invented for the demonstration: an invented staff member exploited a person."},
    }
