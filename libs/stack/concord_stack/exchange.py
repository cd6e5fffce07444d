"""The exchange that a stack on one machine plays: eight agencies, one or two nodes, keys, and the agreement.

The people and offices are invented; the agencies' names and acronyms are those of the published entity list.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from concord_core.agreement import (
    SERVICES,
    Agency,
    Agreement,
    Desk,
    Endpoint,
    Flow,
    Node,
    Purpose,
    Terms,
)
from concord_core.agreement.document import dump
from concord_core.agreement.keymaking import make_keys
from concord_core.agreement.signature import make_operator_key, public_text, sign, signature_path
from concord_core.vault import FileKeyring
from concord_stack.ports import HOST, free_port, free_ports
from concord_stack.templates import write_private

OPERATOR = "un"
NAMES: Mapping[str, tuple[str, str]] = {
    "unicef": ("UNICEF", "United Nations Children's Fund"),
    "unhcr": ("UNHCR", "Office of the United Nations High Commissioner for Refugees"),
    "unfpa": ("UNFPA", "United Nations Population Fund"),
    "wfp": ("WFP", "World Food Programme"),
    "iom": ("IOM", "International Organization for Migration"),
    "undp": ("UNDP", "United Nations Development Programme"),
    "who": ("WHO", "World Health Organization"),
    "un": ("UN", "United Nations Secretariat"),
}
"""Slug → acronym and name. The first three are A, B and C of the demonstration, with logins of their own."""
WITH_OWN_LOGIN = ("unicef", "unhcr", "unfpa")
_COUNTRIES = ("SSD", "COD", "HTI")
_LIFE = timedelta(days=365)


@dataclass(frozen=True)
class ServicePlan:
    """Ports of one service of one node."""

    http: int
    rpc: int


@dataclass(frozen=True)
class NodePlan:
    """One node of the stack: which services it runs, where, and which services of which agencies it hosts."""

    slug: str
    folder: Path
    gateway: int
    services: Mapping[str, ServicePlan]
    hosts: Mapping[str, tuple[str, ...]]

    @property
    def origin(self) -> str:
        """What people type: the node's one public address."""
        return f"http://{HOST}:{self.gateway}"

    @property
    def keyring(self) -> Path:
        return self.folder / "keyring"

    @property
    def passwords(self) -> Path:
        return self.folder / "passwords"

    def client_id(self, service: str) -> str:
        return f"{self.slug}-{service}"

    def client_key(self, service: str) -> Path:
        """The private key with which the service proves its client id."""
        return self.folder / "clients" / f"{self.client_id(service)}.pem"

    def database(self, service: str) -> str:
        return f"{self.slug}_{service}"

    def config(self, service: str) -> Path:
        return self.folder / "config" / f"{service}.toml"


def plan_node(
    slug: str, folder: Path, services: Iterable[str], hosts: Mapping[str, tuple[str, ...]], port: int | None
) -> NodePlan:
    """A node with free ports; `hosts` is agency → services; `port` is the gateway's, any free one if None."""
    names = tuple(services)
    ports = free_ports(2 * len(names))
    plans = {name: ServicePlan(ports[2 * i], ports[2 * i + 1]) for i, name in enumerate(names)}
    return NodePlan(slug, folder / "nodes" / slug, port or free_port(), plans, hosts)


@dataclass(frozen=True)
class SignedAgreement:
    """The agreement in the run folder, with the key that signed it (the stack's operator is this machine)."""

    path: Path
    operator_key: str
    agreement: Agreement


def make_agreement(folder: Path, nodes: Iterable[NodePlan]) -> SignedAgreement:
    """Make every node's keyring and write the first version of the agreement, signed."""
    planned = tuple(nodes)
    now = datetime.now(UTC).replace(microsecond=0)
    draft = Terms(
        version=1,
        issued_at=now,
        operator=OPERATOR,
        agencies=tuple(_agency(slug, planned) for slug in NAMES),
        nodes=tuple(_node(node) for node in planned),
        keys=(),
        flows=tuple(_flows(now)),
    )
    for node in planned:
        keyring = FileKeyring(node.keyring)
        draft = make_keys(draft, keyring, node.hosts, node=node.slug, now=now, life=_LIFE)
    return publish_agreement(folder, draft)


def publish_agreement(folder: Path, terms: Terms) -> SignedAgreement:
    """Write and sign a version of the agreement as the operator of this stack."""
    key = make_operator_key(folder / "operator.pem")
    path, content = folder / "agreement.yaml", dump(terms)
    write_private(path, content)
    write_private(signature_path(path), sign(content, key))
    return SignedAgreement(path, public_text(key), Agreement.load(path, public_text(key)))


def _agency(slug: str, nodes: Iterable[NodePlan]) -> Agency:
    entity, name = NAMES[slug]
    domain = f"{slug}.example"
    hosted = {service: node.slug for node in nodes for service in node.hosts.get(slug, ())}
    desks = [Desk(f"{entity} desk", f"desk@{domain}")]
    desks += [Desk(f"{entity} desk {country}", f"desk.{country.lower()}@{domain}", country) for country in _COUNTRIES]
    provider = slug if slug in WITH_OWN_LOGIN else None
    return Agency(slug, entity, name, domain, hosted, provider, f"focal.point@{domain}", tuple(desks))


def _node(node: NodePlan) -> Node:
    services = {
        service: Endpoint(node.client_id(service), None if service == "front" else f"{HOST}:{plan.rpc}")
        for service, plan in node.services.items()
    }
    receives = OPERATOR if "intake" in node.hosts.get(OPERATOR, ()) else None
    return Node(node.slug, services, receives)


def _flows(now: datetime) -> Iterable[Flow]:
    """Everybody screens and refers with everybody, and lets the operator count."""
    start, end = now - timedelta(days=1), now + _LIFE
    for sender in NAMES:
        for receiver in NAMES:
            if sender != receiver:
                yield Flow(sender, receiver, "screening", Purpose.SCREENING, start, end)
                yield Flow(sender, receiver, "assistance", Purpose.REFERRAL, start, end)
        if sender != OPERATOR:
            for service in SERVICES:
                yield Flow(sender, OPERATOR, service, Purpose.STATISTICS, start, end)
