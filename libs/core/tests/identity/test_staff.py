"""Staff sign-in against the loopback issuer, in browsers that keep cookies: what works, and what is tried."""

import base64
import hashlib
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import Depends, FastAPI
from jwcrypto.jwk import JWK
from sqlalchemy import text
from starlette.requests import Request

from concord_core.agreement import Agreement
from concord_core.config import DatabaseSettings
from concord_core.identity import Allow, AllowPage, Gate, Operation, PolicyTable, Principal, Routes, Tenancy
from concord_core.identity.client_keys import with_names
from concord_core.identity.jose import signed
from concord_core.identity.provider import JwksCache, Provider
from concord_core.identity.sessions import SessionStore
from concord_core.identity.signin import signin_router
from concord_core.identity.staff import LOGOUT_EVENT, StaffSessions
from concord_core.identity.tokens import ClientProof
from concord_core.identity.verifier import TokenVerifier
from concord_core.storage import Database, Login
from concord_core.vault import SealedBox
from concord_core.web import create_app, form_token
from tests.support.postgres import Databases
from tests.support.serving import served_at
from tests.support.trust import TrustWorld, choose, trust_world

CLIENT = "hub-intake"
OFFICER, APPROVER, RECRUITER = "unicef-officer", "unicef-approver", "unicef-recruiter"
POLICY = PolicyTable(
    [
        Operation("intake.cases.read", frozenset({"case_officer", "case_approver"})),
        Operation("intake.cases.confirm", frozenset({"case_approver"})),
        Operation("intake.reports.submit", tenancy=Tenancy.PUBLIC, public=True),
    ]
)


@dataclass
class Clock:
    """Time as the sessions see it; it can be moved on."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def routes() -> Routes:
    """A page and an address of each kind."""
    router = Routes()

    @router.get("/cases")
    def cases(request: Request, who: Annotated[Principal, Depends(AllowPage("intake.cases.read"))]) -> dict[str, str]:
        token = form_token(request)
        return {"subject": who.subject, "agency": who.agency or "", "name": who.name, "form_token": token}

    @router.post("/cases/confirm")
    def confirm(who: Annotated[Principal, Depends(AllowPage("intake.cases.confirm"))]) -> dict[str, str]:
        return {"subject": who.subject}

    @router.get("/api/intake/cases")
    def listed(who: Annotated[Principal, Depends(Allow("intake.cases.read"))]) -> dict[str, str]:
        return {"subject": who.subject}

    @router.get("/api/intake/open")
    def opened(who: Annotated[Principal, Depends(Allow("intake.reports.submit"))]) -> dict[str, str]:
        return {"kind": who.kind}

    @router.get("/api/intake/forgotten")
    def forgotten(who: Annotated[Principal, Depends(Allow("intake.cases.forgotten"))]) -> dict[str, str]:
        return {"subject": who.subject}

    return router


@dataclass
class Service:
    """The running service and what a test looks at behind it."""

    world: TrustWorld
    app: FastAPI
    origin: str
    store: SessionStore
    staff: StaffSessions
    clock: Clock
    database: Database

    def browser(self) -> httpx.Client:
        """A browser that has been nowhere yet."""
        return httpx.Client(base_url=self.origin, trust_env=False)

    def rows(self) -> int:
        with self.database.engine.connect() as conn:
            return int(conn.scalar(text("select count(*) from sessions")) or 0)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrustWorld]:
    with trust_world(tmp_path_factory.mktemp("trust")) as made:
        yield made


@pytest.fixture(scope="module")
def settings_of_database(databases: Databases) -> DatabaseSettings:
    return databases.fresh("intake", "concord_intake")


@pytest.fixture
def service(world: TrustWorld, settings_of_database: DatabaseSettings) -> Iterator[Service]:
    settings = world.settings(CLIENT, database=settings_of_database)
    database, keys, clock = Database(settings_of_database, Login.APP), world.keyring(), Clock()
    with database.engine.begin() as conn:
        conn.execute(text("delete from sessions"))
    provider = Provider(world.issuer)
    verifier = TokenVerifier(world.issuer, CLIENT, JwksCache(provider), world.agreement, "hub")
    store = SessionStore(database, keys, now=clock)
    staff = StaffSessions(
        settings,
        name="intake",
        prefix="/cases",
        store=store,
        box=SealedBox(keys.node_key("staff-signin")),
        verifier=verifier,
        provider=provider,
        proof=ClientProof(settings.identity),
        now=clock,
    )
    routers = [signin_router(staff), routes()]
    app = create_app("intake", settings=settings, routers=routers, policy=POLICY, packages=(), staff_prefix="/cases")
    Gate(POLICY, verifier, staff).install(app)
    with served_at(app, world.nodes["hub"].gateway) as origin:
        yield Service(world, app, origin, store, staff, clock, database)
    database.close()


def path_of(location: str) -> str:
    """The address without the gateway's origin, at which nothing listens in this test."""
    parts = urlsplit(location)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def to_issuer(browser: httpx.Client, path: str = "/cases") -> dict[str, str]:
    """Opens a page, follows to the issuer's door: the authorization request."""
    wanted = browser.get(path)
    assert wanted.status_code == 303, wanted.text
    started = browser.get(path_of(wanted.headers["location"]))
    assert started.status_code == 303, started.text
    return {name: values[0] for name, values in parse_qs(urlsplit(started.headers["location"]).query).items()}


