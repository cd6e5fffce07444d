"""The public form as a browser without script drives it: what is posted, and what the database then holds."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from concord_core.storage import Database, Login
from concord_core.vault import SealedBox
from concord_intake.callbacks.domain import Outcome
from concord_intake.cases.commands import Person
from concord_intake.reports import journey as way
from concord_intake.reports.journey import Journey
from concord_intake.reports.receipt import Receipt
from tests.support.intake import OFFICER, TODAY, House, make_app, work_of

ANSWERS: tuple[dict[str, str], ...] = (
    {"safe_now": "yes"},
    {"age_band": "18_or_over"},
    {"concern": "sea"},
    {"relation": "self"},
    {"narrative": "What happened"},
    {"country": "CAF"},
    {"person_kind": "soldier"},
    {"safe_contact": "+000"},
    {"help_wanted": "yes"},
    {"consent_contact": "given"},
)
CHILD: tuple[dict[str, str], ...] = (
    {"safe_now": "yes"},
    {"age_band": "under_18"},
    {"narrative": "A man at school"},
    {"safe_contact": "my sister"},
    {"home_safe": "no"},
    {"help_wanted": "no"},
)
SENT = "You have sent this."
SENT_BEFORE = "You have sent a report before."


def sealed(page: str) -> str:
    found = re.search(r'name="sealed" value="([^"]+)"', page)
    assert found, page
    return unescape(found[1])


def journey(house: House, page: str) -> Journey:
    """What the page carries; only the node that made it can read it."""
    return way.opened(SealedBox(house.keys.node_key("intake.forms")).open(sealed(page), "report/unicef"))


def posted(client: TestClient, page: str, lang: str = "en", **fields: str) -> str:
    answer = client.post(f"/a/unicef?lang={lang}", data={"sealed": sealed(page), **fields})
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def walked(client: TestClient, answers: tuple[dict[str, str], ...] = ANSWERS) -> list[str]:
    """Every page up to the review, as the browser's history keeps them."""
    pages = [client.get("/a/unicef?lang=en").text]
    for answer in answers:
        pages.append(posted(client, pages[-1], **answer))
    return pages


def code(page: str) -> str:
    found = re.search(r'<p class="secret"><code[^>]*>(.*?)</code>', page, re.DOTALL)
    assert found, page
    return re.sub(r"<[^>]+>", "", found[1]).strip()


def count(house: House, table: str) -> Any:
    return house.rows(f"select count(*) from {table}")[0][0]


def test_sent_again_from_any_page_it_is_one_report_with_one_receipt(client: TestClient, house: House) -> None:
    pages = walked(client)
    assert SENT not in pages[-1]
    first = code(posted(client, pages[-1], send="1"))
    assert code(posted(client, pages[-1], send="1")) == first
    assert code(posted(client, pages[-1], lang="fr", send="1")) == first
    for back in range(len(ANSWERS)):  # the browser's Back, so and so often, then forward again
        page = pages[back]
        for answer in ANSWERS[back:]:
            page = posted(client, page, **answer)
        assert SENT in page
        assert code(posted(client, page, send="1")) == first
    assert (count(house, "reports"), count(house, "cases"), count(house, "receipts")) == (1, 1, 1)


def test_changed_answers_after_a_sending_are_a_new_report_and_the_page_says_so(
    client: TestClient, house: House
) -> None:
    pages = walked(client)
    first = code(posted(client, pages[-1], send="1"))
    step = posted(client, pages[-1], change="who")
    review = posted(client, step, person_kind="soldier", accused="A tall man")
    assert SENT_BEFORE in review
    assert SENT_BEFORE in posted(client, review, to_lang="en")
    second = code(posted(client, review, send="1"))
    assert second != first
    assert code(posted(client, review, send="1")) == second
    assert count(house, "reports") == 2
    again = posted(client, posted(client, review, change="who"), person_kind="soldier", accused="")
    assert SENT in again
    assert code(posted(client, again, send="1")) == first
    assert count(house, "reports") == 2


def test_two_reporters_with_the_same_answers_are_two_reports(client: TestClient, house: House) -> None:
    codes = {code(posted(client, walked(client)[-1], send="1")) for _ in range(2)}
    assert len(codes) == 2
    assert count(house, "reports") == 2


