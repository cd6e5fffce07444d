"""A part is down, on real Kafka and Keycloak: the answer that docs/errors.md gives, and nothing accepted is lost."""

from __future__ import annotations

import uuid
from typing import Any

from concord_stack.walk.people import Person, until
from tests.security.situations import REPORTS, Desk, answered, body, cases, situation
from tests.support.keycloak_signin import KeycloakTokens


def own_cases(analyst: Person) -> int:
    return sum(row["own_cases"] for row in analyst.get("/api/reporting/counts")["sea"])


@situation("Kafka is down")
def test_broker_down(desk: Desk) -> None:
    analyst, focal = desk.person("unicef-analyst"), desk.person("unicef-focal")
    focal.post(REPORTS, body())
    until("the counts at rest", lambda: own_cases(analyst) == len(cases(desk)))
    desk.stack.kafka.stop()
    try:
        taken = [focal.post(REPORTS, body())["case_reference"] for _ in range(3)]
        assert own_cases(analyst) == len(cases(desk)) - len(taken)
    finally:
        desk.stack.kafka.start()
    until("the facts that waited", lambda: own_cases(analyst) == len(cases(desk)), seconds=120)


@situation("Keycloak is down")
def test_keycloak_down(desk: Desk) -> None:
    token = desk.tokens("unicef-officer")
    desk.stack.keycloak.stop()
    try:
        assert desk.bearer(token).status_code == 200
        assert desk.client.get("/").status_code == 200
        page = desk.client.get("/cases/signin/callback?code=x&state=y", follow_redirects=False)
        assert page.status_code in (401, 503), "a page in words, not a broken one"
        assert "<h1" in page.text
    finally:
        desk.stack.keycloak.start()
    assert KeycloakTokens(desk.stack.issuer, desk.stack.password)("unicef-officer")


@situation("PostgreSQL is down")
def test_database_down(desk: Desk) -> None:
    focal, key = desk.person("unicef-focal"), uuid.uuid4().hex
    focal.get("/api/intake/work-items")  # its token is at hand
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
