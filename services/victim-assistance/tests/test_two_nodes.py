"""Two nodes: the hub hosts unicef, the node `unfpa` runs victim-assistance only.

Real HTTP edge, real gRPC over TLS with service tokens, a database and a keyring each; only the event log is a post
office.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient

from concord_core.agreement import Agreement
from concord_core.events import Fact
from concord_core.rpc import RpcServer
from concord_core.runtime import Context, Parts
from concord_core.storage import Actor, Database, Login
from concord_core.web import create_app
from concord_victim_assistance.app import SERVICE, build, subscriptions
from concord_victim_assistance.config import Limits
from concord_victim_assistance.policy import policy
from concord_victim_assistance.rooms import furnish
from tests.support.facts import fact_of
from tests.support.postgres import Databases
from tests.support.strangers import unlocked
from tests.support.trust import TrustWorld, trust_world

API = "/api/assistance"
CONSENT = {
    "scope": "share_with_other_un_entity",
    "recipient": "unfpa",
    "service": "medical",
    "groups": ["identity", "contact"],
    "given_how": "in_person",
    "language": "fr",
    "expiry_date": "2099-12-31",
    "words": "MARKER-WORDS oui",
}
ASKED = {"recipient": "unfpa", "service": "medical"}


@dataclass
class Running:
    """One node's service."""

    context: Context
    parts: Parts
    app: FastAPI
    client: TestClient
    owner: Database

    def facts(self) -> list[Fact[Any]]:
        """What the relay would send, in order."""
        with self.owner.engine.connect() as conn:
            rows = conn.execute(text("select * from outbox order by seq")).all()
        return [fact_of(row, "node") for row in rows]

    def job(self, name: str) -> None:
        next(job for job in self.parts.jobs if job.name == name).run()


@dataclass
class Exchange:
    """Both nodes, and the post office between them."""

    world: TrustWorld
    hub: Running
    unfpa: Running
    server: RpcServer
    tokens: dict[str, str] = field(default_factory=dict)
    delivered: dict[str, int] = field(default_factory=lambda: {"hub": 0, "unfpa": 0})

    def call(self, user: str, method: str, path: str, body: Any = None, version: int | None = None) -> httpx.Response:
        """One request of a person at their own node, with their own token."""
        if user not in self.tokens:
            self.tokens[user] = self.world.token(user)
        headers = {"authorization": f"Bearer {self.tokens[user]}", "idempotency-key": secrets.token_hex(8)}
        if version is not None:
            headers["if-match"] = f'"{version}"'
        node = self.unfpa if user.startswith("unfpa-") else self.hub
        answer: httpx.Response = node.client.request(method, f"{API}{path}", json=body, headers=headers)
        return answer

    def post(self, user: str, path: str, body: Any = None, version: int | None = None) -> dict[str, Any]:
        answer = self.call(user, "POST", path, body, version)
        assert answer.status_code < 300, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def get(self, user: str, path: str) -> dict[str, Any]:
        answer = self.call(user, "GET", path)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def deliver(self) -> None:
        """Hands every new fact of either node to the consumers of both, for the agencies that each hosts."""
        nodes = {"hub": self.hub, "unfpa": self.unfpa}
        moved = True
        while moved:
            moved = False
            for name, sender in nodes.items():
                for fact in sender.facts()[self.delivered[name] :]:
                    self.delivered[name] += 1
                    moved = True
                    for reader in nodes.values():
                        _hand(reader, fact)


def _hand(node: Running, fact: Fact[Any]) -> None:
    hosted = node.context.agreement.hosted_by(node.context.settings.node, "assistance")
    for subscription in node.parts.subscriptions:
        handler = subscription.handlers.get(type(fact.message))
        if handler is None or subscription.concerns is None:
            continue
        for agency in subscription.concerns(fact):
            if agency in hosted:
                with node.context.consume_db.work(agency, actor=Actor("service", "consumer", agency)) as work:
                    handler(work, fact)


@contextmanager
def running(world: TrustWorld, node: str, databases: Databases) -> Iterator[Running]:
    database = databases.fresh("assistance", "concord_victim_assistance")
    context = Context("assistance", world.settings(f"{node}-assistance", database=database), policy(), "/assistance")
    parts = build(context)
    app = create_app(
        "assistance",
        settings=context.settings,
        routers=[context.identity.router, *parts.routers],
        policy=context.policy,
        packages=(SERVICE.package,),
        staff_prefix="/assistance",
    )
    context.identity.install(app)
    owner = Database(database, Login.OWNER)
    with TestClient(app, follow_redirects=False) as client:
        yield Running(context, parts, app, client, owner)
    for pool in (owner, context.app_db, context.consume_db):
        pool.close()


def serve(context: Context, parts: Parts) -> RpcServer:
    operations = {method: name for service in parts.rpc for method, name in service.operations.items()}
    server = RpcServer(context.settings, context.identity.verifier, context.policy, operations, parts.rpc)
    server.start()
    return server


