"""The embedded default: one node that hosts everybody, the event log in PostgreSQL, a loopback issuer.

For trying, developing and testing on one machine. It needs nothing but the virtual environment.
"""

import json
import sys
from pathlib import Path
from typing import Any, Unpack

from concord_core.agreement import SERVICES
from concord_core.events import embedded_admin
from concord_core.identity.client_keys import public_jwk
from concord_stack.administration import embedded_section
from concord_stack.config import STAFF_PREFIXES, EventLog, embedded_log, toml
from concord_stack.exchange import NAMES, NodePlan, plan_node
from concord_stack.people import people
from concord_stack.ports import HOST, free_port
from concord_stack.process import Command
from concord_stack.stack import Options, Stack, answers
from concord_stack.templates import write_private

HUB_PORT = 8800
_LOG_DATABASE = "hub_log"
_START_SECONDS = 240.0


class EmbeddedStack(Stack):
    """`with EmbeddedStack(folder) as stack: …` - `stack.origin`, `stack.issuer`, `stack.otlp`, `stack.signed`."""

    embedded = True

    def __init__(self, folder: Path, *, port: int | None = None, **options: Unpack[Options]) -> None:
        super().__init__(folder, **options)
        hosts = dict.fromkeys(NAMES, SERVICES)
        self._nodes = (plan_node("hub", folder, (*SERVICES, "front"), hosts, self.hold(port)),)
        self._issuer_port = free_port()

    @property
    def nodes(self) -> tuple[NodePlan, ...]:
        return self._nodes

    @property
    def issuer(self) -> str:
        return f"http://{HOST}:{self._issuer_port}"

    def start_identity(self) -> None:
        self.tell("loopback issuer")
        folder = self.folder / "issuer"
        persons = [
            {"user": p.user, "given": p.given, "family": p.family, "agency": p.agency, "roles": p.roles}
            for p in people()
        ]
        settings = {
            "port": self._issuer_port,
            "issuer": self.issuer,
            "agreement": str(self.signed.path),
            "operator_key": self.signed.operator_key,
            "people": str(write_private(folder / "people.json", json.dumps(persons))),
            "clients": str(write_private(folder / "clients.json", json.dumps(self._clients()))),
        }
        config = write_private(folder / "issuer.toml", toml(settings))
        argv = [sys.executable, "-m", "concord_core.identity.loopback", str(config)]
        child = self.supervisor.start(Command("issuer", argv, self.logs / "issuer.log"))
        child.wait_ready(lambda: answers(f"{self.issuer}/.well-known/openid-configuration"), _START_SECONDS)

    def start_event_log(self) -> None:
        agreement = self.signed.agreement
        topics, acls = agreement.topics(), agreement.acls()
        embedded_admin.apply(self.postgres.administrator, _LOG_DATABASE, self.hub.passwords, topics=topics, acls=acls)

    def event_log(self, node: NodePlan) -> EventLog:
        return embedded_log(self.postgres.port, _LOG_DATABASE, node.passwords)

    def stop_servers(self) -> None:
        """Nothing to stop: all runs under the supervisor."""

    def administration_sections(self) -> dict[str, Any]:
        section = embedded_section(
            self.folder / "administration", self.postgres.administrator, _LOG_DATABASE, self.hub.passwords
        )
        return {"embedded": section}

    def _clients(self) -> list[dict[str, object]]:
        return [
            {
                "client_id": self.hub.client_id(service),
                "node": self.hub.slug,
                "service": service,
                "jwk": public_jwk(self.hub.client_key(service)),
                "redirect_uris": [f"{self.hub.origin}{STAFF_PREFIXES[service]}/signin/callback"],
                "backchannel_logout": (f"http://{HOST}:{plan.http}{STAFF_PREFIXES[service]}/signin/backchannel"),
            }
            for service, plan in self.hub.services.items()
        ]
