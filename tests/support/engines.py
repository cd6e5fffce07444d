"""The two engines of the event log as tests start them: a real Kafka broker, and the log in the run's PostgreSQL.

The broker believes tokens of a small issuer of the tests; Keycloak's are tried where the full stack runs.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol

from jwcrypto import jwk, jwt

from concord_core.agreement import Acl
from concord_core.config import DatabaseSettings
from concord_core.events import embedded_admin, kafka_admin
from concord_core.events.embedded import EmbeddedLog
from concord_core.events.kafka import KafkaLog
from concord_core.events.log import EventLog
from concord_stack.java import Heap
from concord_stack.kafka import ADMINISTRATOR, Kafka
from concord_stack.ports import HOST, free_port
from concord_stack.postgres import Postgres

LOG_DATABASE = "concord_log"


class Engine(Protocol):
    """One engine, ready for clients by their client ids."""

    name: str

    def apply(self, topics: Iterable[str], acls: Sequence[Acl]) -> object:
        """Brings topics and permissions to these."""

    def log(self, client_id: str) -> EventLog:
        """A log for one thread of that client."""


class EmbeddedEngine:
    """The log in PostgreSQL."""

    name = "embedded"

    def __init__(self, server: Postgres, passwords: Path, database: str = LOG_DATABASE) -> None:
        self.administrator = server.administrator
        self.settings = DatabaseSettings(host=HOST, port=server.port, name=database, passwords=passwords)

    def apply(self, topics: Iterable[str], acls: Sequence[Acl]) -> None:
        name, passwords = self.settings.name, self.settings.passwords
        embedded_admin.apply(self.administrator, name, passwords, topics=topics, acls=acls)

    def log(self, client_id: str) -> EmbeddedLog:
        return EmbeddedLog(self.settings, client_id)


class Issuer:
    """Signs tokens for any client id and publishes its key, as a broker expects it of Keycloak."""

    def __init__(self) -> None:
        self._key = jwk.JWK.generate(kty="RSA", size=2048, kid=secrets.token_hex(4), use="sig", alg="RS256")
        self.address = f"http://{HOST}:{free_port()}"
        host, port = self.address.removeprefix("http://").split(":")
        keys = json.dumps({"keys": [self._key.export_public(as_dict=True)]}).encode()
        self._server = ThreadingHTTPServer((host, int(port)), partial(_Answer, keys))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def token(self, client_id: str, audience: str = "kafka", seconds: int = 300) -> str:
        """A signed token for the client."""
        now = int(time.time())
        claims = {"iss": self.address, "aud": audience, "iat": now, "exp": now + seconds}
        token = jwt.JWT(
            header={"alg": "RS256", "kid": self._key["kid"]},
            claims=claims | {"client_id": client_id, "sub": secrets.token_hex(8), "jti": secrets.token_hex(8)},
        )
        token.make_signed_token(self._key)
        return str(token.serialize())

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Answer(BaseHTTPRequestHandler):
    """Answers every GET with the keys."""

    def __init__(self, keys: bytes, *args: Any) -> None:
        self._keys = keys
        super().__init__(*args)

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(self._keys)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


class KafkaEngine:
    """A real broker with access control."""

    name = "kafka"

    def __init__(self, folder: Path) -> None:
        self.issuer = Issuer()
        keys = f"{self.issuer.address}/certs"
        self.broker = Kafka(folder, self.issuer.address, keys, folder / "logs", Heap(256, quick=True))
        self.broker.start()
        self.access = self.broker.access

    def apply(self, topics: Iterable[str], acls: Sequence[Acl]) -> kafka_admin.Changes:
        return kafka_admin.apply(self.access.internal, ADMINISTRATOR, self.access.password, topics=topics, acls=acls)

    def log(self, client_id: str, fetch_token: Callable[[], str] | None = None) -> KafkaLog:
        return KafkaLog(self.access.bootstrap, fetch_token or (lambda: self.issuer.token(client_id)), client_id)

    def close(self) -> None:
        self.broker.stop()
        self.issuer.close()