@pytest.fixture(scope="module")
def exchange(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    folder: Path = tmp_path_factory.mktemp("nodes")
    with (
        trust_world(folder) as world,
        running(world, "hub", databases) as hub,
        running(world, "unfpa", databases) as unfpa,
    ):
        made = Exchange(world, hub, unfpa, serve(hub.context, hub.parts))
        yield made
        made.server.stop(1)


def referred(exchange: Exchange) -> tuple[dict[str, Any], dict[str, Any]]:
    """A consent of a person of unicef and a referral to unfpa that has arrived."""
    who = "unicef-advocate"
    person = exchange.post(who, "/persons", {"name": "MARKER-NAME", "contact": "MARKER-CONTACT", "country": "HTI"})
    consent = exchange.post(who, f"/persons/{person['reference']}/consents", CONSENT)
    asked = {"person_reference": person["reference"], **ASKED}
    shown = exchange.post(who, "/referrals/preview", asked)
    referral = exchange.post(who, "/referrals", {**asked, "shown_fields": list(shown["fields"])})
    exchange.deliver()
    return consent, referral


def test_a_node_whose_agencies_have_no_intake_reads_no_requests_for_help(exchange: Exchange) -> None:
    def consumers(agreement: Agreement) -> list[str]:
        context = exchange.unfpa.context
        rooms = furnish(context.vault, context.codes, agreement, Limits())
        return [one.consumer for one in subscriptions(agreement, "unfpa", rooms)]

    agreement = exchange.world.agreement
    assert consumers(agreement) == ["referrals", "handover"]  # the hub hosts unfpa's intake
    alone = [replace(one, nodes={"assistance": one.nodes["assistance"]}) for one in agreement.agencies]
    assert consumers(replace(agreement, agencies=tuple(alone))) == ["referrals"]


def test_the_whole_way_between_two_nodes(exchange: Exchange) -> None:
    consent, referral = referred(exchange)
    officer, path = "unfpa-referrals", f"/inbox/{referral['reference']}"
    exchange.unfpa.job("courier")
    assert exchange.get(officer, path)["check"] == "stands"
    assert exchange.post(officer, f"{path}/open")["content"] == "held"
    content = exchange.get(officer, f"{path}/content")["fields"]
    assert content == {"name": "MARKER-NAME", "contact": "MARKER-CONTACT"}
    for step in ("accept", "provide", "done"):
        exchange.post(officer, f"{path}/{step}", {}, exchange.get(officer, path)["version"])
    exchange.deliver()
    assert exchange.get("unicef-advocate", f"/referrals/{referral['reference']}")["status"] == "done"

    exchange.post("unicef-advocate", f"/consents/{consent['reference']}/withdraw", {}, consent["version"])
    exchange.deliver()
    assert exchange.get(officer, path)["content"] == "erased"
    for method, last in (("POST", "open"), ("GET", "content")):
        refused = exchange.call(officer, method, f"{path}/{last}")
        assert (refused.status_code, refused.json()["code"]) == (409, "copy_erased")
        assert "MARKER" not in refused.text
    after = exchange.get("unicef-advocate", f"/referrals/{referral['reference']}")
    assert after["erasure_confirmed_date"] is not None


def test_a_withdrawal_that_has_not_arrived_yet_is_obeyed_by_the_owner(exchange: Exchange) -> None:
    consent, referral = referred(exchange)
    exchange.post("unicef-advocate", f"/consents/{consent['reference']}/withdraw", {}, consent["version"])
    refused = exchange.call("unfpa-referrals", "POST", f"/inbox/{referral['reference']}/open")
    assert (refused.status_code, refused.json()["code"]) == (409, "consent_ended")
    exchange.deliver()


def test_with_the_owners_node_down_the_request_waits_and_nothing_is_lost(exchange: Exchange) -> None:
    _, referral = referred(exchange)
    officer, path = "unfpa-referrals", f"/inbox/{referral['reference']}"
    exchange.server.stop(0)
    try:
        exchange.unfpa.job("courier")
        assert exchange.get(officer, path)["check"] == "waiting"
        answer = exchange.call(officer, "POST", f"{path}/open")
        assert (answer.status_code, answer.json()["content"]) == (202, "waiting")
        items = exchange.get(officer, "/work-items")["items"]
        assert [item["waiting_for"] for item in items if item["reference"] == referral["reference"]] == ["unicef"]
    finally:
        exchange.server = serve(exchange.hub.context, exchange.hub.parts)
    # A channel that lost its server connects again after a pause of its own; the courier goes on asking until then.
    for _ in range(30):
        with exchange.unfpa.owner.engine.begin() as conn:
            conn.execute(text("update received_referrals set next_try_at = now() where next_try_at is not null"))
        exchange.unfpa.job("courier")
        if exchange.get(officer, path)["content"] == "held":
            break
    assert exchange.get(officer, path)["content"] == "held"


@pytest.mark.parametrize(
    ("user", "path"),
    [
        ("unhcr-advocate", "/referrals/{reference}"),
        ("unhcr-referrals", "/inbox/{reference}"),
        ("unfpa-advocate", "/referrals/{reference}"),
        ("unhcr-advocate", "/persons/{person_reference}"),
        ("unhcr-advocate", "/consents/{consent_reference}"),
    ],
)
def test_what_is_anothers_answers_like_what_does_not_exist(exchange: Exchange, user: str, path: str) -> None:
    _, referral = referred(exchange)
    theirs = exchange.call(user, "GET", path.format(**referral))
    nothing = exchange.call(user, "GET", path.split("{", maxsplit=1)[0] + "RF-2222-2222-2222")
    assert (theirs.status_code, theirs.json()["code"]) == (404, "not_found")
    assert {**theirs.json(), "reference": ""} == {**nothing.json(), "reference": ""}


@pytest.mark.parametrize(
    ("user", "status", "code"),
    [
        ("unicef-referrals", 403, "forbidden"),
        ("unicef-admin", 403, "forbidden"),
        ("unicef-officer", 401, "token_audience"),  # no role here at all: the token is not for this service
    ],
)
def test_a_role_that_does_not_fit_is_refused(exchange: Exchange, user: str, status: int, code: str) -> None:
    refused = exchange.call(user, "GET", "/persons")
    assert (refused.status_code, refused.json()["code"]) == (status, code)


def test_sent_twice_with_one_key_is_done_once(exchange: Exchange) -> None:
    exchange.call("unicef-advocate", "GET", "/persons")
    headers = {"authorization": f"Bearer {exchange.tokens['unicef-advocate']}", "idempotency-key": "the-same-key"}
    body = {"name": "MARKER-TWICE"}
    first, second = (exchange.hub.client.post(f"{API}/persons", json=body, headers=headers) for _ in range(2))
    assert first.json() == second.json()
    other = exchange.hub.client.post(f"{API}/persons", json={"name": "other"}, headers=headers)
    assert other.json()["code"] == "idempotency_key_reused"
    with exchange.hub.owner.engine.connect() as conn:
        kept = conn.execute(text("select body::text as body from idempotency_keys")).all()
    assert not [row for row in kept if "MARKER" in row.body]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"sex": "x", "language": "xx"}, {"sex", "language"}),
        ({"registered_date": "2999-01-01"}, {"registered_date"}),
        ({"registered_date": "soon"}, {"registered_date"}),
        ({"unknown": 1}, {"unknown"}),
    ],
)
def test_bad_input_names_the_fields(exchange: Exchange, body: dict[str, Any], fields: set[str]) -> None:
    refused = exchange.call("unicef-advocate", "POST", "/persons", body)
    assert refused.status_code == 422
    assert {one["path"] for one in refused.json()["fields"]} == fields


