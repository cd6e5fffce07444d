"""What both stacks have in common: nodes with their services, behind gateways, over one PostgreSQL.

A stack is a context manager. Everything that it makes lies in its run folder; every process that it starts ends
with it. Order: PostgreSQL → identity → event log → databases → services → gateways.
"""

import json
import socket
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypedDict, Unpack
from urllib.error import URLError
from urllib.request import urlopen

from concord_core.config import DatabaseSettings
from concord_core.identity.client_keys import make_client_key
from concord_core.storage.provision import provision
from concord_stack import gateway
from concord_stack.administration import FILE_NAME, agreement_section
from concord_stack.administration import write as write_settings
from concord_stack.certs import Certificate, make_certificates
from concord_stack.config import PACKAGES, EventLog, write_config
from concord_stack.exchange import NodePlan, SignedAgreement, make_agreement
from concord_stack.otlp import OtlpReceiver
from concord_stack.ports import HOST, held_port, listens
from concord_stack.postgres import Postgres, start_postgres
from concord_stack.process import Command
from concord_stack.supervisor import Supervisor
from concord_stack.templates import write_private

_START_SECONDS = 180.0  # five on an idle machine
STATE_FILE = "stack.json"
ROLES = ("serve", "relay", "consume")
Tell = Callable[[str], None]


def _tell_nobody(_what: str) -> None:
    """Says nothing."""


class Options(TypedDict, total=False):
    """How a stack is run. `tell` hears what is being started. `durable=False` lets PostgreSQL skip fsync. `split_roles`
    runs serve, relay and consume of each service as processes of their own, as on servers."""

    tell: Tell
    durable: bool
    split_roles: bool


