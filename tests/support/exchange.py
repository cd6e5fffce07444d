"""A small exchange for tests of facts: two nodes, three agencies, their keys, and the agreement between them.

    hub    hosts OWN and PEER for intake, assistance and reporting
    field  hosts THIRD for assistance only; OWN refers to THIRD, nobody else gives it anything

Agencies have new names in every exchange, so that tests on one log never read each other's facts.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from concord_core.agreement import Acl, Agency, Agreement, Endpoint, Flow, Node, PublicKey, Purpose
from concord_core.vault import FileKeyring

SERVICES = ("intake", "assistance", "reporting")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Exchange:
    """The agreement, the agencies' names and the nodes' keys."""

    agreement: Agreement
    own: str
    peer: str
    third: str
    hub: FileKeyring
    field: FileKeyring
    hub_folder: Path

    @property
    def topics(self) -> tuple[str, ...]:
        return self.agreement.topics()

    @property
    def acls(self) -> tuple[Acl, ...]:
        return self.agreement.acls()

    def with_keys(self, *keys: PublicKey) -> Exchange:
        """The same exchange, where these keys replace those with the same ids."""
        kept = {key.kid: key for key in self.agreement.keys} | {key.kid: key for key in keys}
        return replace(self, agreement=replace(self.agreement, keys=tuple(kept.values())))


def make_exchange(folder: Path) -> Exchange:
    """A new exchange with keys below `folder`."""
    mark = secrets.token_hex(4)
    own, peer, third = f"own-{mark}", f"peer-{mark}", f"third-{mark}"
    now = datetime.now(UTC)
    hub, field = FileKeyring(folder / mark / "hub"), FileKeyring(folder / mark / "field")
    hosted = {own: dict.fromkeys(SERVICES, "hub"), peer: dict.fromkeys(SERVICES, "hub"), third: {"assistance": "field"}}
    keys: list[PublicKey] = []
    for keyring in (hub, field):
        keyring.create()
    for agency, nodes in hosted.items():
        for service, node in nodes.items():
            keyring = hub if node == "hub" else field
            keyring.create_agency(agency)
            kid, public = keyring.create_key(agency, service, "signing")
            keys.append(PublicKey(kid, agency, service, "signing", public, now - DAY, now + 30 * DAY))
    agreement = Agreement(
        version=1,
        issued_at=now,
        operator=own,
        agencies=tuple(Agency(slug, slug.upper(), slug, f"{slug}.example", nodes) for slug, nodes in hosted.items()),
        nodes=(
            Node("hub", {service: Endpoint(f"hub-{service}", "127.0.0.1:1") for service in SERVICES}),
            Node("field", {"assistance": Endpoint("field-assistance", "127.0.0.1:2")}),
        ),
        keys=tuple(keys),
        flows=(
            Flow(own, third, "assistance", Purpose.REFERRAL, now - DAY, now + 30 * DAY),
            Flow(peer, own, "intake", Purpose.STATISTICS, now - DAY, now + 30 * DAY),
        ),
    )
    return Exchange(agreement, own, peer, third, hub, field, folder / mark / "hub")
