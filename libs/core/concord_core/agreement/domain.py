"""What the agreement says, and every rule that follows from it: hosting, topics, access lists, keys, flows.

Pure: built from a checked document, holds no file and no clock. Nothing that can be derived here is written
anywhere else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Final, Literal

from concord_core.agreement.errors import UNKNOWN_AGENCY, UNKNOWN_KEY, UNKNOWN_NODE, UNKNOWN_PEER

SERVICES: Final = ("intake", "screening", "assistance", "reporting")

KeyUse = Literal["signing", "sealing"]
KEY_USES: Final[tuple[KeyUse, ...]] = ("signing", "sealing")


class Purpose(StrEnum):
    """Why one agency may send something to another; the purposes of flows and of sealed disclosures."""

    STATISTICS = "statistics"
    REFERRAL = "referral"
    SCREENING = "screening"


READER_OF_PURPOSE: Final[Mapping[Purpose, str]] = {
    Purpose.STATISTICS: "reporting",
    Purpose.REFERRAL: "assistance",
    Purpose.SCREENING: "screening",
}
"""Which service of the receiving node reads the facts that a flow of this purpose lets through."""


@dataclass(frozen=True)
class Desk:
    """Who answers for an agency in one country; `country` is ISO 3166-1 alpha-3, `None` for the
    headquarters."""

    name: str
    email: str
    country: str | None = None
    deputy: str | None = None


@dataclass(frozen=True)
class Agency:
    """An agency of the exchange.

    `entity` is the acronym of the UN entity list; `nodes` says which node hosts it for which service;
    `identity_provider` is the provider's alias at the hub, `None` when its people use hub accounts. An agency that
    left keeps its entry: `nodes` then says who hosted it, and may still read what it published.
    """

    slug: str
    entity: str
    name: str
    domain: str
    nodes: Mapping[str, str]
    identity_provider: str | None = None
    contact: str | None = None
    desks: tuple[Desk, ...] = ()
    left_at: datetime | None = None


@dataclass(frozen=True)
class Endpoint:
    """One service of one node: its client id at the hub and, except for the front, its gRPC `host:port`."""

    client_id: str
    address: str | None = None


@dataclass(frozen=True)
class Node:
    """One deployment. `receiving_agency` takes reports whose agency is unknown."""

    slug: str
    services: Mapping[str, Endpoint]
    receiving_agency: str | None = None


@dataclass(frozen=True)
class PublicKey:
    """A public key of an agency's service: Ed25519 for signing, X25519 for sealing; `public` are its 32
    raw bytes."""

    kid: str
    agency: str
    service: str
    use: KeyUse
    public: bytes
    not_before: datetime
    not_after: datetime
    revoked_at: datetime | None = None

    def valid(self, at: datetime) -> bool:
        """Whether the key may be used, or what it signed may be believed, at that moment."""
        revoked = self.revoked_at is not None and at >= self.revoked_at
        return self.not_before <= at < self.not_after and not revoked


@dataclass(frozen=True)
class Flow:
    """`sender` may send to `receiver` what `service` holds, for `purpose`, from `not_before` until
    `not_after`."""

    sender: str
    receiver: str
    service: str
    purpose: Purpose
    not_before: datetime
    not_after: datetime

    def valid(self, at: datetime) -> bool:
        return self.not_before <= at < self.not_after


@dataclass(frozen=True)
class Peer:
    """Where a service of an agency is reached, and the client id that a token for it must name as
    audience."""

    address: str
    client_id: str
    node: str
    service: str


@dataclass(frozen=True, order=True)
class Acl:
    """One permission of the event log. `principal` is a client id; `prefixed` names cover all that begin
    so."""

    principal: str
    resource: Literal["topic", "group"]
    name: str
    prefixed: bool
    operation: Literal["read", "write"]


def topic_name(service: str, agency: str) -> str:
    """The topic of an agency's facts of one service."""
    return f"concord.{service}.{agency}.v1"


def topic_parts(topic: str) -> tuple[str, str]:
    """`(service, agency)` of a topic name; ValueError if it is none of ours."""
    match topic.split("."):
        case ["concord", service, agency, "v1"] if service in SERVICES and agency:
            return service, agency
    raise ValueError("not a topic of the exchange")


def group_prefix(node: str, service: str) -> str:
    """What every consumer group of a node's service begins with."""
    return f"concord.{node}.{service}."


