"""A screening service driven by tests: real PostgreSQL, real keys, a real agreement of eight agencies on one node.

Only the tokens are a fake: a bearer `unicef-officer` is that person of the demo.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from secrets import token_hex
from types import SimpleNamespace
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text

from concord_core.agreement import SERVICES
from concord_core.errors.codes import UNAUTHENTICATED
from concord_core.identity import Gate, Principal, TokenVerifier
from concord_core.runtime import Context, Parts
from concord_core.storage import Login
from concord_core.values import today
from concord_core.web import create_app
from concord_screening.app import Rooms, build, rooms
from concord_screening.config import ScreeningSettings
from concord_screening.policy import policy
from concord_stack.certs import make_certificates
from concord_stack.exchange import NAMES, make_agreement, plan_node, publish_agreement
from concord_stack.people import person

A, B, C = "unicef", "unhcr", "unfpa"
NEXT_YEAR = (today() + timedelta(days=365)).isoformat()


class Personas(TokenVerifier):
    """Believes the names of the demo's people, and `service:<client id>` for services."""

    def verify(self, token: str) -> Principal:
        """The person or service of that name; UNAUTHENTICATED for any other text."""
        if token.startswith("service:"):
            return Principal("service", token.removeprefix("service:"), None, frozenset({"peer"}), node="hub")
        try:
            found = person(token)
        except KeyError:
            raise UNAUTHENTICATED.error() from None
        return Principal("person", found.user, found.agency, frozenset(found.roles.get("screening", ())))


class PersonaSessions:
    """Staff sessions whose cookie is the name of a person of the demo; everything else is the real thing."""

    def __init__(self, real: Any, verifier: Personas) -> None:
        self._real = real
        self._verifier = verifier

    def current(self, cookie: str | None) -> Any:
        """The session of that person, if the cookie names one."""
        return SimpleNamespace(principal=self._verifier.verify(cookie)) if cookie else None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class ServiceTokensFake:
    """This node's own service token."""

    def token(self, _audience: str) -> str:
        """What `Personas` believes."""
        return "service:hub-screening"


class ContextForTests(Context):
    """A context whose own tokens need no issuer."""

    @cached_property
    def tokens(self) -> Any:
        """The fake."""
        return ServiceTokensFake()


def entry(name: str = "Roger Walker", born: str = "1992-08-30", **more: object) -> dict[str, object]:
    """A listing as it is posted."""
    return {
        "names": [{"text": name}],
        "birth_dates": [born] if born else [],
        "basis": "established_sea",
        "case_reference": "CASE-7",
        "decided_date": "2026-03-01",
        "review_date": NEXT_YEAR,
        "notice_date": "2026-03-05",
        "notice_way": "letter",
        **more,
    }


def candidate_body(**more: str) -> dict[str, str]:
    """A check as it is posted."""
    return {
        "name_latin": "Ana Lima",
        "birth_date": "1970-01-02",
        "purpose": "recruitment",
        "requisition": "VA-2026-17",
        "consent_date": "2026-01-10",
        "consent_notice": "2026-1",
        "self_certification": "no",
        **more,
    }


@dataclass
class Calendar:
    """The day on which limits are looked at; a test may move it."""

    day: date = field(default_factory=today)

    def __call__(self) -> date:
        return self.day


