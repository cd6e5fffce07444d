"""A part is down, on real Kafka and Keycloak: the answer that docs/errors.md gives, and nothing accepted is lost."""

from __future__ import annotations

import html
import uuid
from datetime import UTC, datetime
from typing import Any

import httpx

from concord_core.events.topics import group_name, topic_name
from concord_core.identity.errors import ISSUER_UNAVAILABLE
from concord_core.web.catalogues import Catalogues
from concord_core.web.languages import LANGUAGES
from concord_stack.walk.people import Person, until
from concord_stack.walk.steps.cases import CaseFile
from tests.security.situations import CASES, REPORTS, Desk, answered, body, cases, situation
from tests.security.test_bad_facts import log_of
from tests.support.keycloak_signin import KeycloakTokens, Visitor, fill_in


def own_cases(analyst: Person) -> int:
    return sum(row["own_cases"] for row in analyst.get("/api/reporting/counts")["sea"])


@situation("Kafka is down")
def test_broker_down(desk: Desk) -> None:
    analyst, focal = desk.person("unicef-analyst"), desk.person("unicef-focal")
    case = focal.post(REPORTS, body())["case_reference"]
    desk.person("unicef-officer").get(f"{CASES}/{case}")  # its token is at hand
    until("the counts at rest", lambda: own_cases(analyst) == len(cases(desk)))
    desk.stack.kafka.stop()
    try:
        taken = [focal.post(REPORTS, body())["case_reference"] for _ in range(3)]
        assert own_cases(analyst) == len(cases(desk)) - len(taken)
        work_on(CaseFile(desk.person("unicef-officer"), case))
    finally:
        desk.stack.kafka.start()
    until("the facts that waited", lambda: own_cases(analyst) == len(cases(desk)), seconds=120)
    until("the case's facts that waited", lambda: len(sequences(desk, case)) > 3, seconds=60)
    found = sequences(desk, case)
    assert found == list(range(1, len(found) + 1))


def work_on(file: CaseFile) -> None:
    """Acts that each write a fact of the same case."""
    today = datetime.now(UTC).date().isoformat()
    victims = [{"sex": "female", "age_category": "adult", "count": 1}]
    file.act(
        "assess",
        on=today,
        concern="sea",
        allegation_type="sexual_exploitation",
        allegation_nature="transactional_sex",
        personnel_category="un_staff_international",
        serious=False,
        victims=victims,
    )
    file.act("report", on=today)
    file.act("refer", on=today, investigating_entity="oios")


def sequences(desk: Desk, case: str) -> list[int]:
    """The sequences of the case's facts, as they follow each other in the topic."""
    topic = topic_name("intake", "unicef")
    found: list[int] = []
    with log_of(desk, "hub-intake") as log:
        log.subscribe(group_name("hub", "intake", f"looking-{uuid.uuid4().hex}"), [topic])

        def at_the_end() -> bool:
            records = [record for record in log.poll(500, 0.5) if record.key == case.encode()]
            found.extend(int(dict(record.headers)["ce_sequence"]) for record in records)
            ends = log.ends()
            return bool(ends) and all(log.position(place) == end for place, end in ends.items())

        until("the end of the topic", at_the_end)
    return found


@situation("Keycloak is down")
def test_keycloak_down(desk: Desk) -> None:
    token, early, late = desk.tokens("unicef-officer"), SignIn(desk), SignIn(desk)
    assert early.come_back().headers["location"] == "/cases", "with Keycloak up a begun sign-in ends on its page"
    assert early.browser.get("/cases").status_code == 200
    desk.stack.keycloak.stop()
    try:
        assert desk.bearer(token).status_code == 200
        assert early.browser.get("/cases").status_code == 200, "who has a session works on"
        assert desk.client.get("/").status_code == 200
        for language in LANGUAGES:
            says_that_sign_in_does_not_answer(desk.client.get("/cases/signin", params={"lang": language}), language)
        stranger = desk.client.get("/cases", headers={"accept-language": "es"}, follow_redirects=True)
        says_that_sign_in_does_not_answer(stranger, "es")
        says_that_sign_in_does_not_answer(late.come_back(), "en")
    finally:
        desk.stack.keycloak.start()
    assert SignIn(desk).come_back().headers["location"] == "/cases", "nobody remembers that it was away"
    assert KeycloakTokens(desk.stack.issuer, desk.stack.password)("unicef-officer")


class SignIn:
    """A browser that was at Keycloak and has not brought the code back yet: it holds the cookie of its sign-in and the
    address to come to."""

    def __init__(self, desk: Desk, user: str = "unicef-officer") -> None:
        self.browser = httpx.Client(base_url=desk.stack.origin, timeout=60, trust_env=False)
        started = self.browser.get("/cases/signin")
        assert started.status_code == 303, started.text
        assert started.headers["location"].startswith(desk.stack.issuer)
        at_keycloak = Visitor(stop=desk.stack.origin)
        back = at_keycloak.open(started.headers["location"])
        self._back = back or fill_in(at_keycloak, user, desk.stack.password(user))
        assert "code=" in self._back

    def come_back(self) -> httpx.Response:
        """What the service answers to the code."""
        return self.browser.get(self._back, headers={"accept-language": "en"})


def says_that_sign_in_does_not_answer(page: httpx.Response, language: str) -> None:
    """Checks the page of `issuer_unavailable`, in words of that language."""
    sentence = Catalogues().gettext(language, ISSUER_UNAVAILABLE.message)
    assert (page.status_code, page.headers.get("content-language")) == (503, language), page.text
    assert "<h1" in page.text
    assert (sentence in html.unescape(page.text), sentence == ISSUER_UNAVAILABLE.message) == (True, language == "en")


@situation("PostgreSQL is down")
def test_database_down(desk: Desk) -> None:
    focal, key = desk.person("unicef-focal"), uuid.uuid4().hex
    focal.get("/api/intake/work-items")  # its token is at hand
    analyst = desk.person("unicef-analyst")
    until("the counts at rest", lambda: own_cases(analyst) == len(cases(desk)))
    before, report, programs = len(cases(desk)), body(), running(desk)
    desk.stack.postgres.stop()
    try:
        answer = focal.call("POST", REPORTS, report, key=key)
        answered(answer, 503, "unavailable")
        assert int(answer.headers["retry-after"]) > 0
        page = desk.client.get("/a/unicef?lang=fr")
        assert page.status_code == 200, "the questions of the public form need no database"
        assert desk.client.get("/data?lang=en").status_code == 503
    finally:
        desk.stack.start_database()
    taken = until("the service finding its database again", lambda: repeated(focal, report, key), seconds=120)
    assert repeated(focal, report, key) == taken
    assert running(desk) == programs, "a service waits for its database; it does not end"
    assert len(cases(desk)) == before + 1
    until("reporting going on behind its wait", lambda: own_cases(analyst) == before + 1, seconds=120)
    for _ in range(5):  # no connection that Keycloak held when the database went makes a sign-in fail
        assert KeycloakTokens(desk.stack.issuer, desk.stack.password)("unicef-officer")


def running(desk: Desk) -> dict[str, int]:
    """The process of each program."""
    supervisor = desk.stack.supervisor
    return {name: supervisor.child(name).pid for name in supervisor.names}


def repeated(focal: Person, report: dict[str, Any], key: str) -> Any:
    """The answer to the same request once it is taken; None while the service refuses."""
    answer = focal.call("POST", REPORTS, report, key=key)
    return answer.json() if answer.status_code == 201 else None
