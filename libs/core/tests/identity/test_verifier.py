"""Tokens: what is believed, and every way of forging or misusing one that we could think of."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from jwcrypto.jwk import JWK

from concord_core.agreement import Agency, Agreement, Endpoint, Node
from concord_core.errors import ConcordError
from concord_core.identity import TokenVerifier
from concord_core.identity.client_keys import with_names
from concord_core.identity.errors import (
    ISSUER_UNAVAILABLE,
    NODE_CLAIM,
    NOT_HOSTED,
    TOKEN_AUDIENCE,
    TOKEN_EXPIRED,
    TOKEN_INVALID,
    TOKEN_ORGANIZATION,
    TOKEN_PROVIDER,
)
from concord_core.identity.jose import signed
from concord_core.identity.provider import JwksCache, Provider

ISSUER = "https://hub.example/realms/concord"
HUB = dict.fromkeys(("intake", "screening", "assistance", "reporting"), "hub")


class Issuer:
    """An issuer whose keys can be changed and which can be switched off; it counts what it is asked."""

    def __init__(self) -> None:
        self.key = with_names(JWK.generate(kty="EC", crv="P-256"), "ES256")
        self.published = [self.key]
        self.down = False
        self.asked = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if self.down:
            raise httpx.ConnectError("down")
        if request.url.path.endswith("openid-configuration"):
            return httpx.Response(200, json={"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"})
        return httpx.Response(200, json={"keys": [key.export_public(as_dict=True) for key in self.published]})

    def provider(self) -> Provider:
        return Provider(ISSUER, http=httpx.Client(transport=httpx.MockTransport(self.answer)))


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def agreement() -> Agreement:
    now = datetime.now(UTC)
    services = {service: Endpoint(f"hub-{service}", "127.0.0.1:1") for service in HUB}
    return Agreement(
        version=1,
        issued_at=now,
        operator="un",
        agencies=(
            Agency("unicef", "UNICEF", "A", "unicef.example", HUB, identity_provider="unicef"),
            Agency("un", "UN", "Hub", "un.example", HUB),
            Agency("unfpa", "UNFPA", "C", "unfpa.example", {"assistance": "unfpa"}, identity_provider="unfpa"),
        ),
        nodes=(
            Node("hub", {**services, "front": Endpoint("hub-front")}),
            Node("unfpa", {"assistance": Endpoint("unfpa-assistance", "127.0.0.1:2")}),
        ),
        keys=(),
        flows=(),
    )


@pytest.fixture
def verifier(issuer: Issuer, agreement: Agreement) -> TokenVerifier:
    return TokenVerifier(ISSUER, "hub-assistance", JwksCache(issuer.provider()), agreement, "hub")


@dataclass(frozen=True)
class FromNow:
    """A time told from the moment of the test, not of its collection: a long run lies between the two."""

    seconds: int


def person(**changes: Any) -> dict[str, Any]:
    """Claims of a person of unicef with one role here; a change of None leaves the claim out."""
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "sub": "5f0c",
        "aud": ["hub-intake", "hub-assistance"],
        "azp": "hub-assistance",
        "iat": now,
        "exp": now + 300,
        "idp": "unicef",
        "name": "Goran Marsh",
        "organization": {"unicef": {"id": "1", "entity": ["UNICEF"], "domain": ["unicef.example"]}},
        "resource_access": {"hub-assistance": {"roles": ["advocate"]}, "hub-intake": {"roles": ["case_officer"]}},
    }
    stated = {name: now + v.seconds if isinstance(v, FromNow) else v for name, v in {**claims, **changes}.items()}
    return {name: value for name, value in stated.items() if value is not None}


def service(**changes: Any) -> dict[str, Any]:
    """Claims of the service account of node unfpa's assistance."""
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "sub": "6a1d",
        "aud": "hub-assistance",
        "azp": "unfpa-assistance",
        "client_id": "unfpa-assistance",
        "node": "unfpa",
        "iat": now,
        "exp": now + 300,
        "resource_access": {"hub-assistance": {"roles": ["peer"]}},
    }
    return {name: value for name, value in {**claims, **changes}.items() if value is not None}


def refused(code: str, call: Callable[[], object]) -> None:
    with pytest.raises(ConcordError) as caught:
        call()
    assert caught.value.code == code