@dataclass
class House:
    """One screening service with its edges, to be driven as its users would."""

    context: ContextForTests
    rooms: Rooms
    parts: Parts
    app: FastAPI
    client: TestClient
    calendar: Calendar

    def api(self, user: str, method: str, path: str, json: object = None, **headers: str) -> Any:
        """One REST call as a person of the demo."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        bearer = {"Authorization": f"Bearer {user}"} if user else {}
        return self.client.request(method, f"/api/screening{path}", json=json, headers=bearer | named)

    def page(self, user: str, path: str, form: dict[str, Any] | None = None) -> Any:
        """A page as a person's browser gets it; with `form`, posted with the token of the person's session."""
        cookie = {"Cookie": f"concord_hub_screening={user}"}
        if form is None:
            return self.client.get(path, headers=cookie, follow_redirects=False)
        token = re.search('name="form_token" value="([^"]+)"', self.page(user, "/screening").text)
        assert token
        data = form | {"form_token": token[1]}
        return self.client.post(path, headers=cookie, data=data, follow_redirects=False)

    entry = staticmethod(entry)
    candidate = staticmethod(candidate_body)

    def outbox(self) -> list[dict[str, Any]]:
        """Every fact of the service so far, oldest first."""
        database = self.context.database(Login.RELAY)
        try:
            with database.engine.connect() as conn:
                return [dict(row) for row in conn.execute(text("select * from outbox order by seq")).mappings()]
        finally:
            database.close()

    def job(self, name: str) -> None:
        """Runs one job now."""
        next(job for job in self.parts.jobs if job.name == f"screening.{name}").run()

    def listed(self, agency: str = A, name: str = "Roger Walker", born: str = "1992-08-30", **more: object) -> str:
        """A person on an agency's register; returns the reference."""
        made = self.api(
            f"{agency}-officer", "POST", "/listings", entry(name, born, **more), Idempotency_Key=token_hex(8)
        )
        assert made.status_code == 201, made.text
        reference = str(made.json()["reference"])
        done = self.api(f"{agency}-approver", "POST", f"/listings/{reference}/approval", If_Match='"1"')
        assert done.status_code == 200, done.text
        return reference

    def checked(self, agency: str = B, key: str = "", **candidate: str) -> Any:
        """One check by an agency's recruiter; the JSON of the answer."""
        body = candidate_body(**candidate)
        made = self.api(f"{agency}-recruiter", "POST", "/checks", body, Idempotency_Key=key or token_hex(8))
        assert made.status_code == 201, made.text
        return made.json()


def make_house(folder: Path, databases: Any, *, without: Collection[tuple[str, str]] = (), **settings: object) -> House:
    """A service on a fresh database; `without` are pairs of owner and asker between whom no screening flows."""
    node = plan_node("hub", folder, (*SERVICES, "front"), dict.fromkeys(NAMES, SERVICES), None)
    signed = make_agreement(folder, [node])
    if without:
        terms = signed.agreement
        flows = [one for one in terms.flows if one.service != "screening" or (one.sender, one.receiver) not in without]
        signed = publish_agreement(folder, replace(terms, flows=tuple(flows)))
    certificate = make_certificates(folder / "certs", ["hub-screening"])["hub-screening"]
    key = node.client_key("screening")
    key.parent.mkdir(parents=True, exist_ok=True)
    private = ec.generate_private_key(ec.SECP256R1())
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    made = ScreeningSettings.model_validate(
        {
            "node": "hub",
            "agreement": signed.path,
            "operator_key": signed.operator_key,
            "keyring": node.keyring,
            "public_origin": node.origin,
            "database": databases.fresh("screening", "concord_screening"),
            "http": {"port": node.services["screening"].http},
            "rpc": {
                "port": node.services["screening"].rpc,
                "certificate": certificate.certificate,
                "key": certificate.key,
                "authority": certificate.authority,
            },
            "identity": {"issuer": "http://127.0.0.1:1", "client_id": "hub-screening", "client_key": key},
            "index_folder": folder / "indexes",
            "answer_step_ms": 1,
            **settings,
        }
    )
    context = ContextForTests("screening", made, policy(), "/screening")
    verifier = Personas("http://127.0.0.1:1", "hub-screening", None, context.agreement, "hub")  # type: ignore[arg-type]
    gate = Gate(policy(), verifier, PersonaSessions(context.identity.gate.staff, verifier))  # type: ignore[arg-type]
    calendar = Calendar()
    parts = build(context, calendar)
    app = create_app(
        "screening",
        settings=made,
        routers=list(parts.routers),
        policy=context.policy,
        packages=("concord_screening",),
        staff_prefix="/screening",
    )
    gate.install(app)
    return House(context, rooms(context), parts, app, TestClient(app, raise_server_exceptions=False), calendar)
