"""Intake as a person sees it: the public form step by step, the receipt, coming back, leaving; the pages of staff."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from playwright.sync_api import Browser, StorageState

from concord_core.clocks import Holder, PauseReason
from concord_intake.cases.commands import Person
from concord_intake.cases.domain import Act, Assess, Command, Propose, Refer, VictimCount
from concord_intake.reports.domain import NewReport
from tests.browser.harness import OUTPUT, SIZES, Look, PageCase, Viewer, looks, press
from tests.browser.intake_form import ADULT, CHILD, fill, go_back, go_on, shot, walk
from tests.support.intake import OFFICER, SECOND, House, work_of

TODAY = datetime.now(UTC).date()
pytestmark = pytest.mark.xdist_group("browser-intake")
PUBLIC = [
    PageCase("intake-choose", "/a", "public"),
    PageCase("intake-code", "/b", "public"),
    PageCase("intake-unknown", "/a/nobody", "public", 404),
]


@pytest.fixture(scope="module")
def cases(house: House) -> dict[str, str]:
    """Cases in different states: late, paused, waiting for a second person; by what they show."""
    found: dict[str, str] = {}
    for name, ago in (("late", 20), ("paused", 6), ("proposed", 120), ("fresh", 1)):
        with work_of(house) as work:
            report = NewReport(
                received=TODAY - timedelta(days=ago),
                channel="hotline",
                language="ar" if name == "late" else "en",
                form_version="rest-1",
                concern="sea",
                country="CAF",
                reporter_type="witness",
                words={
                    "narrative": "قال إنه لن يعطيني الطعام." if name == "late" else "He said he would give no food."
                },
                consents={"contact": "given", "share_with_member_state": "refused"},
            )
            reference = house.reports.take(work, report).case
        assert reference is not None
        found[name] = reference
    for name, ago in (("child", 0), ("child-late", 3)):
        with work_of(house) as work:
            report = NewReport(
                received=TODAY - timedelta(days=ago),
                channel="hotline",
                language="fr",
                form_version="rest-1",
                concern="sea",
                country="HTI",
                age_band="under_18",
                home_safe="no",
                serious=True,
                words={
                    "narrative": "Un homme à l’école.",
                    "safe_contact": "+000 000 001",
                    "safe_times": "after school",
                },
                consents={"contact": "given"},
            )
            reference = house.reports.take(work, report).case
        assert reference is not None
        found[name] = reference
    by, start = Person(OFFICER.subject, OFFICER.name), TODAY - timedelta(days=120)
    victims = (VictimCount("female", "adult", 1),)
    acts: tuple[Command, ...] = (
        Assess(
            Act.ASSESS,
            start + timedelta(2),
            "sea",
            "sexual_abuse",
            "sexual_assault",
            "police_individual",
            "ATA",
            True,
            victims,
        ),
        Command(Act.REPORT, start + timedelta(9)),
        Refer(Act.REFER, start + timedelta(11), "tcc"),
        Command(Act.START_INVESTIGATION, start + timedelta(14)),
        Command(Act.COMPLETE_INVESTIGATION, start + timedelta(60)),
        Command(Act.SUBMIT_REPORT, start + timedelta(70)),
        Propose(Act.PROPOSE_OUTCOME, start + timedelta(90), "substantiated"),
    )
    for version, command in enumerate(acts, start=1):
        with work_of(house) as work:
            house.cases.perform(work, found["proposed"], version, command, by)
    with work_of(house) as work:
        clock, on = "assess_and_report_7d", TODAY - timedelta(days=4)
        house.cases.pause(work, found["paused"], 1, clock, on, PauseReason.AWAITING_VICTIM, Holder.AGENCY, by)
    return found


@pytest.mark.parametrize("case", PUBLIC, ids=lambda case: case.name)
def test_public_pages_are_finished(viewer: Viewer, origin: str, case: PageCase) -> None:
    assert [fault for one in looks(case) for fault in viewer.look(origin, case, one)] == []


@pytest.mark.parametrize(
    "one", [Look(lang, width) for lang in ("en", "ar") for width in SIZES], ids=lambda one: one.label
)
def test_every_step_up_to_the_receipt_and_back_is_finished(browser: Browser, origin: str, one: Look) -> None:
    context = browser.new_context(viewport={"width": one.width, "height": SIZES[one.width]})
    page, wrong = context.new_page(), []
    whole = (one.lang, one.width) in (("en", 360), ("ar", 1280))
    page.goto(f"{origin}/a/unicef?lang={one.lang}")
    for key, answers in ADULT.items():
        wrong += shot(page, f"step-{key}", one, whole=whole)
        if key == "what":
            go_on(page)
            wrong += shot(page, "step-what-empty", one, whole=whole)
        fill(page, answers)
        go_on(page)
    wrong += shot(page, "review", one, whole=whole)
    go_on(page)
    wrong += shot(page, "receipt", one, whole=whole)
    code = page.locator(".receipt code").inner_text()
    page.goto(f"{origin}/b?lang={one.lang}")
    page.locator("[name=code]").fill(code)
    go_on(page)
    wrong += shot(page, "follow-up", one, whole=whole)
    page.goto(f"{origin}/z?lang={one.lang}")
    page.screenshot(path=OUTPUT / f"intake-leave-{one.label}.png", full_page=True)
    assert wrong == []
    assert context.cookies() == []
    context.close()


@pytest.mark.parametrize("lang", ["ar", "zh", "en", "fr", "ru", "es"])
def test_without_script_a_report_is_sent_seen_and_changed_in_every_language(
    browser: Browser, origin: str, lang: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    walk(page, f"{origin}/a/unicef?lang={lang}", ADULT)
    go_on(page)
    code = page.locator(".receipt code").inner_text()
    page.reload()  # the browser sends the form once more
    assert page.locator(".receipt code").inner_text() == code
    page.goto(f"{origin}/b?lang={lang}")
    page.locator("[name=code]").fill(code.replace(" ", "-"))
    go_on(page)
    assert page.locator("[name=contact][value=given]").is_checked()
    page.locator("[name=contact][value=refused]").check()
    go_on(page)
    assert page.locator("[name=contact][value=refused]").is_checked()
    assert page.locator("html").get_attribute("lang") == lang
    context.close()


@pytest.mark.parametrize("lang", ["en", "ar", "zh"])
@pytest.mark.parametrize("width", SIZES)
def test_under_18_is_short_and_ends_with_a_promise_that_can_be_read_again(
    browser: Browser, origin: str, lang: str, width: int
) -> None:
    one = Look(lang, width)
    page, wrong = browser.new_context(viewport={"width": width, "height": SIZES[width]}).new_page(), []
    page.goto(f"{origin}/a/unicef?lang={lang}")
    for key, answers in CHILD.items():
        fill(page, answers)
        wrong += shot(page, f"child-{key}", one)
        go_on(page)
    wrong += shot(page, "child-review", one)
    go_on(page)
    wrong += shot(page, "child-receipt", one)
    code = page.locator(".receipt code").inner_text()
    page.goto(f"{origin}/b?lang={lang}")
    page.locator("[name=code]").fill(code)
    go_on(page)
    wrong += shot(page, "child-follow-up", one)
    assert wrong == []


def test_a_changed_answer_leads_back_to_the_review_and_nothing_is_lost(browser: Browser, origin: str) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{origin}/a/unicef?lang=en")
    for _ in range(4):
        press(page.locator("button[name=skip]"))
    page.locator("[name=narrative]").fill("What I typed")
    go_on(page)
    press(page.locator("button[name=back]"))
    assert page.locator("[name=narrative]").input_value().strip() == "What I typed"
    go_on(page)
    for _ in range(5):
        press(page.locator("button[name=skip]"))
    press(page.locator("button[name=change][value=who]"))
    page.locator("[name=accused]").fill("A tall man")
    go_on(page)
    assert page.locator("button[name=send]").count() == 1
    assert "A tall man" in page.locator(".review").inner_text()


@pytest.mark.parametrize("lang", ["en", "ar", "zh"])
@pytest.mark.parametrize("width", SIZES)
def test_sent_again_after_the_browsers_back_it_is_one_report(
    browser: Browser, origin: str, house: House, lang: str, width: int
) -> None:
    one = Look(lang, width)
    context = browser.new_context(viewport={"width": width, "height": SIZES[width]})
    page, wrong = context.new_page(), []
    walk(page, f"{origin}/a/unicef?lang={lang}", ADULT)
    go_on(page)
    code, reports = page.locator(".receipt code").inner_text(), house.rows("select count(*) from reports")
    go_back(page)
    wrong += shot(page, "review-sent", one)
    go_on(page)
    assert page.locator(".receipt code").inner_text() == code
    go_back(page)
    go_back(page)
    assert page.locator("[name=consent_contact][value=given]").count() == 1
    fill(page, ADULT["consent"])
    go_on(page)
    go_on(page)
    assert page.locator(".receipt code").inner_text() == code
    assert house.rows("select count(*) from reports") == reports
    go_back(page)
    press(page.locator("button[name=change][value=who]"))
    fill(page, {"accused": "A tall man"})
    go_on(page)
    wrong += shot(page, "review-new", one)
    go_on(page)
    assert page.locator(".receipt code").inner_text() != code
    assert wrong == []
    context.close()


def staff(origin: str, subject: str) -> StorageState:
    """The cookie that the doorkeeper of the tests takes."""
    return {
        "cookies": [
            {
                "name": "concord_hub_intake",
                "value": subject,
                "domain": "127.0.0.1",
                "path": "/cases",
                "expires": -1,
                "httpOnly": True,
                "secure": False,
                "sameSite": "Lax",
            }
        ],
        "origins": [],
    }


@pytest.mark.parametrize(
    "name",
    [
        "worklist",
        "late",
        "paused",
        "proposed",
        "assess",
        "pause",
        "confirm",
        "child",
        "child-late",
        "call-back",
        "call-back-late",
    ],
)
def test_staff_pages_are_finished(viewer: Viewer, origin: str, cases: dict[str, str], name: str) -> None:
    paths = {
        "worklist": "/cases",
        "assess": f"/cases/{cases['late']}/assess",
        "pause": f"/cases/{cases['late']}/clocks/assess_and_report_7d/pause",
        "confirm": f"/cases/{cases['proposed']}/confirm-outcome",
        "call-back": f"/cases/{cases['child']}/call-backs/1",
        "call-back-late": f"/cases/{cases['child-late']}/call-backs/1",
        **{key: f"/cases/{reference}" for key, reference in cases.items()},
    }
    case = PageCase(f"intake-staff-{name}", paths[name], "staff")
    session = staff(origin, SECOND.subject)
    langs = ("en", "ar", "zh") if name in ("worklist", "child", "call-back", "call-back-late") else ("en", "ar")
    assert [fault for one in looks(case, langs) for fault in viewer.look(origin, case, one, session=session)] == []


def test_an_act_by_form_moves_the_case_and_a_wrong_day_stays_in_the_form(
    browser: Browser, origin: str, cases: dict[str, str]
) -> None:
    context = browser.new_context(java_script_enabled=False, storage_state=staff(origin, OFFICER.subject))
    page = context.new_page()
    page.goto(f"{origin}/cases/{cases['fresh']}?lang=en")
    press(page.get_by_role("link", name="Assess", exact=True))
    page.locator("[name=concern][value=sea]").check()
    page.locator("[name=allegation_type]").select_option("sexual_exploitation")
    page.locator("[name=personnel_category]").select_option("un_staff_national")
    page.locator("[name=serious][value=no]").check()
    page.locator("[name=on]").fill((TODAY - timedelta(days=9)).isoformat())
    go_on(page)
    assert page.locator(".errors").count() == 1
    assert page.locator("[name=allegation_type]").input_value() == "sexual_exploitation"
    page.locator("[name=on]").fill(TODAY.isoformat())
    go_on(page)
    assert page.url.split("?")[0] == f"{origin}/cases/{cases['fresh']}"
    assert "Preliminary assessment" in page.locator("h1").inner_text()
    context.close()


def test_a_call_is_recorded_by_form_and_a_wrong_time_stays_in_the_form(
    browser: Browser, origin: str, cases: dict[str, str]
) -> None:
    context = browser.new_context(java_script_enabled=False, storage_state=staff(origin, OFFICER.subject))
    page = context.new_page()
    page.goto(f"{origin}/cases?lang=en")
    press(page.locator(f"a[href*='{cases['child']}/call-backs/1']"))
    go_on(page)
    assert page.locator(".errors li").count() == 1
    page.locator("[name=outcome][value=not_reached]").check()
    page.locator("[name=called_at]").fill("23:59")
    go_on(page)
    assert page.locator(".errors li").count() == 1
    assert page.locator("[name=outcome][value=not_reached]").is_checked()
    page.locator("[name=called_at]").fill("10:30")
    go_on(page)
    assert page.url.split("?")[0] == f"{origin}/cases/{cases['child']}"
    assert page.locator(f"a[href*='{cases['child']}/call-backs/2']").count() == 1
    page.goto(f"{origin}/cases/{cases['child']}/call-backs/1?lang=en")
    assert page.locator("form.form").count() == 0
    context.close()


def test_receipts_leave_nothing_in_the_cache_and_name_no_topic(origin: str) -> None:
    for path in ("/a/unicef", "/b", "/z"):
        answer = httpx.get(origin + path)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in answer.headers
    assert httpx.get(f"{origin}/z").headers["clear-site-data"] == '"cache"'