def compact(header: dict[str, Any], claims: dict[str, Any], signature: bytes) -> str:
    parts = [json.dumps(header).encode(), json.dumps(claims).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def test_a_person_is_who_the_token_says(issuer: Issuer, verifier: TokenVerifier) -> None:
    principal = verifier.verify(signed(person(), issuer.key, typ="at+jwt"))
    assert (principal.kind, principal.agency, principal.subject) == ("person", "unicef", "5f0c")
    assert principal.roles == {"advocate"}
    assert principal.name == "Goran Marsh"
    assert "Goran" not in repr(principal)
    assert (principal.actor.kind, principal.actor.subject) == ("person", "5f0c")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"iss": "https://other.example/realms/concord"}, TOKEN_INVALID.code),
        ({"iss": f"{ISSUER}/"}, TOKEN_INVALID.code),
        ({"iss": None}, TOKEN_INVALID.code),
        ({"aud": "hub-intake"}, TOKEN_AUDIENCE.code),
        ({"aud": ["account"]}, TOKEN_AUDIENCE.code),
        ({"aud": "hub-assistance-2"}, TOKEN_AUDIENCE.code),
        ({"aud": {"hub-assistance": 1}}, TOKEN_AUDIENCE.code),
        ({"aud": None}, TOKEN_AUDIENCE.code),
        ({"exp": FromNow(-60)}, TOKEN_EXPIRED.code),
        ({"exp": None}, TOKEN_INVALID.code),
        ({"exp": "never"}, TOKEN_INVALID.code),
        ({"exp": True}, TOKEN_INVALID.code),
        ({"iat": FromNow(600)}, TOKEN_INVALID.code),
        ({"nbf": FromNow(600)}, TOKEN_INVALID.code),
        ({"sub": None}, TOKEN_INVALID.code),
        ({"sub": ["5f0c"]}, TOKEN_INVALID.code),
        ({"organization": None}, TOKEN_ORGANIZATION.code),
        ({"organization": {}}, TOKEN_ORGANIZATION.code),
        ({"organization": ["unicef"]}, TOKEN_ORGANIZATION.code),
        ({"organization": {"unicef": {}, "un": {}}}, TOKEN_ORGANIZATION.code),
        ({"organization": {"nobody": {}}}, TOKEN_ORGANIZATION.code),
        ({"idp": "unfpa"}, TOKEN_PROVIDER.code),
        ({"idp": None}, TOKEN_PROVIDER.code),
        ({"organization": {"un": {}}}, TOKEN_PROVIDER.code),
        ({"organization": {"unfpa": {}}, "idp": "unfpa"}, NOT_HOSTED.code),
        ({"client_id": "unfpa-assistance", "node": "unfpa"}, TOKEN_INVALID.code),
    ],
)
def test_a_token_with_a_wrong_claim_is_refused(
    issuer: Issuer, verifier: TokenVerifier, changes: dict[str, Any], code: str
) -> None:
    refused(code, lambda: verifier.verify(signed(person(**changes), issuer.key, typ="at+jwt")))


def test_a_hub_account_needs_no_provider(issuer: Issuer, verifier: TokenVerifier) -> None:
    claims = person(organization={"un": {}}, idp=None)
    assert verifier.verify(signed(claims, issuer.key, typ="at+jwt")).agency == "un"


def test_roles_of_another_service_and_of_machines_do_not_count(issuer: Issuer, verifier: TokenVerifier) -> None:
    claims = person(resource_access={"hub-intake": {"roles": ["advocate"]}, "hub-assistance": {"roles": ["peer"]}})
    assert verifier.verify(signed(claims, issuer.key, typ="at+jwt")).roles == frozenset()
    odd: list[Any] = [None, [], "advocate", {"hub-assistance": ["advocate"]}, {"hub-assistance": {"roles": "advocate"}}]
    for access in odd:
        token = signed(person() | {"resource_access": access}, issuer.key, typ="at+jwt")
        assert verifier.verify(token).roles == frozenset()


def test_the_front_takes_the_roles_at_its_nodes_services(issuer: Issuer, agreement: Agreement) -> None:
    front = TokenVerifier(ISSUER, "hub-front", JwksCache(issuer.provider()), agreement, "hub")
    token = signed(person(aud=["hub-front", "hub-intake"]), issuer.key, typ="at+jwt")
    assert front.verify(token).roles == {"advocate", "case_officer"}


