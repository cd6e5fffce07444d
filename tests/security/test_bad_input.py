"""Requests, tokens and calls that are wrong, on real Kafka and Keycloak: each has the answer of docs/errors.md."""

from __future__ import annotations

import base64
import json
import time
import uuid
from datetime import UTC, datetime
from typing import Any

import grpc
import pytest
from jwcrypto.jwk import JWK

from concord.intake.v1.service_pb2 import GetHandoverRequest
from concord.intake.v1.service_pb2_grpc import IntakeServiceStub
from concord_core.identity.client_keys import with_names
from concord_core.identity.jose import signed
from concord_core.rpc.call import ACTING_KEY, ADDRESSED_KEY, TOKEN_KEY
from concord_core.rpc.status import CODE_KEY
from concord_core.web.languages import LANGUAGES
from concord_stack.walk.people import until
from tests.identity.attacks import AgencyAdministrator, come_in, fresh_email
from tests.security.situations import CASES, REPORTS, Desk, answered, body, situation
from tests.support.keycloak_signin import KeycloakTokens

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
    focal, wrong = desk.tokens("unicef-focal"), {**body(), "channel": "pigeon"}
    problems = []
    for language in LANGUAGES:
        headers = {"accept-language": language, "authorization": f"Bearer {focal}", "idempotency-key": uuid.uuid4().hex}
        problems.append(answered(desk.client.post(REPORTS, json=wrong, headers=headers), 422, "invalid_request"))
    assert len({problem["title"] for problem in problems}) == len(LANGUAGES) == 6
    fields = [problem["fields"] for problem in problems]
    assert {(one["path"], one["code"]) for (one,) in fields} == {("channel", "unknown_code")}
    assert len({one["message"] for (one,) in fields}) == 6


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
    traces = [answered(answer, 404, "not_found")["reference"] for answer in answers]
    assert traces[0] != traces[1]
    bodies = [answer.content.replace(trace.encode(), b"") for answer, trace in zip(answers, traces, strict=True)]
    assert bodies[0] == bodies[1]
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
