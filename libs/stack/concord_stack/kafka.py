"""A real Kafka broker on this machine: KRaft, tokens of the hub realm for clients, access control on.

The broker reads the realm's keys when it starts and ends if it cannot: start it after Keycloak and the realm.
Once up it serves existing and new connections from the keys it holds, until their tokens end.
"""

import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path

from concord_stack.artifacts import KAFKA, fetch
from concord_stack.java import Heap, java
from concord_stack.ports import HOST, free_ports, listens
from concord_stack.process import Child, Command, StartError
from concord_stack.templates import fill, write_private

ADMINISTRATOR = "administrator"
_HEAP = Heap(384)
_START_SECONDS = 200.0  # three on an idle machine
_FORMAT_SECONDS = 200


@dataclass(frozen=True)
class KafkaAccess:
    """How to reach a broker: `bootstrap` for services with tokens, `internal` for the administrator."""

    bootstrap: str
    internal: str
    password: str


class Kafka:
    """One broker in a folder; data, configuration and log lie below it and survive a restart."""

    def __init__(self, folder: Path, issuer: str, jwks: str, logs: Path, heap: Heap = _HEAP) -> None:
        self._folder = folder
        self._log = logs / "kafka.log"
        self._issuer = issuer
        self._jwks = jwks
        self._heap = heap
        self._ports = free_ports(3)
        self._password = secrets.token_urlsafe(24)
        self._child: Child | None = None

    @property
    def access(self) -> KafkaAccess:
        client, internal, _ = self._ports
        return KafkaAccess(f"{HOST}:{client}", f"{HOST}:{internal}", self._password)

    @property
    def child(self) -> Child:
        if self._child is None:
            raise StartError("Kafka is not started")
        return self._child

    def start(self) -> None:
        """Format the storage if it is new, start, wait until clients can connect; raises `StartError`."""
        path = ":".join(str(jar) for jar in fetch(KAFKA))
        properties = self._configure()
        if not (self._folder / "data" / "meta.properties").exists():
            self._format(path, properties)
        argv = [java(), *self._heap.options(), *self._options(), "-cp", path, "kafka.Kafka", str(properties)]
        self._child = Child.start(Command("Kafka", argv, self._log))
        self._child.wait_ready(lambda: all(listens(port) for port in self._ports[:2]), _START_SECONDS)

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()

    def _options(self) -> list[str]:
        # Without this property Kafka refuses to read any address for keys.
        allowed = f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={self._jwks}"
        return [allowed, "-Dorg.slf4j.simpleLogger.showDateTime=true", f"-Duser.dir={self._folder}"]

    def _configure(self) -> Path:
        client, internal, controller = self._ports
        plain = (
            "org.apache.kafka.common.security.plain.PlainLoginModule required "
            f'username="{ADMINISTRATOR}" password="{self._password}" '
            f'user_{ADMINISTRATOR}="{self._password}";'
        )
        content = fill(
            "kafka/server.properties",
            host=HOST,
            client_port=client,
            internal_port=internal,
            controller_port=controller,
            data=str(self._folder / "data"),
            plain=plain,
            issuer=self._issuer,
            jwks=self._jwks,
            administrator=ADMINISTRATOR,
        )
        return write_private(self._folder / "server.properties", content)

    def _format(self, path: str, properties: Path) -> None:
        cluster = secrets.token_urlsafe(16)[:22]
        arguments = ["format", "--standalone", f"--cluster-id={cluster}", "-c", str(properties)]  # it may begin with -
        argv = [java(), *self._options(), "-XX:TieredStopAtLevel=1", "-cp", path, "kafka.tools.StorageTool"]
        command = [*argv, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_FORMAT_SECONDS, check=False)
        if done.returncode != 0:
            raise StartError(f"Kafka's storage could not be formatted: {done.stdout}{done.stderr}")
