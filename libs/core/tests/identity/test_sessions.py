"""The life of a staff session, and how it ends: by time, by the person, by the issuer."""

import base64
import hashlib
import secrets
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from jwcrypto.jwk import JWK

from concord_core.agreement import Agreement
from concord_core.identity.client_keys import with_names
from concord_core.identity.jose import signed
from concord_core.identity.provider import JwksCache, Provider
from concord_core.identity.staff import LOGOUT_EVENT, StaffSessions
from concord_core.identity.tokens import ClientProof
from concord_core.identity.verifier import TokenVerifier
from concord_core.vault import SealedBox
from tests.support.signin import (
    APPROVER,
    CLIENT,
    OFFICER,
    Service,
    path_of,
    signed_in,
    to_issuer,
)
from tests.support.trust import TrustWorld, choose

# --- the life of a session ------------------------------------------------------------------------------------


def test_a_session_ends_when_idle_and_at_the_latest_after_eight_hours(service: Service) -> None:
    idle = signed_in(service)
    service.clock.ahead = timedelta(minutes=29)
    assert idle.get("/cases").status_code == 200
    service.clock.ahead = timedelta(minutes=58)
    assert idle.get("/cases").status_code == 200
    service.clock.ahead = timedelta(minutes=89)
    assert idle.get("/cases").status_code == 303
    service.clock.ahead = timedelta()
    busy = signed_in(service)
    for minutes in range(25, 480, 25):
        service.clock.ahead = timedelta(minutes=minutes)
        assert busy.get("/cases").status_code == 200
    service.clock.ahead = timedelta(hours=8)
    assert busy.get("/cases").status_code == 303


def test_the_sessions_of_an_agency_that_left_end_with_the_agreement_that_says_so(service: Service) -> None:
    browser, world = signed_in(service), service.world
    agencies = [
        replace(one, left_at=datetime.now(UTC)) if one.slug == "unicef" else one for one in world.agreement.agencies
    ]
    after = replace(world.agreement, agencies=tuple(agencies))
    restarted = StaffSessions(
        world.settings(CLIENT),
        name="intake",
        prefix="/cases",
        store=service.store,
        box=SealedBox(bytes(32)),
        verifier=TokenVerifier(world.issuer, CLIENT, JwksCache(Provider(world.issuer)), after, "hub"),
        provider=Provider(world.issuer),
        proof=ClientProof(world.settings(CLIENT).identity),
    )
    assert restarted.current(browser.cookies["concord_hub_intake"]) is None
    assert service.rows() == 0


def test_an_ended_access_token_is_renewed_from_the_issuer(service: Service) -> None:
    browser = signed_in(service)
    cookie = browser.cookies["concord_hub_intake"]
    before = service.staff.current(cookie)
    service.clock.ahead = timedelta(minutes=6)
    time.sleep(1.1)
    after = service.staff.current(cookie)
    assert before is not None
    assert after is not None
    assert after.access_token != before.access_token
    assert after.principal == before.principal
    assert after.principal.name == "Bento Marsh"


def test_sign_out_ends_every_service_and_other_sites_cannot_ask_for_it(service: Service) -> None:
    browser = signed_in(service)
    form = {"form_token": browser.get("/cases").json()["form_token"]}
    elsewhere = {"Origin": "https://elsewhere.example"}
    assert browser.post("/cases/signin/out", data=form, headers=elsewhere).status_code == 403
    for guess in ({}, {"form_token": ""}, {"form_token": "guess"}):
        assert browser.post("/cases/signin/out", data=guess).status_code == 409
    assert browser.get("/cases").status_code == 200
    cookie = browser.cookies["concord_hub_intake"]
    session = service.staff.current(cookie)
    assert session is not None
    out = browser.post("/cases/signin/out", data=form)
    assert out.status_code == 303
    assert service.rows() == 0
    again = service.browser()
    again.cookies.set("concord_hub_intake", cookie, domain="127.0.0.1", path="/cases")
    assert again.get("/cases").status_code == 303
    renewal = {"grant_type": "refresh_token", "refresh_token": session.refresh_token}
    answer = httpx.post(
        f"{service.world.issuer}/token",
        data={**renewal, **ClientProof(service.world.identity(CLIENT)).fields()},
        trust_env=False,
    )
    assert answer.json() == {"error": "invalid_grant"}