@dataclass(frozen=True)
class Terms:
    """One version of the agreement, believed."""

    version: int
    issued_at: datetime
    operator: str
    agencies: tuple[Agency, ...]
    nodes: tuple[Node, ...]
    keys: tuple[PublicKey, ...]
    flows: tuple[Flow, ...]

    @cached_property
    def _agencies(self) -> Mapping[str, Agency]:
        return {agency.slug: agency for agency in self.agencies}

    @cached_property
    def _nodes(self) -> Mapping[str, Node]:
        return {node.slug: node for node in self.nodes}

    @cached_property
    def _keys(self) -> Mapping[str, PublicKey]:
        return {key.kid: key for key in self.keys}

    @cached_property
    def members(self) -> tuple[Agency, ...]:
        """The agencies that have not left."""
        return tuple(agency for agency in self.agencies if agency.left_at is None)

    def agency(self, slug: str) -> Agency:
        """The agency; UNKNOWN_AGENCY (not found) otherwise."""
        found = self._agencies.get(slug)
        if found is None:
            raise UNKNOWN_AGENCY.error()
        return found

    def node(self, slug: str) -> Node:
        """The node; UNKNOWN_NODE (not found) otherwise."""
        found = self._nodes.get(slug)
        if found is None:
            raise UNKNOWN_NODE.error()
        return found

    def receiving_agency(self, node: str) -> str | None:
        """Agency that takes a node's reports when the reporter does not know whose they are."""
        return self.node(node).receiving_agency

    # --- hosting ------------------------------------------------------------------------------------------

    def hosts(self, node: str, agency: str, service: str | None = None) -> bool:
        """Whether the node hosts the agency, for that service or, without one, for any; not when it has left."""
        found = self._agencies.get(agency)
        if found is None or found.left_at is not None:
            return False
        return node in found.nodes.values() if service is None else found.nodes.get(service) == node

    def hosted_by(self, node: str, service: str | None = None) -> tuple[str, ...]:
        """Slugs of the agencies that a node hosts, in the agreement's order."""
        return tuple(agency.slug for agency in self.agencies if self.hosts(node, agency.slug, service))

    def address(self, agency: str, service: str) -> Peer:
        """Where an agency's service is reached; UNKNOWN_PEER when nobody hosts it."""
        node = self.agency(agency).nodes.get(service, "")
        endpoint = self._nodes[node].services.get(service) if self.hosts(node, agency, service) else None
        if endpoint is None or endpoint.address is None:
            raise UNKNOWN_PEER.error()
        return Peer(endpoint.address, endpoint.client_id, node, service)

    @cached_property
    def clients(self) -> Mapping[str, tuple[str, str]]:
        """`client id → (node, service)` of every client of the exchange, the fronts included; none of a node whose
        agencies have all left."""
        return {
            endpoint.client_id: (node.slug, service)
            for node in self.nodes
            if self.hosted_by(node.slug)
            for service, endpoint in node.services.items()
        }

    # --- topics and permissions ---------------------------------------------------------------------------

    def topics(self) -> tuple[str, ...]:
        """Every topic of the exchange: one per agency and service that somebody hosts for it."""
        return tuple(
            topic_name(service, agency.slug)
            for service in SERVICES
            for agency in self.agencies
            if service in agency.nodes
        )

    def topics_written(self, node: str, service: str) -> tuple[str, ...]:
        """Topics that a node's service writes: those of the agencies that it hosts."""
        return tuple(topic_name(service, agency) for agency in self.hosted_by(node, service))

    def topics_for(self, node: str, service: str, reads: Iterable[str]) -> tuple[str, ...]:
        """Topics of the services `reads` that a node's `service` may read, in the agreement's order.

        Own agencies' always, also of those that left; others' where a flow leads to an agency hosted here for this
        service and its purpose is read by this service. A flow's dates are not looked at: facts are kept, and access
        ends by a new version without the flow.
        """
        wanted = frozenset(reads)
        own = {agency.slug for agency in self.agencies if agency.nodes.get(service) == node}
        readable = {
            (flow.service, flow.sender)
            for flow in self.flows
            if self.hosts(node, flow.receiver, service) and READER_OF_PURPOSE[flow.purpose] == service
        }
        return tuple(
            topic
            for topic in self.topics()
            for source, agency in [topic_parts(topic)]
            if source in wanted and (agency in own or (source, agency) in readable)
        )

    def acls(self) -> tuple[Acl, ...]:
        """Every permission of the event log, sorted; what is not here is denied."""
        found: set[Acl] = set()
        for client_id, (node, service) in self.clients.items():
            if service not in SERVICES:
                continue
            written = self.topics_written(node, service)
            read = self.topics_for(node, service, SERVICES)
            found |= {Acl(client_id, "topic", topic, False, "write") for topic in written}
            found |= {Acl(client_id, "topic", topic, False, "read") for topic in read}
            found.add(Acl(client_id, "group", group_prefix(node, service), True, "read"))
        return tuple(sorted(found))

    # --- keys ---------------------------------------------------------------------------------------------

    def key(self, kid: str) -> PublicKey:
        """The key, valid or not; UNKNOWN_KEY (not found) otherwise."""
        found = self._keys.get(kid)
        if found is None:
            raise UNKNOWN_KEY.error()
        return found

    def keys_of(self, agency: str, service: str, use: KeyUse) -> tuple[PublicKey, ...]:
        """All keys of an agency's service, old ones too, newest first."""
        wanted = (agency, service, use)
        found = [key for key in self.keys if (key.agency, key.service, key.use) == wanted]
        return tuple(sorted(found, key=lambda key: key.not_before, reverse=True))

    def sealing_key(self, agency: str, service: str, at: datetime) -> PublicKey:
        """The newest sealing key valid at that moment; UNKNOWN_KEY when there is none."""
        for key in self.keys_of(agency, service, "sealing"):
            if key.valid(at):
                return key
        raise UNKNOWN_KEY.error()

    # --- flows --------------------------------------------------------------------------------------------

    def flow_allows(self, from_: str, to: str, service: str, purpose: str, at: datetime) -> bool:
        """Whether `from_` may send `to` what `service` holds, for that purpose, at that moment.

        Within one agency always, if the purpose is known; never from or to one that left.
        """
        if purpose not in frozenset(Purpose) or not {from_, to} <= {agency.slug for agency in self.members}:
            return False
        if from_ == to:
            return True
        wanted = (from_, to, service, purpose)
        return any(
            (flow.sender, flow.receiver, flow.service, flow.purpose) == wanted and flow.valid(at) for flow in self.flows
        )
