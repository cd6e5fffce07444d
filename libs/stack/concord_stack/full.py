"""The full stack on one machine: real Kafka, real Keycloak, the hub and a second node run by one agency.

Order: PostgreSQL → Keycloak → realms → Kafka → topics and permissions → services. The broker reads the hub realm's
keys when it starts, so it cannot come first.
"""

import json
import secrets
from functools import cached_property
from pathlib import Path
from typing import Any, Unpack

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from concord_core.agreement import SERVICES
from concord_core.events import kafka_admin
from concord_core.identity.admin.access import AdminAccess
from concord_core.identity.admin.agency_realm import Employee, make_agency_realm
from concord_core.identity.admin.keycloak import KeycloakAdministration
from concord_core.identity.admin.port import HubAccount, Provider, ServiceClient
from concord_core.identity.client_keys import public_jwk
from concord_stack.config import STAFF_PREFIXES, EventLog, kafka_log
from concord_stack.exchange import NAMES, WITH_OWN_LOGIN, NodePlan, plan_node
from concord_stack.full_administration import kafka_section, keycloak_section
from concord_stack.java import Heap
from concord_stack.kafka import ADMINISTRATOR, Kafka
from concord_stack.keycloak import Keycloak
from concord_stack.keycloak_schema import KeycloakDatabase
from concord_stack.people import Person, people
from concord_stack.ports import HOST
from concord_stack.process import StartError
from concord_stack.stack import Options, Stack, Tell
from concord_stack.templates import write_private

SECOND_NODE = "unfpa"
HUB_PORT, SECOND_PORT = 8800, 8801
_KEYCLOAK_DATABASE = "keycloak"


