"""Who may do what at the front: the front door is everybody's, the list of work anybody's who has a role anywhere."""

from __future__ import annotations

from concord_core.identity import Operation, PolicyTable, Tenancy
from concord_core.web.roles import ROLES


def policy() -> PolicyTable:
    """The operations of the front."""
    return PolicyTable(
        [
            Operation("front.door.read", tenancy=Tenancy.PUBLIC, public=True),
            Operation(
                "front.work.list", roles=frozenset(ROLES), tenancy=Tenancy.SELF, purpose="to see one's own work items"
            ),
        ]
    )
