"""Everything that may go wrong from outside, on real Kafka and real Keycloak: each situation has the answer that
docs/errors.md gives, and nothing that was accepted is lost.

A situation is a row of that page's table "What happens when"; a row without a test, or a test without a row, fails.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from jwcrypto.jwk import JWK

from concord.intake.v1.events_pb2 import CaseClosed
from concord.intake.v1.service_pb2 import GetHandoverRequest
from concord.intake.v1.service_pb2_grpc import IntakeServiceStub
from concord_core.config import IdentitySettings
from concord_core.events.ids import uuid7
from concord_core.events.kafka import KafkaLog
from concord_core.events.log import NotAuthorisedError
from concord_core.events.model import Record
from concord_core.events.records import SIGNATURE, Event, encode
from concord_core.identity.client_keys import with_names
from concord_core.identity.jose import signed
from concord_core.identity.tokens import ServiceTokens
from concord_core.rpc.call import ACTING_KEY, ADDRESSED_KEY, TOKEN_KEY
from concord_core.rpc.status import CODE_KEY
from concord_core.vault import FileKeyring
from concord_stack.full import FullStack
from concord_stack.walk.people import Person, until
from tests.identity.attacks import AgencyAdministrator, come_in, fresh_email
from tests.support.keycloak_signin import KeycloakTokens

PAGE = Path(__file__).parents[2] / "docs" / "errors.md"
REPORTS, CASES = "/api/intake/reports", "/api/intake/cases"
SITUATIONS: dict[str, Callable[..., None]] = {}
"""Row of the page → its test."""


def situation(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Says which row of the page a test tries."""

    def note(test: Callable[..., None]) -> Callable[..., None]:
        assert name not in SITUATIONS, name
        SITUATIONS[name] = test
        return test

    return note


def body() -> dict[str, Any]:
    """A report that is taken in."""
    return {
        "received_date": datetime.now(UTC).date().isoformat(),
        "channel": "hotline",
        "concern": "sea",
        "country": "HTI",
        "words": {"narrative": "An invented sentence."},
    }


class Desk:
    """People of the full stack, and their programs."""

    def __init__(self, stack: FullStack) -> None:
        self.stack = stack
        self.tokens = KeycloakTokens(stack.issuer, stack.password)
        self.client = httpx.Client(base_url=stack.origin, timeout=60, trust_env=False)

    def person(self, user: str) -> Person:
        return Person(user, self.client, self.tokens)

    def bearer(self, token: str | None, path: str = CASES) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return self.client.get(path, headers=headers)

    def service_token(self, client_id: str, audience: str) -> str:
        node, _, service = client_id.partition("-")
        key = self.stack.node(node).client_key(service)
        settings = IdentitySettings(issuer=self.stack.issuer, client_id=client_id, client_key=key)
        return ServiceTokens(settings).token(audience)


@pytest.fixture(scope="module")
def desk(full_stack: FullStack) -> Desk:
    return Desk(full_stack)


def answered(answer: httpx.Response, status: int, code: str) -> Mapping[str, Any]:
    """Checks a problem document; returns it."""
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["code"], problem["status"]) == (status, code, status), problem
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"] == f"urn:concord:error:{code}"
    assert problem["title"]
    return problem


def test_every_row_of_the_page_is_tried_and_every_trial_stands_there() -> None:
    table = PAGE.read_text(encoding="utf-8").partition("## What happens when\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (?!situation|---)([^|]+) \|", table, re.MULTILINE)
    assert len(rows) == len(set(rows)) > 20
    assert set(rows) == set(SITUATIONS)


# --- requests -----------------------------------------------------------------------------------------------------


@situation("the body is not JSON")
def test_malformed_json(desk: Desk) -> None:
    headers = {
        "authorization": f"Bearer {desk.tokens('unicef-focal')}",
        "content-type": "application/json",
        "idempotency-key": uuid.uuid4().hex,
    }
    answered(desk.client.post(REPORTS, content=b'{"received_date": ', headers=headers), 400, "malformed_json")