def test_a_locator_that_is_taken_gives_the_next_receipt_each_time(client: TestClient, house: House) -> None:
    review = walked(client)[-1]
    mine = journey(house, review)
    other = walked(client)[-1]
    taken = Receipt(way.receipt(mine, 0).locator, "0" * 25)
    report = {"sealed": sealed(other), "send": "1"}
    assert client.post("/a/unicef?lang=en", data=report).status_code == 200
    with house.owner.engine.begin() as conn:
        conn.exec_driver_sql("update receipts set locator = %s", (taken.locator,))
    first = code(posted(client, review, send="1"))
    assert first == way.receipt(mine, 1).code
    assert code(posted(client, review, send="1")) == first
    assert count(house, "reports") == 2


def test_when_the_database_is_away_the_review_stays_and_can_be_sent_later(
    client: TestClient, house: House, tmp_path: Path
) -> None:
    pages = walked(client)
    away = Database(house.public.settings.model_copy(update={"port": 1}), Login.PUBLIC)
    with TestClient(make_app(replace(house, public=away), tmp_path / "away")) as unplugged:
        assert sealed(posted(unplugged, pages[-2], **ANSWERS[-1]))
        answer = unplugged.post("/a/unicef?lang=en", data={"sealed": sealed(pages[-1]), "send": "1"})
        assert answer.status_code == 503
        assert "Nothing is lost" in answer.text
        read = unplugged.post("/a/unicef?lang=fr", data={"sealed": sealed(answer.text), "to_lang": "fr"})
        assert "Rien" in read.text
    away.close()
    assert code(posted(client, read.text, send="1"))
    assert count(house, "reports") == 1


def test_a_receipt_is_read_in_another_language_without_another_sending(client: TestClient, house: House) -> None:
    receipt = posted(client, walked(client)[-1], send="1")
    shown = re.search(r'name="shown" value="([^"]+)"', receipt)
    assert shown
    assert "What happened" not in receipt
    answer = client.post("/a/unicef?lang=ar", data={"shown": unescape(shown[1]), "to_lang": "ar"})
    assert code(answer.text) == code(receipt)
    elsewhere = client.post("/a/unhcr?lang=ar", data={"shown": unescape(shown[1]), "to_lang": "ar"})
    assert elsewhere.status_code == 422
    assert count(house, "audit_entries") == 2


def test_a_child_is_promised_what_the_agency_then_has_to_do(client: TestClient, house: House) -> None:
    receipt = posted(client, walked(client, CHILD)[-1], send="1")
    promised = "Until this day a trained person tries to reach you in the way that you told us."
    line = re.search(rf"<strong>([^<]+)</strong> {promised}", receipt)
    assert line
    assert line[1] == "23 November 2026"
    with work_of(house) as work:
        (call,) = house.call_backs.waiting(work)
    assert call.due.date() == TODAY + timedelta(days=1)
    house.today.day += timedelta(days=1)
    assert promised in posted(client, walked(client, CHILD)[-1], send="1")


def test_a_child_who_left_no_way_to_be_reached_is_promised_no_call(client: TestClient, house: House) -> None:
    answers = (*CHILD[:3], {"safe_contact": ""}, *CHILD[4:])
    receipt = posted(client, walked(client, answers)[-1], send="1")
    assert "You did not tell us how to reach you." in receipt
    assert "Until this day a trained person" not in receipt
    assert count(house, "call_backs") == 0


def test_the_child_reads_what_came_of_the_promise(client: TestClient, house: House) -> None:
    receipt = posted(client, walked(client, CHILD)[-1], send="1")

    def seen() -> str:
        return str(client.post("/b?lang=en", data={"code": code(receipt)}).text)

    def called(outcome: Outcome, number: int) -> None:
        with work_of(house) as work:
            case = house.call_backs.waiting(work)[0].case
            by = Person(OFFICER.subject, OFFICER.name)
            house.call_backs.record(work, case, number, outcome, house.today.now(), by)

    assert "A trained person tries to reach you by 23 November 2026." in seen()
    called(Outcome.NOT_REACHED, 1)
    assert "We tried to reach you on 22 November 2026, but we did not reach you." in seen()
    house.today.day += timedelta(days=2)
    assert "We should have tried to reach you by 23 November 2026. We are late." in seen()
    called(Outcome.REACHED, 2)
    page = seen()
    assert "A trained person talked with you on 24 November 2026." in page
    assert "We are late" not in page