class Stack(ABC):
    """Nodes, their services, and what these need. Subclasses add who issues tokens and what carries the facts."""

    embedded: bool

    def __init__(self, folder: Path, **options: Unpack[Options]) -> None:
        """`folder` is the run folder, reachable by other users when root runs the stack."""
        self.folder = folder
        self.tell: Tell = options.get("tell") or _tell_nobody
        self._durable = options.get("durable", True)
        self._split = options.get("split_roles", False)
        self.otlp = OtlpReceiver()
        self.supervisor = Supervisor(self.tell)
        self._held: dict[int, socket.socket] = {}
        self._postgres: Postgres | None = None
        self._signed: SignedAgreement | None = None

    # --- what subclasses give ---------------------------------------------------------------------------------

    @property
    @abstractmethod
    def nodes(self) -> tuple[NodePlan, ...]:
        """The nodes, the hub first."""

    @property
    @abstractmethod
    def issuer(self) -> str:
        """Who issues every token of the stack."""

    @abstractmethod
    def start_identity(self) -> None:
        """Start the issuer, with people and clients."""

    @abstractmethod
    def start_event_log(self) -> None:
        """Start the event log, with the agreement's topics and permissions."""

    @abstractmethod
    def event_log(self, node: NodePlan) -> EventLog:
        """The event-log settings of a node's services."""

    @abstractmethod
    def stop_servers(self) -> None:
        """Stop what was started outside the supervisor."""

    @abstractmethod
    def administration_sections(self) -> dict[str, Any]:
        """The operator's settings of what this stack runs, beside the agreement's."""

    # --- what users of a stack ask ----------------------------------------------------------------------------

    @property
    def hub(self) -> NodePlan:
        return self.nodes[0]

    @property
    def origin(self) -> str:
        """The address that people type: the hub's gateway."""
        return self.hub.origin

    @property
    def postgres(self) -> Postgres:
        if self._postgres is None:
            raise RuntimeError("the stack is not started")
        return self._postgres

    @property
    def signed(self) -> SignedAgreement:
        """The agreement in force."""
        if self._signed is None:
            raise RuntimeError("the stack is not started")
        return self._signed

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def administration_file(self) -> Path:
        """The operator's settings: `concord agency list --config FILE`."""
        return self.folder / FILE_NAME

    def write_administration(self) -> None:
        """Write the operator's settings; the servers must have been started."""
        settings = agreement_section(self.signed, self.nodes) | self.administration_sections()
        write_settings(self.folder, settings)

    def database(self, node: str, service: str) -> DatabaseSettings:
        """The database of a node's service, for tests that look into it."""
        plan = self.node(node)
        return DatabaseSettings(
            host=HOST, port=self.postgres.port, name=plan.database(service), passwords=plan.passwords
        )

    def node(self, slug: str) -> NodePlan:
        """The node; KeyError otherwise."""
        return {node.slug: node for node in self.nodes}[slug]

    def running(self, node: NodePlan) -> tuple[str, ...]:
        """The services of a node that have a program to run."""
        return tuple(service for service in node.services if _has_program(PACKAGES[service]))

    # --- life -------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start everything and wait until it answers; raises `StartError` naming the part that did not."""
        self.start_servers()
        self.start_programs()

    def start_servers(self) -> None:
        """The first half of `start`: all that the services need, and none of them."""
        self.otlp.start()
        self.start_database()
        self._signed = make_agreement(self.folder / "agreement", self.nodes)
        for node in self.nodes:
            for service in node.services:
                make_client_key(node.client_key(service))
        self.start_identity()
        self.start_event_log()

    def start_database(self) -> None:
        """Start PostgreSQL; after a stop, start it again with its data on its port."""
        self.tell("PostgreSQL")
        port = self._postgres.port if self._postgres is not None else None
        log = self.logs / "postgres.log"
        self._postgres = start_postgres(self.folder / "postgres", log, port=port, durable=self._durable)

    def start_programs(self) -> None:
        """The second half: services and gateways."""
        self._start_services()
        self._start_gateways()
        self.write_administration()
        write_private(self.folder / STATE_FILE, json.dumps(self.state(), indent=2))

    def stop(self) -> None:
        """Stop every process, last started first."""
        self.supervisor.stop()
        self.stop_servers()
        if self._postgres is not None:
            self._postgres.stop()
        self.otlp.stop()
        for held in self._held.values():
            held.close()
        (self.folder / STATE_FILE).unlink(missing_ok=True)

    def state(self) -> dict[str, object]:
        """Addresses, for `concord down` and `concord doctor`; no secret."""
        return {
            "issuer": self.issuer,
            "origins": {node.slug: node.origin for node in self.nodes},
            "health": {
                node.client_id(service): f"http://{HOST}:{node.services[service].http}/healthz"
                for node in self.nodes
                for service in self.running(node)
            },
            "otlp": self.otlp.endpoint,
            "logs": str(self.logs),
            "administration": str(self.administration_file),
        }

    def hold(self, preferred: int | None) -> int:
        """The port of a gateway, the preferred one if nobody has it; it is the stack's from now until it stops."""
        held = held_port(preferred)
        port = int(held.getsockname()[1])
        self._held[port] = held
        return port

    def gateway_socket(self, node: NodePlan) -> socket.socket:
        """The socket that is held for a node's gateway. Before `start_programs` a test may listen on it instead."""
        return self._held[node.gateway]

    # --- parts ------------------------------------------------------------------------------------------------

    def _start_services(self) -> None:
        names = [node.client_id(service) for node in self.nodes for service in node.services]
        certificates = make_certificates(self.folder / "certificates", names)
        for node in self.nodes:
            for service in self.running(node):
                self.tell(f"{node.slug}: {service}")
                provision(self.postgres.administrator, node.database(service), node.passwords)
                self._write_config(node, service, certificates[node.client_id(service)])
                self.start_service(node, service)
        for node in self.nodes:
            for service in self.running(node):
                self.wait_service(node, service)

    def _write_config(self, node: NodePlan, service: str, certificate: Certificate) -> None:
        write_config(
            node,
            service,
            self.signed,
            certificate=certificate,
            postgres_port=self.postgres.port,
            event_log=self.event_log(node),
            issuer=self.issuer,
            otlp=self.otlp.endpoint,
            embedded=self.embedded,
        )

    def start_service(self, node: NodePlan, service: str) -> None:
        """Start the processes of a service, from its settings file."""
        if not self._split:
            self.supervisor.start(self._command(node, service, "all"))
            return
        self.supervisor.start(self._command(node, service, "migrate")).wait_done(_START_SECONDS)
        self.supervisor.stop_one(_name(node, service, "migrate"))
        for role in ROLES if service != "front" else ROLES[:1]:
            self.supervisor.start(self._command(node, service, role))

    def wait_service(self, node: NodePlan, service: str) -> None:
        """Wait until a service answers on HTTP and, if it has gRPC, there; raises `StartError`."""
        ports = node.services[service]
        role = "serve" if self._split else "all"
        child = self.supervisor.child(_name(node, service, role))
        child.wait_ready(lambda: answers(f"http://{HOST}:{ports.http}/healthz"), _START_SECONDS)

    def _command(self, node: NodePlan, service: str, role: str) -> Command:
        name = _name(node, service, role)
        argv = [sys.executable, "-m", PACKAGES[service], role, "--config", str(node.config(service))]
        return Command(name, argv, self.logs / f"{name}.log")

    def _start_gateways(self) -> None:
        for node in self.nodes:
            held = self.gateway_socket(node).fileno()
            config = write_private(node.folder / "gateway.json", json.dumps({"socket": held, "routes": _routes(node)}))
            name = f"{node.slug}-gateway"
            argv = [sys.executable, "-m", "concord_stack.gateway", str(config)]
            child = self.supervisor.start(Command(name, argv, self.logs / f"{name}.log", sockets=(held,)))
            child.wait_ready(lambda port=node.gateway: listens(port), _START_SECONDS)  # type: ignore[misc]


def answers(address: str) -> bool:
    """Whether an address answers 200."""
    try:
        with urlopen(address, timeout=2) as answer:  # noqa: S310 - an address of this stack
            return int(answer.status) == 200
    except (URLError, OSError):
        return False


def _routes(node: NodePlan) -> Mapping[str, str]:
    return {
        prefix: f"http://{HOST}:{plan.http}"
        for service, plan in node.services.items()
        for prefix in gateway.PREFIXES[service]
    }


def _name(node: NodePlan, service: str, role: str) -> str:
    return node.client_id(service) if role == "all" else f"{node.client_id(service)}-{role}"


def _has_program(package: str) -> bool:
    return find_spec(package) is not None and find_spec(f"{package}.__main__") is not None
