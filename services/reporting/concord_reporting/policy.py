"""Who may do what in reporting. What is public is a release; live counts are for signed-in staff only."""

from concord_core.identity import Operation, PolicyTable, Tenancy

_READERS = frozenset({"analyst", "publisher", "agency_admin"})


def policy_table() -> PolicyTable:
    """The whole table; what is not in it is denied."""
    return PolicyTable(
        [
            Operation("reporting.releases.read", tenancy=Tenancy.PUBLIC, public=True, purpose="public figures"),
            Operation("reporting.counts.read", _READERS, tenancy=Tenancy.OWN, purpose="figures for staff"),
            Operation("reporting.rows.read", _READERS, tenancy=Tenancy.OWN, purpose="tracing a figure to its facts"),
            Operation("reporting.work.read", _READERS, tenancy=Tenancy.OWN, purpose="list of work"),
        ]
    )
