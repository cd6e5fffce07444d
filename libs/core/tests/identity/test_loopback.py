"""The loopback issuer: the protocol's own defences, and that it starts nowhere but on one machine's trial."""

import base64
import hashlib
import secrets
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from concord_core.agreement import Endpoint
from concord_core.identity.client_keys import client_key, public_jwk
from concord_core.identity.jose import signed
from concord_core.identity.loopback import CLI_CLIENT, Client
from concord_core.identity.loopback.__main__ import main
from concord_core.identity.loopback.guard import RefusedError, refuse_servers
from concord_core.identity.loopback.settings import LoopbackSettings
from concord_core.identity.loopback.state import IssuerState
from concord_core.identity.tokens import ASSERTION_TYPE, ClientProof
from tests.support.trust import CLI_REDIRECT, TrustWorld, choose, trust_world

USER = "unicef-officer"
VERIFIER = "v" * 50


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrustWorld]:
    with trust_world(tmp_path_factory.mktemp("trust")) as made:
        yield made


@pytest.fixture
def http(world: TrustWorld) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=world.issuer, trust_env=False) as client:
        yield client


def query(**changes: str) -> dict[str, str]:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
    return {
        "response_type": "code",
        "client_id": CLI_CLIENT,
        "redirect_uri": CLI_REDIRECT,
        "state": "s",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    } | changes


def code_for(http: httpx.Client, **changes: str) -> str:
    http.cookies.clear()  # a browser that the issuer knows is not asked again
    return parse_qs(urlsplit(choose(http, query(**changes), USER)).query)["code"][0]


def exchange(http: httpx.Client, code: str, **changes: str) -> httpx.Response:
    form = {
        "grant_type": "authorization_code",
        "client_id": CLI_CLIENT,
        "code": code,
        "redirect_uri": CLI_REDIRECT,
        "code_verifier": VERIFIER,
    }
    return http.post("/token", data=form | changes)


# --- codes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"response_type": "token"},
        {"code_challenge": ""},
        {"code_challenge_method": "plain"},
        {"client_id": "nobody"},
        {"client_id": "hub-intake"},
        {"redirect_uri": "https://elsewhere.example/callback"},
        {"redirect_uri": "http://127.0.0.1@elsewhere.example/callback"},
        {"redirect_uri": "http://127.0.0.1.elsewhere.example/"},
        {"redirect_uri": "http://localhost:7777/callback"},
        {"redirect_uri": ""},
    ],
)
def test_an_unsound_request_is_answered_here_and_redirected_nowhere(
    http: httpx.Client, changes: dict[str, str]
) -> None:
    answer = http.get("/authorize", params=query(**changes))
    assert answer.status_code == 400
    assert "location" not in answer.headers


def test_the_choice_cannot_be_forged(http: httpx.Client) -> None:
    assert http.post("/authorize", data={"asked": "forged", "user": USER}).status_code == 400
    page = http.get("/authorize", params=query()).text
    asked = page.split('name="asked" value="')[1].split('"')[0]
    assert http.post("/authorize", data={"asked": asked, "user": "nobody"}).status_code == 400


def test_a_code_needs_its_verifier_client_and_redirect(http: httpx.Client) -> None:
    for changes in ({"code_verifier": "w" * 50}, {"code_verifier": ""}, {"redirect_uri": f"{CLI_REDIRECT}2"}):
        answer = exchange(http, code_for(http), **changes)
        assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})


def test_a_code_works_once_and_its_second_use_ends_the_session(http: httpx.Client) -> None:
    code = code_for(http)
    tokens = exchange(http, code).json()
    refresh = {"grant_type": "refresh_token", "client_id": CLI_CLIENT, "refresh_token": tokens["refresh_token"]}
    assert http.post("/token", data=refresh).status_code == 200
    assert exchange(http, code).status_code == 400
    assert http.post("/token", data=refresh).json() == {"error": "invalid_grant"}


def test_a_refresh_token_belongs_to_one_client(world: TrustWorld, http: httpx.Client) -> None:
    tokens = exchange(http, code_for(http)).json()
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    proof = ClientProof(world.identity("hub-intake")).fields()
    assert http.post("/token", data={**form, **proof}).json() == {"error": "invalid_grant"}


def test_codes_and_sessions_end_by_time() -> None:
    now = [1000.0]
    state = IssuerState(now=lambda: now[0])
    cookie, sid = state.sign_in(USER)
    code = state.new_code(CLI_CLIENT, CLI_REDIRECT, challenge="c", nonce=None, scope="", sid=sid)
    now[0] += 61
    assert state.take_code(code) is None
    assert state.by_browser(cookie) == sid
    now[0] += 1800
    assert state.by_browser(cookie) is None


# --- clients --------------------------------------------------------------------------------------------------


def credentials(world: TrustWorld, http: httpx.Client, **changes: str) -> httpx.Response:
    proof = ClientProof(world.identity("hub-intake")).fields()
    form = {"grant_type": "client_credentials", "scope": "svc:hub-screening", **proof}
    return http.post("/token", data=form | changes)


def test_a_service_gets_a_token_for_one_audience(world: TrustWorld, http: httpx.Client) -> None:
    assert credentials(world, http).status_code == 200
    assert credentials(world, http, scope="kafka").status_code == 200
    for scope in ("", "svc:nobody", "svc:hub-screening svc:hub-intake", "openid"):
        assert credentials(world, http, scope=scope).json() == {"error": "invalid_scope"}


