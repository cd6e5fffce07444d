"""Staff sign-in against the loopback issuer, in browsers that keep cookies: what works, and what is tried."""

import secrets
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text

from concord_core.identity.provider import Provider
from concord_core.identity.staff import StaffSessions
from concord_core.identity.tokens import ClientProof
from concord_core.vault import SealedBox
from tests.support.signin import APPROVER, CLIENT, OFFICER, RECRUITER, Service, callback, signed_in, to_issuer

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
