"""A person of agency B must never become a person of agency A: the attacks that worked with ordinary settings, tried on
real Keycloak by whoever administers B's own login."""

import httpx
import pytest

from concord_core.errors import ConcordError
from concord_stack.full import FullStack
from concord_stack.people import person
from concord_stack.walk.evidence import StepError
from tests.identity.attacks import AgencyAdministrator, claims, come_in, fresh_email, principal
from tests.support.keycloak_signin import KeycloakTokens, Visitor, authorize_url, fill_in, redeem

A, B = "unicef", "unhcr"
REPORTER = ("intake.staff_reporter",)


def hub_user(stack: FullStack, email: str) -> dict[str, object] | None:
    found = stack.access.open("concord").get_users({"email": email, "exact": True})
    return found[0] if found else None


def test_the_email_leads_to_the_agencys_own_login(full_infra: FullStack) -> None:
    visitor = Visitor()
    assert visitor.open(authorize_url(full_infra.issuer, "v" * 43)) is None
    assert visitor.asks("username")
    assert not visitor.asks("password")
    visitor.submit({"username": person("unicef-officer").email})
    assert "/realms/agency-unicef/" in visitor.url
    assert visitor.asks("username", "password")


def test_a_person_comes_back_with_agency_roles_and_provider(full_infra: FullStack) -> None:
    token = KeycloakTokens(full_infra.issuer, full_infra.password)("unicef-officer")
    known = claims(full_infra, token)
    assert known["idp"] == A
    assert set(known["organization"]) == {A}
    assert known["organization"][A]["entity"] == ["UNICEF"]
    assert principal(full_infra, token, "hub-intake").roles == {"case_officer"}
    assert principal(full_infra, token, "hub-screening").roles == {"listing_officer"}


def test_b_cannot_bring_a_person_with_an_email_of_a(full_infra: FullStack) -> None:
    email = fresh_email(A)
    impostor = AgencyAdministrator(full_infra, B).hire(email, REPORTER)
    assert come_in(full_infra, impostor) is None
    assert hub_user(full_infra, email) is None


def test_b_cannot_come_in_as_an_officer_of_a_who_is_there(full_infra: FullStack) -> None:
    KeycloakTokens(full_infra.issuer, full_infra.password)("unicef-approver")
    email = person("unicef-approver").email
    impostor = AgencyAdministrator(full_infra, B).hire(email, REPORTER)
    assert come_in(full_infra, impostor) is None
    theirs = hub_user(full_infra, email)
    assert theirs is not None
    linked = full_infra.access.open("concord").get_user_social_logins(theirs["id"])
    assert [one["identityProvider"] for one in linked] == [A]


def test_an_email_changed_at_b_changes_nothing_at_the_hub(full_infra: FullStack) -> None:
    login, email = AgencyAdministrator(full_infra, B), fresh_email(B)
    mover = login.hire(email, REPORTER)
    assert come_in(full_infra, mover) is not None
    stolen = fresh_email(A)
    login.change(mover, email=stolen)
    login.end_sessions(mover)
    again = come_in(full_infra, mover)
    assert again is not None
    assert set(claims(full_infra, again["access_token"])["organization"]) == {B}
    assert hub_user(full_infra, stolen) is None
    assert hub_user(full_infra, email) is not None


def test_a_brokered_person_cannot_set_a_password_at_the_hub(full_infra: FullStack) -> None:
    email, visitor = fresh_email(B), Visitor()
    somebody = AgencyAdministrator(full_infra, B).hire(email, REPORTER)
    assert come_in(full_infra, somebody, visitor) is not None
    visitor.open(authorize_url(full_infra.issuer, "v" * 43, kc_action="UPDATE_PASSWORD"))
    assert not visitor.asks("password-new")
    user = hub_user(full_infra, email)
    assert user is not None
    assert full_infra.access.open("concord").get_credentials(user["id"]) == []