@situation("a code is not in its list")
def test_unknown_code(desk: Desk) -> None:
    problem = answered(
        desk.person("unicef-focal").call("POST", REPORTS, {**body(), "channel": "pigeon", "country": "XYZ"}),
        422,
        "invalid_request",
    )
    assert {(field["path"], field["code"]) for field in problem["fields"]} == {
        ("channel", "unknown_code"),
        ("country", "unknown_code"),
    }


@situation("the body is larger than the service takes")
def test_oversize_body(desk: Desk) -> None:
    words = {"narrative": "x" * 30_000_000}
    answered(desk.person("unicef-focal").call("POST", REPORTS, {**body(), "words": words}), 413, "body_too_large")


@situation("a change without its version, or with another one")
def test_versions_missing_and_stale(desk: Desk) -> None:
    case, officer = desk.person("unicef-focal").post(REPORTS, body())["case_reference"], desk.person("unicef-officer")
    path, act = f"{CASES}/{case}/report", {"on": datetime.now(UTC).date().isoformat()}
    answered(officer.call("POST", path, act), 400, "version_required")
    problem = answered(officer.call("POST", path, act, version=9), 412, "stale_write")
    assert problem["params"] == {"version": 1}


@situation("a request sent again with its key")
def test_a_request_sent_again(desk: Desk) -> None:
    focal, report, key = desk.person("unicef-focal"), body(), uuid.uuid4().hex
    first = focal.post(REPORTS, report, key=key)
    assert focal.post(REPORTS, report, key=key) == first
    answered(focal.call("POST", REPORTS, {**report, "country": "TCD"}, key=key), 409, "idempotency_key_reused")


@situation("the words in the caller's language")
def test_a_refusal_speaks_the_callers_language(desk: Desk) -> None:
    titles = {
        lang: desk.client.get(CASES, headers={"accept-language": lang}).json()["title"]
        for lang in ("ar", "zh", "en", "fr", "ru", "es")
    }
    assert len(set(titles.values())) == 6


# --- tokens -------------------------------------------------------------------------------------------------------


@situation("the clock of the caller is ahead")
def test_a_date_in_the_future(desk: Desk) -> None:
    tomorrow = datetime.fromtimestamp(time.time() + 3 * 86_400, UTC).date().isoformat()
    answer = desk.person("unicef-focal").call("POST", REPORTS, {**body(), "received_date": tomorrow})
    answered(answer, 422, "date_in_future")