class FullStack(Stack):
    """`with FullStack(folder) as stack: …`; beside what every stack has: `keycloak`, `kafka`, `administration`,
    `password(user)` of a person at their own agency's login."""

    embedded = False

    def __init__(
        self,
        folder: Path,
        *,
        ports: tuple[int | None, int | None] = (None, None),
        quick: bool = False,
        **options: Unpack[Options],
    ) -> None:
        """`quick`: Java starts faster and runs slower, for tests."""
        super().__init__(folder, **options)
        here = {slug: SERVICES for slug in NAMES if slug != SECOND_NODE}
        rest = tuple(service for service in SERVICES if service != "assistance")
        self._nodes = (
            plan_node("hub", folder, (*SERVICES, "front"), {**here, SECOND_NODE: rest}, self.hold(ports[0])),
            plan_node(SECOND_NODE, folder, ("assistance",), {SECOND_NODE: ("assistance",)}, self.hold(ports[1])),
        )
        self._quick = quick
        self._passwords = {person.user: secrets.token_urlsafe(12) for person in people()}
        self._keycloak: Keycloak | None = None
        self._kafka: Kafka | None = None
        self.logins: dict[str, Provider] = {}

    @property
    def nodes(self) -> tuple[NodePlan, ...]:
        return self._nodes

    @property
    def keycloak(self) -> Keycloak:
        if self._keycloak is None:
            raise StartError("Keycloak is not started")
        return self._keycloak

    @property
    def kafka(self) -> Kafka:
        if self._kafka is None:
            raise StartError("Kafka is not started")
        return self._kafka

    @property
    def access(self) -> AdminAccess:
        """Keycloak's administrator."""
        at = self.keycloak.access
        return AdminAccess(at.origin, at.user, at.password)

    @cached_property
    def administration(self) -> KeycloakAdministration:
        """The hub's people and clients. For one thread at a time."""
        return KeycloakAdministration(self.access)

    @property
    def issuer(self) -> str:
        return self.access.issuer()

    def password(self, user: str) -> str:
        """What a person types at their own agency's login, with the part of `user` after the agency as user name; for
        a person with a hub account the secret of their code generator."""
        return self._passwords[user]

    def clients(self) -> list[ServiceClient]:
        """Every service of every node as a client of the hub."""
        return [
            ServiceClient(
                node.client_id(service),
                node.slug,
                service,
                (public_jwk(node.client_key(service)),),
                node.origin + STAFF_PREFIXES[service],
            )
            for node in self.nodes
            for service in node.services
        ]

    def start_identity(self) -> None:
        self.tell("Keycloak")
        database = self._keycloak_database()
        self._keycloak = Keycloak(database, self.logs, Heap(512, quick=self._quick))
        self._keycloak.start()
        self.tell("realms")
        agreement = self.signed.agreement
        self.administration.prepare()
        self.administration.apply_clients(agreement, self.clients())
        logins = self.logins = {slug: self._agency_login(slug) for slug in WITH_OWN_LOGIN}
        for agency in agreement.members:
            self.administration.onboard(agency, agreement, logins.get(agency.slug))
        for person in people():
            if person.agency not in WITH_OWN_LOGIN:
                account = HubAccount(
                    person.user, person.email, person.given, person.family, roles_of(person), self.password(person.user)
                )
                self.administration.add_hub_account(agreement.agency(person.agency), agreement, account)
        persons = {p.user: {"email": p.email, "password": self.password(p.user)} for p in people()}
        write_private(self.folder / "people.json", json.dumps(persons, indent=2))

    def start_event_log(self) -> None:
        self.tell("Kafka")
        realm = self.access.realm
        issuer, jwks = self.keycloak.access.issuer(realm), self.keycloak.access.jwks(realm)
        self._kafka = Kafka(self.folder / "kafka", issuer, jwks, self.logs, Heap(384, quick=self._quick))
        self._kafka.start()
        self.apply_agreement()

    def apply_agreement(self) -> kafka_admin.Changes:
        """Brings topics and permissions to what the agreement says."""
        agreement, at = self.signed.agreement, self.kafka.access
        topics, acls = agreement.topics(), agreement.acls()
        return kafka_admin.apply(at.internal, ADMINISTRATOR, at.password, topics=topics, acls=acls)

    def event_log(self, node: NodePlan) -> EventLog:
        return kafka_log(self.kafka.access.bootstrap)

    def administration_sections(self) -> dict[str, Any]:
        folder = self.folder / "administration"
        return {
            "keycloak": keycloak_section(folder, self.access, self.clients(), self.logins),
            "kafka": kafka_section(folder, self.kafka.access),
        }

    def stop_servers(self) -> None:
        if self._kafka is not None:
            self._kafka.stop()
        if self._keycloak is not None:
            self._keycloak.stop()

    def _agency_login(self, slug: str) -> Provider:
        employees = [
            Employee(
                person.desk,
                person.email,
                person.given,
                person.family,
                self.password(person.user),
                roles_of(person),
            )
            for person in people()
            if person.agency == slug
        ]
        provider, _ = make_agency_realm(self.access, slug, secrets.token_urlsafe(24), employees)
        return provider

    def _keycloak_database(self) -> KeycloakDatabase:
        administrator = conninfo_to_dict(self.postgres.administrator)
        user, password = _KEYCLOAK_DATABASE, secrets.token_urlsafe(24)
        with psycopg.connect(self.postgres.administrator, autocommit=True) as conn:
            name = sql.Identifier(_KEYCLOAK_DATABASE)
            role = sql.SQL("create role {} login password {}").format(name, sql.Literal(password))
            conn.execute(role)
            conn.execute(sql.SQL("create database {} owner {}").format(name, name))
        port = int(str(administrator["port"]))
        return KeycloakDatabase(HOST, port, _KEYCLOAK_DATABASE, user, password)


def on_known_ports(folder: Path, tell: Tell) -> FullStack:
    """The full stack as people run it, where they look for it."""
    return FullStack(folder, tell=tell, ports=(HUB_PORT, SECOND_PORT))


def roles_of(person: Person) -> tuple[str, ...]:
    """A person's roles as `<service>.<role>`."""
    return tuple(f"{service}.{role}" for service, roles in person.roles.items() for role in roles)