def test_the_issuer_ends_a_session_that_was_left_elsewhere(service: Service) -> None:
    """The person signs out at another service: this one learns of it by the back channel."""
    browser = service.browser()
    tab = httpx.Client(base_url=service.world.issuer, trust_env=False)
    assert browser.get(path_of(choose(tab, to_issuer(browser), OFFICER))).status_code == 303
    elsewhere = service.world.settings("hub-screening")
    tokens = silent_sign_in(service.world, tab, "hub-screening", f"{elsewhere.public_origin}/screening/signin/callback")
    proof = ClientProof(service.world.identity("hub-screening")).fields()
    answer = tab.post("/logout", data={"refresh_token": tokens["refresh_token"], **proof})
    assert answer.status_code == 204
    deadline = time.monotonic() + 10
    while service.rows() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert browser.get("/cases").status_code == 303


def silent_sign_in(world: TrustWorld, tab: httpx.Client, client_id: str, redirect_uri: str) -> dict[str, Any]:
    """Single sign-on: the issuer knows the browser and asks nothing."""
    verifier = "v" * 43
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "state": "s",
        "code_challenge_method": "S256",
    }
    digest = hashlib.sha256(verifier.encode()).digest()
    query["code_challenge"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    back = tab.get("/authorize", params=query)
    assert back.status_code == 303
    code = parse_qs(urlsplit(back.headers["location"]).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier}
    answer: dict[str, Any] = tab.post("/token", data={**form, **ClientProof(world.identity(client_id)).fields()}).json()
    return answer


# --- back-channel logout --------------------------------------------------------------------------------------


class ForgingIssuer:
    """Stands in for the issuer's key, so that logout tokens of every kind can be made."""

    def __init__(self, service: Service, agreement: Agreement) -> None:
        self.key = with_names(JWK.generate(kty="EC", crv="P-256"), "ES256")
        self.issuer = service.world.issuer
        keys = {"keys": [self.key.export_public(as_dict=True)]}
        found = {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"}

        def answer(request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, json=keys if request.url.path == "/keys" else found)

        provider = Provider(self.issuer, http=httpx.Client(transport=httpx.MockTransport(answer)))
        self.staff = StaffSessions(
            service.world.settings(CLIENT),
            name="intake",
            prefix="/cases",
            store=service.store,
            box=SealedBox(bytes(32)),
            verifier=TokenVerifier(self.issuer, CLIENT, JwksCache(provider), agreement, "hub"),
            provider=provider,
            proof=ClientProof(service.world.identity(CLIENT)),
        )

    def token(self, typ: str = "logout+jwt", **changes: Any) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_hex(8),
            "sub": OFFICER,
            "events": {LOGOUT_EVENT: {}},
        } | changes
        return signed({name: value for name, value in claims.items() if value is not None}, self.key, typ=typ)


def test_a_logout_token_works_once(service: Service) -> None:
    forge = ForgingIssuer(service, service.world.agreement)
    signed_in(service)
    token = forge.token()
    forge.staff.logged_out_by_issuer(token)
    assert service.rows() == 0
    again = signed_in(service)
    with pytest.raises(Exception, match="logout_invalid"):
        forge.staff.logged_out_by_issuer(token)
    assert again.get("/cases").status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"events": None},
        {"events": {}},
        {"events": {LOGOUT_EVENT: "yes"}},
        {"nonce": "n"},
        {"aud": "hub-screening"},
        {"iss": "https://elsewhere.example"},
        {"jti": None},
        {"sub": None, "sid": None},
        {"exp": 1},
        {"iat": int(time.time()) - 3600},
        {"typ": "at+jwt"},
    ],
)
def test_what_is_no_logout_token_ends_nothing(service: Service, changes: dict[str, Any]) -> None:
    forge = ForgingIssuer(service, service.world.agreement)
    browser = signed_in(service)
    with pytest.raises(Exception, match="logout_invalid"):
        forge.staff.logged_out_by_issuer(forge.token(**changes))
    assert browser.get("/cases").status_code == 200


def test_other_tokens_and_other_signers_end_nothing(service: Service) -> None:
    browser = signed_in(service)
    forge = ForgingIssuer(service, service.world.agreement)
    tokens = service.world.sign_in(OFFICER)
    for token in (tokens["access_token"], tokens["id_token"], forge.token(), "", "a.b.c"):
        answer = browser.post("/cases/signin/backchannel", data={"logout_token": token})
        assert answer.status_code in (400, 422)
    assert browser.get("/cases").status_code == 200


def test_a_logout_by_session_ends_that_session_only(service: Service) -> None:
    forge = ForgingIssuer(service, service.world.agreement)
    first, second = signed_in(service), signed_in(service, APPROVER)
    forge.staff.logged_out_by_issuer(forge.token(sub=None, sid="another session"))
    assert service.rows() == 2
    forge.staff.logged_out_by_issuer(forge.token())
    assert first.get("/cases").status_code == 303
    assert second.get("/cases").status_code == 200
