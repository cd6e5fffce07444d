"""Who may do what in intake: the one table that HTTP, pages and gRPC ask. What is not here is refused."""

from __future__ import annotations

from concord_core.identity import Operation, PolicyTable, Tenancy
from concord_intake.cases.domain import SECOND_PERSON, Act

OFFICER = frozenset({"case_officer"})
APPROVER = frozenset({"case_approver"})
READERS = OFFICER | APPROVER
REPORTERS = frozenset({"staff_reporter", "case_officer"})


def policy() -> PolicyTable:
    """The policy table of intake."""
    acts = [
        Operation(
            name=f"intake.cases.{act.value}",
            roles=APPROVER if act in SECOND_PERSON else OFFICER,
            tenancy=Tenancy.OWN,
            purpose="case",
        )
        for act in Act
    ]
    return PolicyTable(
        [
            Operation("intake.reports.public", frozenset(), Tenancy.PUBLIC, "report", public=True),
            Operation("intake.reports.follow-up", frozenset(), Tenancy.PUBLIC, "report", public=True),
            Operation("intake.leave", frozenset(), Tenancy.PUBLIC, "report", public=True),
            Operation("intake.reports.create", REPORTERS, Tenancy.OWN, "report"),
            Operation("intake.reports.read", READERS, Tenancy.OWN, "case"),
            Operation("intake.cases.list", READERS, Tenancy.OWN, "case"),
            Operation("intake.cases.read", READERS, Tenancy.OWN, "case"),
            Operation("intake.clocks.pause", OFFICER, Tenancy.OWN, "case"),
            Operation("intake.clocks.resume", OFFICER, Tenancy.OWN, "case"),
            Operation("intake.call-backs.record", OFFICER, Tenancy.OWN, "case"),
            Operation("intake.work.list", READERS | frozenset({"staff_reporter"}), Tenancy.OWN, "case"),
            Operation("intake.handover.get", frozenset({"peer"}), Tenancy.PEER, "assistance"),
            *acts,
        ]
    )
