"""Who may do what in victim-assistance: the one table that HTTP, pages and gRPC ask. What is not here is refused."""

from __future__ import annotations

from concord_core.identity import Operation, PolicyTable, Tenancy

ADVOCATE = frozenset({"advocate"})
OFFICER = frozenset({"referral_officer"})
PEER = frozenset({"peer"})


def _own(name: str, roles: frozenset[str]) -> Operation:
    return Operation(f"assistance.{name}", roles, Tenancy.OWN, "assistance")


def policy() -> PolicyTable:
    """The policy table of victim-assistance."""
    return PolicyTable(
        [
            Operation("assistance.directory.read", frozenset(), Tenancy.PUBLIC, "", public=True),
            _own("persons.list", ADVOCATE),
            _own("persons.read", ADVOCATE),
            _own("persons.register", ADVOCATE),
            _own("persons.change", ADVOCATE),
            _own("handovers.list", ADVOCATE),
            _own("handovers.open", ADVOCATE),
            _own("needs.record", ADVOCATE),
            _own("needs.step", ADVOCATE),
            _own("consents.record", ADVOCATE),
            _own("consents.read", ADVOCATE),
            _own("consents.withdraw", ADVOCATE),
            _own("referrals.list", ADVOCATE),
            _own("referrals.read", ADVOCATE),
            _own("referrals.preview", ADVOCATE),
            _own("referrals.offer", ADVOCATE),
            _own("referrals.revoke", ADVOCATE),
            _own("inbox.list", OFFICER),
            _own("inbox.read", OFFICER),
            _own("inbox.open", OFFICER),
            _own("inbox.answer", OFFICER),
            _own("work.list", ADVOCATE | OFFICER),
            Operation("assistance.referrals.check", PEER, Tenancy.PEER, "referral"),
            Operation("assistance.referrals.disclose", PEER, Tenancy.PEER, "referral"),
        ]
    )