# --- forgeries ------------------------------------------------------------------------------------------------


def test_an_unsigned_token_is_refused(issuer: Issuer, verifier: TokenVerifier) -> None:
    for alg in ("none", "None", "NONE", ""):
        token = compact({"alg": alg, "typ": "at+jwt", "kid": issuer.key["kid"]}, person(), b"")
        refused(TOKEN_INVALID.code, partial(verifier.verify, token))


def test_the_public_key_is_no_shared_secret(issuer: Issuer, verifier: TokenVerifier) -> None:
    """The classic confusion: HS256 over the public key, in each form in which one could take its bytes."""
    header = {"alg": "HS256", "typ": "at+jwt", "kid": issuer.key["kid"]}
    public = issuer.key.get_op_key("verify")
    secrets = [
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        issuer.key.export_public().encode(),
        b"",
    ]
    for secret in secrets:
        unsigned = compact(header, person(), b"").rstrip(".")
        signature = hmac.digest(secret, unsigned.encode(), hashlib.sha256)
        refused(TOKEN_INVALID.code, partial(verifier.verify, compact(header, person(), signature)))


def test_a_key_that_the_token_brings_along_is_not_used(issuer: Issuer, verifier: TokenVerifier) -> None:
    thief = with_names(JWK.generate(kty="EC", crv="P-256"), "ES256")
    refused(TOKEN_INVALID.code, lambda: verifier.verify(signed(person(), thief, typ="at+jwt")))
    thief.update({"kid": issuer.key["kid"]})
    refused(TOKEN_INVALID.code, lambda: verifier.verify(signed(person(), thief, typ="at+jwt")))
    brought = signed(person(), thief, typ="at+jwt").split(".")
    header = {"alg": "ES256", "typ": "at+jwt", "kid": thief["kid"], "jwk": thief.export_public(as_dict=True)}
    forged = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    refused(TOKEN_INVALID.code, lambda: verifier.verify(".".join([forged, *brought[1:]])))


@pytest.mark.parametrize("typ", ["JWT", "logout+jwt", "dpop+jwt", ""])
def test_another_kind_of_token_is_no_access_token(issuer: Issuer, verifier: TokenVerifier, typ: str) -> None:
    refused(TOKEN_INVALID.code, lambda: verifier.verify(signed(person(), issuer.key, typ=typ)))


def test_changed_claims_break_the_signature(issuer: Issuer, verifier: TokenVerifier) -> None:
    head, _, signature = signed(person(), issuer.key, typ="at+jwt").split(".")
    promoted = person(resource_access={"hub-assistance": {"roles": ["agency_admin"]}})
    body = base64.urlsafe_b64encode(json.dumps(promoted).encode()).rstrip(b"=").decode()
    refused(TOKEN_INVALID.code, lambda: verifier.verify(f"{head}.{body}.{signature}"))


def test_a_shared_secret_in_the_published_keys_is_ignored(issuer: Issuer, verifier: TokenVerifier) -> None:
    secret = JWK(kty="oct", k=base64.urlsafe_b64encode(b"k" * 32).decode(), kid="shared", alg="HS256", use="sig")
    issuer.published.append(secret)
    token = signed(person(), secret, typ="at+jwt")
    refused(TOKEN_INVALID.code, lambda: verifier.verify(token))


@given(st.text(max_size=300) | st.from_regex(r"[A-Za-z0-9_-]{0,50}\.[A-Za-z0-9_-]{0,50}\.[A-Za-z0-9_-]{0,50}"))
def test_what_is_no_token_is_refused_quietly(token: str) -> None:
    made = Issuer()
    un = Agency("un", "UN", "Hub", "un.example", HUB)
    agreement = Agreement(1, datetime.now(UTC), "un", (un,), (Node("hub", {"front": Endpoint("f")}),), (), ())
    verifier = TokenVerifier(ISSUER, "f", JwksCache(made.provider()), agreement, "hub")
    refused(TOKEN_INVALID.code, lambda: verifier.verify(token))


# --- services -------------------------------------------------------------------------------------------------


