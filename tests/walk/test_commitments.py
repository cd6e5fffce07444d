"""Whoever disclosed and whoever received name one sealed package in their audit entries, in every kind of disclosure of
the running exchange; each entry's own salted commitment proves what it says."""

from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg.rows import class_row

from concord_core.audit import canonical, commit
from concord_core.storage import Actor
from concord_core.values import today
from concord_stack.embedded import EmbeddedStack
from concord_stack.walk.people import until
from concord_stack.walk.walk import World

pytestmark = pytest.mark.xdist_group("embedded")


@dataclass(frozen=True)
class Entry:
    """An audit entry as it lies in a service's database."""

    entry_id: int
    agency: str
    recorded_at: Any
    actor_kind: Any
    actor_subject: str
    actor_agency: str | None
    action: str
    reference: str
    purpose: str
    details: dict[str, str]
    salt: bytes
    commitment: bytes

    @property
    def package(self) -> str:
        """How the entry names the sealed package."""
        return self.details["commitment"]

    def proven_by(self, details: dict[str, str]) -> bool:
        """Whether the entry's commitment is one to these details."""
        content = canonical(
            agency=self.agency,
            recorded_at=self.recorded_at,
            actor=Actor(self.actor_kind, self.actor_subject, self.actor_agency),
            action=self.action,
            reference=self.reference,
            purpose=self.purpose,
            details=details,
        )
        return commit(self.salt, content) == self.commitment


def entries(stack: EmbeddedStack, service: str, action: str) -> list[Entry]:
    """All entries of an action in a service of the hub, oldest first."""
    names = ", ".join(Entry.__dataclass_fields__)
    with psycopg.connect(stack.postgres.administrator, dbname=f"hub_{service}", row_factory=class_row(Entry)) as conn:
        return conn.execute(
            f"select {names} from audit_entries where action = %s order by entry_id", [action]
        ).fetchall()


def hand_over(world: World) -> None:
    """A report that asks for help, opened by the agency's advocate."""
    body = {
        "received_date": today().isoformat(),
        "channel": "hotline",
        "concern": "sea",
        "country": "HTI",
        "help_wanted": True,
        "consents": {"assistance_services": "given"},
        "words": {"narrative": "An invented report that asks for help."},
    }
    report = world.person("unicef-focal").post("/api/intake/reports", body)["report_reference"]
    advocate = world.person("unicef-advocate")

    def arrived() -> bool:
        waiting = advocate.get("/api/assistance/handovers")["items"]
        return any(one["report_reference"] == report for one in waiting)

    until("the request for help", arrived)
    advocate.post(f"/api/assistance/handovers/{report}/open")


def test_both_sides_name_the_package_that_passed_between_them(embedded: EmbeddedStack, walked: World) -> None:
    hand_over(walked)
    pairs = {
        "facts of a listing": (("screening", "disclosure.send"), ("screening", "disclosure.receive")),
        "a referral": (("assistance", "referral.disclose"), ("assistance", "referral.open")),
        "a report": (("intake", "intake.handover.get"), ("assistance", "handover.open")),
    }
    for what, (there, here) in pairs.items():
        sent, received = entries(embedded, *there), entries(embedded, *here)
        assert received, what
        for one in received:
            owners = [other for other in sent if other.package == one.package]
            assert owners, f"{what}: nobody says that they sent what was received"
            assert {other.agency for other in owners} == {one.details.get("owner", one.agency)}
            assert {other.details.get("recipient", other.agency) for other in owners} == {one.agency}
        for one in (*sent, *received):
            assert len(one.package) == 64
            assert one.proven_by(one.details)
            assert not one.proven_by({**one.details, "commitment": "0" * 64})
        assert len({one.package for one in received}) == len(received), f"{what}: one package was received twice"