def test_an_assertion_works_once(world: TrustWorld, http: httpx.Client) -> None:
    proof = ClientProof(world.identity("hub-intake")).fields()
    form = {"grant_type": "client_credentials", "scope": "svc:hub-screening", **proof}
    assert http.post("/token", data=form).status_code == 200
    assert http.post("/token", data=form).json() == {"error": "invalid_client"}


def test_the_public_client_has_no_token_of_its_own(http: httpx.Client) -> None:
    form = {"grant_type": "client_credentials", "scope": "svc:hub-screening", "client_id": CLI_CLIENT}
    assert http.post("/token", data=form).json() == {"error": "unauthorized_client"}


def test_a_client_proves_itself_with_its_own_key(world: TrustWorld, http: httpx.Client) -> None:
    now = int(time.time())
    own = client_key(world.nodes["hub"].client_key("intake"))
    other = client_key(world.nodes["hub"].client_key("screening"))
    sound = {"iss": "hub-intake", "sub": "hub-intake", "aud": world.issuer, "iat": now, "exp": now + 60}

    def tried(key: object, **changes: object) -> int:
        claims = {**sound, "jti": secrets.token_hex(8), **changes}
        assertion = signed(claims, key, typ="JWT")
        proof = {"client_id": "hub-intake", "client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
        return credentials(world, http, **proof).status_code

    assert tried(own) == 200
    renamed = client_key(world.nodes["hub"].client_key("screening"))
    renamed.update({"kid": own["kid"]})
    for status in (
        tried(other),
        tried(renamed),
        tried(own, iss="hub-screening"),
        tried(own, sub="hub-screening"),
        tried(own, aud="https://elsewhere.example"),
        tried(own, iat=now - 120),
        tried(own, iat=now + 120),
        tried(own, jti=None),
    ):
        assert status == 401
    assert credentials(world, http, client_assertion_type="none").status_code == 401
    assert credentials(world, http, client_id="hub-screening").status_code == 401
    assert http.post("/token", data={"grant_type": "client_credentials"}).status_code == 401


def test_the_page_of_people_has_no_script_and_leads_only_to_the_client(http: httpx.Client) -> None:
    page = http.get("/authorize", params=query())
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:7777" in policy
    assert "<script" not in page.text
    assert "Bento Marsh" in page.text


# --- where it starts ------------------------------------------------------------------------------------------


def settings(world: TrustWorld, **changes: object) -> LoopbackSettings:
    values = {
        "port": 9,
        "issuer": "http://127.0.0.1:9",
        "agreement": world.signed.path,
        "operator_key": world.signed.operator_key,
        "people": world.folder,
        "clients": world.folder,
    }
    return LoopbackSettings.model_validate(values | changes)


@pytest.mark.parametrize(
    "issuer",
    ["http://0.0.0.0:9", "http://hub.example:9", "https://127.0.0.1:9", "http://127.0.0.1:8", "http://127.0.0.1"],
)
def test_it_is_bound_to_this_machine(world: TrustWorld, issuer: str) -> None:
    with pytest.raises(RefusedError):
        refuse_servers(settings(world, issuer=issuer), world.agreement, (), {})
    refuse_servers(settings(world), world.agreement, (), {})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KC_DB_URL", "jdbc:postgresql://db"),
        ("KEYCLOAK_ADMIN", "admin"),
        ("KUBERNETES_SERVICE_HOST", "10.0.0.1"),
        ("CONCORD_INTAKE_EMBEDDED", "false"),
        ("CONCORD_INTAKE_EVENT_LOG__ENGINE", "kafka"),
        ("CONCORD_SCREENING_EVENT_LOG__BOOTSTRAP", "kafka:9092"),
        ("CONCORD_INTAKE_PUBLIC_ORIGIN", "https://concord.example"),
    ],
)
def test_any_setting_of_a_server_stops_it(world: TrustWorld, name: str, value: str) -> None:
    with pytest.raises(RefusedError, match=name):
        refuse_servers(settings(world), world.agreement, (), {"PATH": "/bin", name: value})


def test_an_agreement_or_client_of_other_machines_stops_it(world: TrustWorld) -> None:
    hub = world.agreement.nodes[0]
    far = replace(hub, services={**hub.services, "intake": Endpoint("hub-intake", "intake.hub.example:5000")})
    with pytest.raises(RefusedError, match="another machine"):
        refuse_servers(settings(world), replace(world.agreement, nodes=(far,)), (), {})
    client = Client(
        client_id="hub-intake",
        node="hub",
        service="intake",
        jwk=public_jwk(world.nodes["hub"].client_key("intake")),
        redirect_uris=("https://concord.example/cases/signin/callback",),
        backchannel_logout="http://127.0.0.1:1/cases/signin/backchannel",
    )
    with pytest.raises(RefusedError, match="hub-intake"):
        refuse_servers(settings(world), world.agreement, (client,), {})


def test_settings_that_it_does_not_know_stop_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "issuer.toml"
    path.write_text('port = 9\nissuer = "http://127.0.0.1:9"\ndatabase = "server"\n')
    assert main([str(path)]) == 2
    assert main([str(tmp_path / "missing.toml")]) == 2
    assert main([]) == 2
    assert "does not start" in capsys.readouterr().err