def test_a_change_needs_key_and_version(exchange: Exchange) -> None:
    consent, _ = referred(exchange)
    path = f"/consents/{consent['reference']}/withdraw"
    assert exchange.call("unicef-advocate", "POST", path, {}).json()["code"] == "version_required"
    stale = exchange.call("unicef-advocate", "POST", path, {}, 9)
    assert (stale.status_code, stale.json()["code"], stale.json()["params"]) == (412, "stale_write", {"version": 1})
    headers = {"authorization": f"Bearer {exchange.tokens['unicef-advocate']}", "if-match": '"1"'}
    without = exchange.hub.client.post(f"{API}{path}", json={}, headers=headers)
    assert without.json()["code"] == "idempotency_key_required"


def test_a_stranger_is_asked_who_they_are_before_anything_else(exchange: Exchange) -> None:
    wrong, tried = unlocked(exchange.hub.client, exchange.hub.app)
    assert wrong == []
    assert tried > 35


@pytest.mark.parametrize("lang", ["ar", "zh", "en", "fr", "ru", "es"])
def test_help_is_for_anybody_in_six_languages_and_leaves_nothing(exchange: Exchange, lang: str) -> None:
    for path in ("/help", "/help/people?country=HTI", "/help/people?country=FRA", "/help/staff?need=legal_advice"):
        page = exchange.hub.client.get(
            path, params={"lang": lang} if "?" not in path else None, headers={"accept-language": lang}
        )
        assert page.status_code == 200
        assert "set-cookie" not in page.headers
        assert f'lang="{lang}"' in page.text
        assert "<script" not in page.text


def test_the_directory_as_json(exchange: Exchange) -> None:
    offices = exchange.hub.client.get(f"{API}/directory/mechanisms", params={"need": "legal_advice"}).json()["items"]
    assert [office["name_en"] for office in offices] == ["Office of Staff Legal Assistance (OSLA)"]
    assert len(offices[0]["groups"]) == 2
    desks = exchange.hub.client.get(f"{API}/directory/desks/HTI").json()
    assert {desk["country"] for desk in desks["items"]} == {"HTI"}
    none = exchange.hub.client.get(f"{API}/directory/desks/FRA").json()
    assert none["items"] == []
    assert none["elsewhere"]
    wrong = exchange.hub.client.get(f"{API}/directory/desks/XXX")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "unknown_code")


def test_staff_pages_send_strangers_to_sign_in(exchange: Exchange) -> None:
    for path in ("/assistance", "/assistance/persons", "/assistance/inbox"):
        answer = exchange.hub.client.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/assistance/signin")