def test_a_service_acts_for_agencies_of_its_node_only(issuer: Issuer, verifier: TokenVerifier) -> None:
    principal = verifier.verify(signed(service(), issuer.key, typ="at+jwt"))
    assert (principal.kind, principal.subject, principal.node) == ("service", "unfpa-assistance", "unfpa")
    assert principal.agency is None
    assert verifier.acting(principal, "unfpa").agency == "unfpa"
    for agency in ("unicef", "un", "nobody", ""):
        refused(NOT_HOSTED.code, partial(verifier.acting, principal, agency))


@pytest.mark.parametrize(
    "changes",
    [
        {"node": "hub"},
        {"client_id": "hub-assistance"},
        {"client_id": "nobody", "azp": "nobody"},
        {"azp": "hub-intake"},
        {"client_id": "hub-front", "azp": "hub-front", "node": "hub"},
    ],
)
def test_a_service_that_the_agreement_places_elsewhere_is_refused(
    issuer: Issuer, verifier: TokenVerifier, changes: dict[str, Any]
) -> None:
    refused(NODE_CLAIM.code, lambda: verifier.verify(signed(service(**changes), issuer.key, typ="at+jwt")))


def test_a_service_cannot_pass_as_a_person(issuer: Issuer, verifier: TokenVerifier) -> None:
    claims = service(client_id=None)
    refused(TOKEN_ORGANIZATION.code, lambda: verifier.verify(signed(claims, issuer.key, typ="at+jwt")))


# --- keys of the issuer ---------------------------------------------------------------------------------------


class Clock:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def test_a_new_signing_key_is_found_and_forged_ids_do_not_flood_the_issuer(
    issuer: Issuer, agreement: Agreement
) -> None:
    clock = Clock()
    verifier = TokenVerifier(ISSUER, "hub-assistance", JwksCache(issuer.provider(), clock=clock), agreement, "hub")
    verifier.verify(signed(person(), issuer.key, typ="at+jwt"))
    asked = issuer.asked
    thief = with_names(JWK.generate(kty="EC", crv="P-256"), "ES256")
    clock.at += 11
    for _ in range(50):
        refused(TOKEN_INVALID.code, lambda: verifier.verify(signed(person(), thief, typ="at+jwt")))
    assert issuer.asked == asked + 1
    issuer.key = with_names(JWK.generate(kty="EC", crv="P-256"), "ES256")
    issuer.published.append(issuer.key)
    clock.at += 11
    verifier.verify(signed(person(), issuer.key, typ="at+jwt"))


def test_a_key_taken_back_ends_within_five_minutes(issuer: Issuer, agreement: Agreement) -> None:
    clock = Clock()
    verifier = TokenVerifier(ISSUER, "hub-assistance", JwksCache(issuer.provider(), clock=clock), agreement, "hub")
    token = signed(person(), issuer.key, typ="at+jwt")
    verifier.verify(token)
    issuer.published.clear()
    clock.at += 301
    refused(TOKEN_INVALID.code, lambda: verifier.verify(token))


def test_known_keys_serve_while_the_issuer_is_down(issuer: Issuer, agreement: Agreement) -> None:
    clock = Clock()
    verifier = TokenVerifier(ISSUER, "hub-assistance", JwksCache(issuer.provider(), clock=clock), agreement, "hub")
    token = signed(person(), issuer.key, typ="at+jwt")
    issuer.down = True
    refused(ISSUER_UNAVAILABLE.code, lambda: verifier.verify(token))
    issuer.down = False
    verifier.verify(token)
    issuer.down = True
    clock.at += 3600
    verifier.verify(token)


def test_hosting_is_the_agreements_word_for_each_service(issuer: Issuer, agreement: Agreement) -> None:
    moved = replace(agreement.agencies[0], nodes={**HUB, "assistance": "unfpa"})
    changed = replace(agreement, agencies=(moved, *agreement.agencies[1:]))
    token = signed(person(), issuer.key, typ="at+jwt")
    elsewhere = TokenVerifier(ISSUER, "hub-assistance", JwksCache(issuer.provider()), changed, "hub")
    refused(NOT_HOSTED.code, lambda: elsewhere.verify(token))
    later = (datetime.now(UTC) + timedelta(minutes=10)).timestamp()
    late = TokenVerifier(ISSUER, "hub-assistance", JwksCache(issuer.provider()), agreement, "hub", now=lambda: later)
    refused(TOKEN_EXPIRED.code, lambda: late.verify(token))