@situation("no token")
def test_no_token(desk: Desk) -> None:
    garbage = desk.client.post(REPORTS, content=b"{not json", headers={"content-type": "application/json"})
    for answer in (desk.bearer(None), garbage):
        answered(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"] == "Bearer"


@situation("a token that somebody else signed")
def test_wrong_token(desk: Desk) -> None:
    token = desk.tokens("unicef-officer")
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    stranger = with_names(JWK.generate(kty="EC", crv="P-256"), "ES256")
    answered(desk.bearer(signed(claims, stranger, typ="at+jwt")), 401, "token_invalid")
    answered(desk.bearer(f"{token[:-6]}AAAAAA"), 401, "token_invalid")


@situation("a token that has ended")
def test_expired_token(desk: Desk) -> None:
    hub = desk.stack.access.open("concord")
    client = next(one for one in hub.get_clients() if one["clientId"] == "concord-cli")
    short = {**client, "attributes": {**client["attributes"], "access.token.lifespan": "1"}}
    hub.update_client(client["id"], short)
    try:
        token = KeycloakTokens(desk.stack.issuer, desk.stack.password)("unicef-officer")
    finally:
        short["attributes"]["access.token.lifespan"] = ""
        hub.update_client(client["id"], short)
    until("the token's end", lambda: desk.bearer(token).status_code == 401, seconds=60)
    answered(desk.bearer(token), 401, "token_expired")


@situation("a token for another service")
def test_token_of_another_audience(desk: Desk) -> None:
    answered(desk.bearer(desk.service_token("hub-assistance", "hub-screening")), 401, "token_audience")


@situation("a person of two organizations")
def test_person_of_two_organizations(desk: Desk) -> None:
    hub = desk.stack.access.open("concord")
    hired = AgencyAdministrator(desk.stack, "unhcr").hire(fresh_email("unhcr"), ("intake.case_officer",))
    first = come_in(desk.stack, hired)
    assert first is not None
    assert desk.bearer(first["access_token"]).status_code == 200
    other = next(one for one in hub.get_organizations() if one["alias"] == "unicef")
    claims = json.loads(base64.urlsafe_b64decode(first["access_token"].split(".")[1] + "=="))
    hub.organization_user_add(claims["sub"], other["id"])
    try:
        second = come_in(desk.stack, hired)
        assert second is not None
        answered(desk.bearer(second["access_token"]), 403, "token_organization")
    finally:
        hub.organization_user_remove(claims["sub"], other["id"])


@situation("a reference of another agency, or one that does not exist")
def test_another_agencys_reference(desk: Desk) -> None:
    case = desk.person("unicef-focal").post(REPORTS, body())["case_reference"]
    assert desk.person("unicef-officer").call("GET", f"{CASES}/{case}").status_code == 200
    answers = [desk.person("unhcr-officer").call("GET", f"{CASES}/{one}") for one in (case, "UNICEF-26-ZZZZZZ")]
    problems = [dict(answered(answer, 404, "not_found")) for answer in answers]
    for problem in problems:
        problem.pop("reference")  # the trace of each request
    assert problems[0] == problems[1]
    assert list(answers[0].headers) == list(answers[1].headers)


# --- calls between services ---------------------------------------------------------------------------------------


def refused_call(desk: Desk, token: str | None, acting: str, addressed: str) -> tuple[grpc.StatusCode, str]:
    """Status and code of `GetHandover` at the hub's intake."""
    authority = desk.stack.folder / "certificates" / "authority.pem"
    credentials = grpc.ssl_channel_credentials(authority.read_bytes())
    bearer = [(TOKEN_KEY, f"Bearer {token}")] if token else []
    metadata = ((ACTING_KEY, acting), (ADDRESSED_KEY, addressed), *bearer)
    peer = desk.stack.signed.agreement.address("unicef", "intake")
    request = GetHandoverRequest(report_reference="UNICEF-R26-ZZZZZZ")
    with grpc.secure_channel(peer.address, credentials) as channel, pytest.raises(grpc.RpcError) as caught:
        IntakeServiceStub(channel).GetHandover(request, metadata=metadata, timeout=20)
    call: Any = caught.value
    code = dict(call.trailing_metadata()).get(CODE_KEY, "")
    return call.code(), code


@situation("gRPC without a token, or with one for another service")
def test_call_without_a_token_for_this_service(desk: Desk) -> None:
    assert refused_call(desk, None, "unicef", "unicef") == (grpc.StatusCode.UNAUTHENTICATED, "unauthenticated")
    other = desk.service_token("hub-assistance", "hub-screening")
    assert refused_call(desk, other, "unicef", "unicef") == (grpc.StatusCode.UNAUTHENTICATED, "token_audience")


@situation("gRPC for an agency that the caller's node does not host")
def test_call_for_an_agency_of_another_node(desk: Desk) -> None:
    token = desk.service_token("hub-assistance", "hub-intake")
    assert refused_call(desk, token, "unfpa", "unicef") == (grpc.StatusCode.PERMISSION_DENIED, "agency_not_hosted")


@situation("gRPC for a record that is not the caller's")
def test_call_for_a_record_that_is_not_the_callers(desk: Desk) -> None:
    token = desk.service_token("hub-assistance", "hub-intake")
    assert refused_call(desk, token, "unhcr", "unicef") == (grpc.StatusCode.NOT_FOUND, "handover_unknown")


# --- facts --------------------------------------------------------------------------------------------------------


def fact(stack: FullStack, topic: str, agency: str, signer: str, value: bytes | None = None) -> Record:
    """A fact of `agency` for a topic, signed with the keys of the node `signer`."""
    service = topic.split(".")[1]
    identity, content = str(uuid7()), value if value is not None else CaseClosed(reason="resolved").SerializeToString()
    kind = "concord.intake.v1.CaseClosed" if service == "intake" else f"concord.{service}.v1.PersonInformed"
    event = Event(identity, topic, identity, kind, 1, agency, datetime.now(UTC), content, None)
    return encode(event, FileKeyring(stack.node(signer).keyring), node=signer, service=service)


@contextmanager
def log_of(desk: Desk, client_id: str) -> Iterator[KafkaLog]:
    """The event log as that service sees it."""
    tokens = lambda: desk.service_token(client_id, "kafka")  # noqa: E731 - one act, named for what it gives
    with closing(KafkaLog(desk.stack.kafka.access.bootstrap, tokens, client_id)) as log:
        yield log


def letters(desk: Desk) -> list[dict[str, Any]]:
    """What reporting has set aside, as the operator's command tells it."""
    return json.loads(concord(desk, "list", "--json"))  # type: ignore[no-any-return]


def concord(desk: Desk, *arguments: str) -> str:
    """`concord dlq …` on the hub's reporting."""
    config = str(desk.stack.hub.config("reporting"))
    argv = [sys.executable, "-m", "concord_core.cli", "dlq", *arguments, "--config", config]
    done = subprocess.run(argv, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def set_aside(desk: Desk, client_id: str, record: Record, reason: str) -> None:
    """Sends the record; reporting sets it aside for that reason, and the operator gives it up."""
    before = {letter["place"] for letter in letters(desk)}
    with log_of(desk, client_id) as log:
        assert log.publish([record]) == [None]

    def new() -> list[dict[str, Any]]:
        return [letter for letter in letters(desk) if letter["place"] not in before]

    found = until("the record being set aside", new)
    for letter in found:
        concord(desk, "drop", letter["consumer"], letter["place"])
    assert [(letter["kind"], letter["reason"]) for letter in found] == [("not_believed", reason)]


@situation("a fact that cannot be decoded")
def test_undecodable_fact(desk: Desk) -> None:
    record = fact(desk.stack, "concord.intake.unicef.v1", "unicef", "hub", b"\xff\xff\xff\xff")
    set_aside(desk, "hub-intake", record, "undecodable")


@situation("a fact whose signature is not the agency's")
def test_bad_signature(desk: Desk) -> None:
    record = fact(desk.stack, "concord.intake.unicef.v1", "unicef", "hub")
    forged = base64.b64encode(b"\x01" * 64)
    headers = tuple((name, forged if name == SIGNATURE else value) for name, value in record.headers)
    set_aside(desk, "hub-intake", replace(record, headers=headers), "bad_signature")


@situation("a fact moved to another topic")
def test_a_fact_moved_to_another_topic(desk: Desk) -> None:
    record = fact(desk.stack, "concord.intake.unicef.v1", "unicef", "hub")
    set_aside(desk, "hub-intake", replace(record, topic="concord.intake.unhcr.v1"), "wrong_agency")


@situation("a fact moved to another key")
def test_a_fact_moved_to_another_key(desk: Desk) -> None:
    record = fact(desk.stack, "concord.intake.unicef.v1", "unicef", "hub")
    set_aside(desk, "hub-intake", replace(record, key=b"UNICEF-26-ZZZZZZ"), "wrong_subject")


@situation("an agency that claims another's name on its own topic")
def test_an_agency_claiming_anothers_name(desk: Desk) -> None:
    record = fact(desk.stack, "concord.assistance.unfpa.v1", "unfpa", "unfpa")
    claimed = tuple((name, b"unicef" if name == "ce_concordagency" else value) for name, value in record.headers)
    set_aside(desk, "unfpa-assistance", replace(record, headers=claimed), "wrong_agency")


@situation("an agency that writes another's topic")
def test_an_agency_writing_anothers_topic(desk: Desk) -> None:
    record = fact(desk.stack, "concord.assistance.unfpa.v1", "unfpa", "unfpa")
    with log_of(desk, "unfpa-assistance") as log:
        outcome = log.publish([replace(record, topic="concord.assistance.unicef.v1")])[0]
    assert isinstance(outcome, NotAuthorisedError)


# --- what is down -------------------------------------------------------------------------------------------------


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


def cases(desk: Desk) -> list[str]:
    """References of all cases of unicef."""
    officer, found, after = desk.person("unicef-officer"), list[str](), ""
    while True:
        page = officer.get(f"{CASES}?limit=500&after={after}")
        found += [item["reference"] for item in page["items"]]
        after = page["next"]
        if not after:
            return found


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