def callback(service: Service, query: dict[str, str], user: str) -> str:
    """The person is chosen at the issuer: the address to which the browser is sent back."""
    with httpx.Client(base_url=service.world.issuer, trust_env=False) as http:
        return path_of(choose(http, query, user))


def signed_in(service: Service, user: str = OFFICER, path: str = "/cases") -> httpx.Client:
    browser = service.browser()
    back = browser.get(callback(service, to_issuer(browser, path), user))
    assert back.status_code == 303, back.text
    assert back.headers["location"] == path
    return browser


# --- the way that works ---------------------------------------------------------------------------------------


def test_a_person_signs_in_and_comes_back_to_the_page(service: Service) -> None:
    browser = signed_in(service, path="/cases?lang=fr")
    page = browser.get("/cases").json()
    assert (page["subject"], page["agency"], page["name"]) == (OFFICER, "unicef", "Bento Marsh")
    assert browser.post("/cases/confirm").status_code == 403


def test_the_cookie_is_closed_to_scripts_other_paths_and_other_sites(service: Service) -> None:
    browser = service.browser()
    back = browser.get(callback(service, to_issuer(browser), OFFICER))
    cookies = [header for header in back.headers.get_list("set-cookie") if "concord_hub_intake=" in header]
    assert len(cookies) == 1
    attributes = {part.strip().lower() for part in cookies[0].split(";")[1:]}
    assert {"httponly", "path=/cases", "samesite=lax"} <= attributes
    assert not {a for a in attributes if a.startswith(("domain", "max-age", "expires"))}
    secure = StaffSessions(
        service.world.settings(CLIENT).model_copy(update={"public_origin": "https://hub.example"}),
        name="intake",
        prefix="/cases",
        store=service.store,
        box=SealedBox(bytes(32)),
        verifier=None,  # type: ignore[arg-type]  # not asked here
        provider=Provider(service.world.issuer),
        proof=ClientProof(service.world.identity(CLIENT)),
    )
    assert secure.secure
    assert not service.staff.secure


def test_nothing_about_the_person_is_readable_in_the_database(service: Service) -> None:
    browser = signed_in(service)
    cookie = browser.cookies["concord_hub_intake"]
    with service.database.engine.connect() as conn:
        row = conn.execute(text("select * from sessions")).one()
    stored = b" ".join(bytes(value) if isinstance(value, bytes | memoryview) else repr(value).encode() for value in row)
    for secret in (OFFICER, "Bento", "unicef", cookie, "eyJ"):
        assert secret.encode() not in stored


def test_apis_take_no_cookie_and_pages_no_bearer(service: Service) -> None:
    browser = signed_in(service)
    assert browser.get("/api/intake/cases").status_code == 401
    bearer = {"Authorization": f"Bearer {service.world.token(OFFICER)}"}
    with service.browser() as program:
        assert program.get("/api/intake/cases", headers=bearer).json() == {"subject": OFFICER}
        assert program.get("/cases", headers=bearer).status_code == 303
        assert program.get("/api/intake/forgotten", headers=bearer).status_code == 403
        assert program.get("/api/intake/open").json() == {"kind": "public"}
        assert program.get("/api/intake/cases", headers={"Authorization": "Basic eDp5"}).status_code == 401


