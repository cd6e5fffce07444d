"""For tests of victim-assistance: two agencies on one node, a real database, a post office as the event log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.message import DecodeError
from sqlalchemy import text

from concord.assistance.v1 import events_pb2  # noqa: F401 - registers the messages that the post office reads
from concord_core.agreement import Agency, Agreement, Desk, Endpoint, Flow, Node, PublicKey, Purpose
from concord_core.errors.codes import PEER_UNAVAILABLE
from concord_core.events import Fact, Subscription
from concord_core.storage import Actor, Database, Work
from concord_core.vault import FileKeyring
from concord_victim_assistance.consent.domain import Consent, Draft
from concord_victim_assistance.persons.domain import Person, Profile
from concord_victim_assistance.referrals.commands import Offer, Opened
from concord_victim_assistance.referrals.courier import Courier, Opening
from concord_victim_assistance.referrals.domain import Referral
from concord_victim_assistance.rooms import Rooms
from tests.support.facts import fact_of

A, C, OTHER = "unicef", "unfpa", "wfp"
NODE = "hub"
DAY = timedelta(days=1)
NAME = "Synthetic Person MARKER-NAME"
CONTACT = "radio channel MARKER-CONTACT"


def make_agreement(keyring: FileKeyring, address: str = "127.0.0.1:1") -> Agreement:
    """Three agencies on one node; A and C refer to each other, OTHER has no flow with anybody."""
    now = datetime.now(UTC)
    keyring.create()
    keys = []
    for slug in (A, C, OTHER):
        keyring.create_agency(slug)
        for service in ("intake", "assistance"):
            for use in ("signing", "sealing"):
                kid, public = keyring.create_key(slug, service, use)
                keys.append(PublicKey(kid, slug, service, use, public, now - DAY, now + 30 * DAY))
    hosted = {"intake": NODE, "assistance": NODE}
    agencies = tuple(
        Agency(
            slug,
            slug.upper(),
            slug.title(),
            f"{slug}.example",
            hosted,
            desks=(Desk("Headquarters", f"desk@{slug}.example"), Desk("Port desk", f"ht@{slug}.example", "HTI")),
        )
        for slug in (A, C, OTHER)
    )
    flows = tuple(
        Flow(sender, receiver, "assistance", Purpose.REFERRAL, now - DAY, now + 30 * DAY)
        for sender, receiver in ((A, C), (C, A))
    )
    services = {service: Endpoint(f"{NODE}-{service}", address) for service in hosted}
    return Agreement(1, now, A, agencies, (Node(NODE, services, A),), tuple(keys), flows)


@dataclass
class FakeOwners:
    """Owners that answer at once, from the same rooms; `down` makes them silent, `senseless` are the referrals about
    which they answer what nobody can read."""

    database: Database
    rooms: Rooms
    down: bool = False
    senseless: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def check(self, owner: str, recipient: str, reference: str) -> tuple[str, str]:
        self.asked.append(f"check {owner}")
        if reference in self.senseless:
            raise DecodeError
        if self.down:
            raise PEER_UNAVAILABLE.error()
        with self.database.work(owner, actor=Actor("service", NODE, recipient)) as work:
            status, state = self.rooms.owner.standing(work, reference, recipient)
        return status.value, state.value

    def open(self, owner: str, recipient: str, reference: str, acting_person: str) -> Opened:
        self.asked.append(f"open {owner} {acting_person}")
        if self.down:
            raise PEER_UNAVAILABLE.error()
        with self.database.work(owner, actor=Actor("service", NODE, recipient)) as work:
            return Opened(self.rooms.owner.disclose(work, reference, recipient))


@dataclass
class House:
    """The service as its edges see it, with everything that the tests look at."""

    agreement: Agreement
    keyring: FileKeyring
    app: Database
    consume: Database
    rooms: Rooms
    owners: FakeOwners
    opening: Opening
    courier: Courier
    subscriptions: tuple[Subscription, ...]
    delivered: int = 0

    def do(self, agency: str, act: Callable[[Work], Any], *, subject: str = "person-1") -> Any:
        with self.app.work(agency, actor=Actor("person", subject, agency)) as work:
            return act(work)

    def facts(self) -> list[Fact[Any]]:
        """Everything in the outbox, in the order in which it was written."""
        with self.consume.engine.connect() as conn:
            # The relay's rows: read as the owner of the test database would, all agencies at once.
            rows = conn.execute(text("select * from all_facts()")).all()
        return [fact_of(row, NODE) for row in rows]

    def deliver(self, *, order: Callable[[list[Fact[Any]]], list[Fact[Any]]] = list) -> None:
        """Hands every new fact to the handlers, and what they publish, too, until nothing is new."""
        while new := self.facts()[self.delivered :]:
            self.delivered += len(new)
            for fact in order(new):
                self.hand(fact)

    def hand(self, fact: Fact[Any]) -> None:
        """Hands one fact to the handlers for each agency that it concerns."""
        for subscription in self.subscriptions:
            handler = subscription.handlers.get(type(fact.message))
            if handler is None or subscription.concerns is None:
                continue
            for agency in subscription.concerns(fact):
                with self.consume.work(agency, actor=Actor("service", "consumer", agency)) as work:
                    handler(work, fact)

    def person(self, agency: str = A, **more: str) -> Person:
        profile = Profile(**{"name": NAME, "contact": CONTACT, "safe_times": "mornings", "sex": "female"} | more)
        made: Person = self.do(
            agency, lambda work: self.rooms.persons.register(work, profile, datetime.now(UTC).date() - 30 * DAY)
        )
        return made

    def consent(self, person: Person, **more: Any) -> Consent:
        today = datetime.now(UTC).date()
        usual = Draft(
            scope="share_with_other_un_entity",
            recipient=C,
            service="medical",
            groups=("identity", "contact", "profile"),
            given=today - 10 * DAY,
            expiry=today + 30 * DAY,
            words="They may know MARKER-WORDS",
        )
        draft = replace(usual, **more)
        made: Consent = self.do(
            A, lambda work: self.rooms.consents.record(work, person.reference, draft, (A, C, OTHER))
        )
        return made

    def referral(self, person: Person, **more: Any) -> Referral:
        shown = ("name", "contact", "safe_times", "language", "sex", "age_category")
        offer = Offer(
            **{"person_reference": person.reference, "recipient": C, "service": "medical", "shown": shown} | more
        )
        made: Referral = self.do(A, lambda work: self.rooms.owner.offer(work, offer))
        return made
