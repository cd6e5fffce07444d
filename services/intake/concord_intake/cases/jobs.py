"""The sweep: finds limits that have passed and tells others, once each."""

from __future__ import annotations

from collections.abc import Sequence

from concord_core.storage import Actor, Database
from concord_intake.cases.commands import Cases

ACTOR = Actor("job", "intake.clocks.sweep")


def sweep(database: Database, cases: Cases, agencies: Sequence[str]) -> int:
    """Publishes every breach that was not published; each case is a transaction of its own. Returns how many."""
    found = 0
    for agency in agencies:
        with database.work(agency, actor=ACTOR) as work:
            references = cases.due_for_sweep(work)
        for reference in references:
            with database.work(agency, actor=ACTOR) as work:
                found += cases.sweep(work, reference)
    return found