def test_no_client_takes_passwords(full_infra: FullStack) -> None:
    for client in ("admin-cli", "concord-cli"):
        form = {"grant_type": "password", "client_id": client, "username": "unicef-officer", "password": "x"}
        answer = httpx.post(f"{full_infra.issuer}/protocol/openid-connect/token", data=form, trust_env=False)
        assert answer.status_code in (400, 401)
        assert answer.json()["error"] == "unauthorized_client"


def test_a_person_dismissed_by_their_agency_finds_no_second_way_in(full_infra: FullStack) -> None:
    """Neither by their agency, nor by a code generator that they set up at the hub before."""
    login, email, visitor = AgencyAdministrator(full_infra, B), fresh_email(B), Visitor()
    leaver = login.hire(email, REPORTER)
    assert come_in(full_infra, leaver, visitor) is not None
    visitor.open(authorize_url(full_infra.issuer, "v" * 43, kc_action="CONFIGURE_TOTP"))
    login.change(leaver, enabled=False)
    login.end_sessions(leaver)
    assert come_in(full_infra, leaver) is None
    user = hub_user(full_infra, email)
    assert user is not None
    for name in (email, str(user["username"])):
        stranger = Visitor()
        back = stranger.open(authorize_url(full_infra.issuer, "v" * 43))
        for _ in range(2):
            if back is None and stranger.asks("username") and not stranger.asks("password"):
                back = stranger.submit({"username": name})
        assert back is None
        assert not stranger.asks("otp")


def test_a_role_taken_by_the_agency_is_gone_at_the_next_sign_in(full_infra: FullStack) -> None:
    login = AgencyAdministrator(full_infra, B)
    somebody = login.hire(fresh_email(B), ("intake.staff_reporter", "intake.case_officer"))
    first = come_in(full_infra, somebody)
    assert first is not None
    assert principal(full_infra, first["access_token"], "hub-intake").roles == {"staff_reporter", "case_officer"}
    login.take_role(somebody, "intake.case_officer")
    login.end_sessions(somebody)
    second = come_in(full_infra, somebody)
    assert second is not None
    assert principal(full_infra, second["access_token"], "hub-intake").roles == {"staff_reporter"}


def test_an_agency_cannot_make_an_operator(full_infra: FullStack) -> None:
    login = AgencyAdministrator(full_infra, B)
    login.admin.create_realm_role({"name": "intake.operator"}, skip_exists=True)
    somebody = login.hire(fresh_email(B), ("intake.operator", "intake.staff_reporter"))
    answer = come_in(full_infra, somebody)
    assert answer is not None
    assert principal(full_infra, answer["access_token"], "hub-intake").roles == {"staff_reporter"}


def test_a_person_of_two_organizations_is_refused(full_infra: FullStack) -> None:
    email = fresh_email(B)
    somebody = AgencyAdministrator(full_infra, B).hire(email, REPORTER)
    assert come_in(full_infra, somebody) is not None
    hub, user = full_infra.access.open("concord"), hub_user(full_infra, email)
    assert user is not None
    other = next(one for one in hub.get_organizations() if one["alias"] == "wfp")
    hub.organization_user_add(user["id"], other["id"])
    verifier, visitor = "v" * 43, Visitor()
    back = visitor.open(authorize_url(full_infra.issuer, verifier, scope="openid organization:*", kc_idp_hint=B))
    back = back or visitor.submit({"username": somebody.user, "password": somebody.password})
    assert back is not None
    token = redeem(full_infra.issuer, back, verifier)["access_token"]
    with pytest.raises(ConcordError) as caught:
        principal(full_infra, token, "hub-intake")
    assert caught.value.code == "token_organization"


def test_hub_accounts_need_a_code_and_no_password(full_infra: FullStack) -> None:
    visitor = Visitor()
    assert visitor.open(authorize_url(full_infra.issuer, "v" * 43)) is None
    with pytest.raises(StepError):
        fill_in(visitor, "wfp-approver", "not the secret")
    token = KeycloakTokens(full_infra.issuer, full_infra.password)("wfp-officer")
    known = principal(full_infra, token, "hub-intake")
    assert known.agency == "wfp"
    assert known.roles == {"case_officer"}
    assert "idp" not in claims(full_infra, token)
