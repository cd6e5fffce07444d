"""A whole exchange of trust for tests: agreement, keyrings, client keys, certificates, and a served loopback issuer.

One node `hub` that hosts everybody, and a second node `unfpa` that hosts agency unfpa for assistance only.
"""

import base64
import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from concord_core.agreement import SERVICES, Agreement
from concord_core.config import DatabaseSettings, IdentitySettings, ListenSettings, RpcSettings, ServiceSettings
from concord_core.identity.client_keys import make_client_key, public_jwk
from concord_core.identity.loopback import CLI_CLIENT, Client, Directory, Person, create_issuer
from concord_core.vault import FileKeyring
from concord_stack.certs import Certificate, make_certificates
from concord_stack.config import STAFF_PREFIXES
from concord_stack.exchange import NAMES, NodePlan, SignedAgreement, make_agreement, plan_node
from concord_stack.people import people
from concord_stack.ports import free_port
from tests.support.serving import served_at

CLI_REDIRECT = "http://127.0.0.1:7777/callback"


@dataclass(frozen=True)
class TrustWorld:
    """Who trusts whom. `issuer` answers while the block of `trust_world` lasts."""

    folder: Path
    issuer: str
    signed: SignedAgreement
    nodes: dict[str, NodePlan]
    certificate: Certificate

    @property
    def agreement(self) -> Agreement:
        return self.signed.agreement

    def keyring(self, node: str = "hub") -> FileKeyring:
        return FileKeyring(self.nodes[node].keyring)

    def identity(self, client_id: str) -> IdentitySettings:
        node, service = self.agreement.clients[client_id]
        key = self.nodes[node].client_key(service)
        return IdentitySettings(issuer=self.issuer, client_id=client_id, client_key=key)

    def settings(self, client_id: str, *, database: DatabaseSettings | None = None) -> ServiceSettings:
        """Settings of one service; its RPC port is the agreement's."""
        node, service = self.agreement.clients[client_id]
        plan = self.nodes[node]
        rpc = RpcSettings(
            port=plan.services[service].rpc,
            certificate=self.certificate.certificate,
            key=self.certificate.key,
            authority=self.certificate.authority,
        )
        return service_settings(plan, service, self.signed, self.issuer, database=database, rpc=rpc)

    def sign_in(self, user: str, *, client_id: str = CLI_CLIENT, redirect_uri: str = CLI_REDIRECT) -> dict[str, Any]:
        """A person's tokens, as their own program gets them: code flow with PKCE."""
        verifier = secrets.token_urlsafe(32)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": redirect_uri,
            "state": "s",
            "nonce": "n",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        with httpx.Client(base_url=self.issuer, trust_env=False) as http:
            code = parse_qs(urlsplit(choose(http, query, user)).query)["code"][0]
            form = {
                "grant_type": "authorization_code",
                "client_id": client_id,
                "code": code,
                "redirect_uri": redirect_uri,
                "code_verifier": verifier,
            }
            answer: dict[str, Any] = http.post("/token", data=form).raise_for_status().json()
        return answer

    def token(self, user: str) -> str:
        """A person's access token for every service."""
        access: str = self.sign_in(user)["access_token"]
        return access


def service_settings(
    plan: NodePlan,
    service: str,
    signed: SignedAgreement,
    issuer: str,
    *,
    database: DatabaseSettings | None = None,
    rpc: RpcSettings | None = None,
) -> ServiceSettings:
    """Settings of a planned service; without a database, those of none."""
    return ServiceSettings(
        node=plan.slug,
        embedded=True,
        agreement=signed.path,
        operator_key=signed.operator_key,
        keyring=plan.keyring,
        public_origin=plan.origin,
        database=database or DatabaseSettings(host="127.0.0.1", name="none", passwords=plan.folder),
        http=ListenSettings(port=plan.services[service].http),
        rpc=rpc,
        identity=IdentitySettings(
            issuer=issuer, client_id=plan.client_id(service), client_key=plan.client_key(service)
        ),
    )


def choose(http: httpx.Client, query: dict[str, str], user: str) -> str:
    """Chooses a person at the loopback issuer; the address to which the browser is sent back."""
    page = http.get("/authorize", params=query).raise_for_status().text
    asked = page.split('name="asked" value="')[1].split('"')[0]
    answer = http.post("/authorize", data={"asked": asked, "user": user}, follow_redirects=False)
    return str(answer.headers["location"])


@contextmanager
def trust_world(folder: Path) -> Iterator[TrustWorld]:
    """Makes the exchange below `folder` and serves its issuer until the block ends."""
    hosts: dict[str, tuple[str, ...]] = dict.fromkeys(NAMES, SERVICES)
    hosts["unfpa"] = ("intake", "screening", "reporting")
    hub = plan_node("hub", folder, (*SERVICES, "front"), hosts, None)
    second = plan_node("unfpa", folder, ("assistance",), {"unfpa": ("assistance",)}, None)
    nodes = {node.slug: node for node in (hub, second)}
    signed = make_agreement(folder, nodes.values())
    for node in nodes.values():
        for service in node.services:
            make_client_key(node.client_key(service))
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    persons = [
        Person(user=p.user, given=p.given, family=p.family, agency=p.agency, roles=dict(p.roles)) for p in people()
    ]
    app = create_issuer(issuer, Directory(signed.agreement, tuple(persons), tuple(_clients(nodes))))
    certificate = make_certificates(folder / "certificates", ["test"])["test"]
    with served_at(app, port):
        yield TrustWorld(folder, issuer, signed, nodes, certificate)


def _clients(nodes: dict[str, NodePlan]) -> Iterator[Client]:
    for node in nodes.values():
        for service in node.services:
            yield Client(
                client_id=node.client_id(service),
                node=node.slug,
                service=service,
                jwk=public_jwk(node.client_key(service)),
                redirect_uris=(f"{node.origin}{STAFF_PREFIXES[service]}/signin/callback",),
                backchannel_logout=f"{node.origin}{STAFF_PREFIXES[service]}/signin/backchannel",
            )