def test_somebody_without_a_role_here_is_told_so(service: Service) -> None:
    browser = service.browser()
    answer = browser.get(callback(service, to_issuer(browser), RECRUITER))
    assert answer.status_code == 403
    assert "concord_hub_intake" not in browser.cookies
    assert service.rows() == 0


# --- attacks on sign-in ---------------------------------------------------------------------------------------


def test_a_sign_in_that_another_browser_began_is_refused(service: Service) -> None:
    """Login CSRF: the attacker's own code and state, sent to a victim by a link."""
    attacker, victim = service.browser(), service.browser()
    link = callback(service, to_issuer(attacker), RECRUITER)
    assert victim.get(link).status_code == 401
    to_issuer(victim)
    assert victim.get(link).status_code == 401
    assert "concord_hub_intake" not in victim.cookies
    assert service.rows() == 0


def test_state_is_needed_and_belongs_to_this_sign_in(service: Service) -> None:
    browser = service.browser()
    link = callback(service, to_issuer(browser), OFFICER)
    code = parse_qs(urlsplit(link).query)["code"][0]
    for query in ({"code": code}, {"code": code, "state": ""}, {"code": code, "state": "guess"}, {"state": "x"}):
        assert browser.get("/cases/signin/callback", params=query).status_code == 401
    assert browser.get("/cases/signin/callback", params={"error": "access_denied", "state": "x"}).status_code == 401


def test_a_code_of_another_sign_in_does_not_fit(service: Service) -> None:
    """Code injection: PKCE and nonce tie a code to the browser that began."""
    attacker, victim = service.browser(), service.browser()
    stolen = parse_qs(urlsplit(callback(service, to_issuer(victim), OFFICER)).query)["code"][0]
    own = parse_qs(urlsplit(callback(service, to_issuer(attacker), RECRUITER)).query)
    answer = attacker.get("/cases/signin/callback", params={"code": stolen, "state": own["state"][0]})
    assert answer.status_code == 401
    assert service.rows() == 0


def test_an_answer_in_the_name_of_another_issuer_is_refused(service: Service) -> None:
    browser = service.browser()
    query = parse_qs(urlsplit(callback(service, to_issuer(browser), OFFICER)).query)
    mixed = {"code": query["code"][0], "state": query["state"][0], "iss": "https://elsewhere.example"}
    assert browser.get("/cases/signin/callback", params=mixed).status_code == 401


def test_a_planted_session_does_not_become_the_victims(service: Service) -> None:
    """Session fixation: an id planted before sign-in, made up or the attacker's own, is worth nothing after it."""
    attacker = signed_in(service, APPROVER)
    planted = attacker.cookies["concord_hub_intake"]
    victim = service.browser()
    victim.cookies.set("concord_hub_intake", planted, domain="127.0.0.1", path="/cases")
    query = {
        name: values[0]
        for name, values in parse_qs(urlsplit(victim.get("/cases/signin").headers["location"]).query).items()
    }
    assert victim.get(callback(service, query, OFFICER)).status_code == 303
    fresh = [cookie.value for cookie in victim.cookies.jar if cookie.name == "concord_hub_intake"]
    assert planted not in fresh
    assert attacker.get("/cases").status_code == 303
    assert service.rows() == 1
    guess = service.browser()
    guess.cookies.set("concord_hub_intake", secrets.token_urlsafe(32), domain="127.0.0.1", path="/cases")
    assert guess.get("/cases").status_code == 303


@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.example/cases",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "/cases/../../elsewhere",
        "/cases/..%2f..%2fx",
        "/cases//elsewhere.example",
        "/casesque",
        "/screening",
        "javascript:alert(1)",
        "/cases\r\nSet-Cookie: a=b",
        "",
    ],
)
def test_sign_in_leads_nowhere_else(service: Service, target: str) -> None:
    browser = service.browser()
    started = browser.get("/cases/signin", params={"next": target})
    query = {name: values[0] for name, values in parse_qs(urlsplit(started.headers["location"]).query).items()}
    assert browser.get(callback(service, query, OFFICER)).headers["location"] == "/cases"


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
