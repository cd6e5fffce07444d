"""The sweep: finds limits that have passed and tells others, once each."""

from __future__ import annotations

from collections.abc import Sequence

from concord_core.runtime import in_turn
from concord_core.storage import Actor, Database
from concord_intake.cases.commands import Cases

ACTOR = Actor("job", "intake.clocks.sweep")


def sweep(database: Database, cases: Cases, agencies: Sequence[str]) -> int:
    """Publishes every breach that was not published; each case is a transaction of its own. Returns how many."""
    found = 0

    def of_case(agency: str, reference: str) -> None:
        nonlocal found
        with database.work(agency, actor=ACTOR) as work:
            found += cases.sweep(work, reference)

    def of_agency(agency: str) -> None:
        with database.work(agency, actor=ACTOR) as work:
            references = cases.due_for_sweep(work)
        in_turn(references, lambda reference: of_case(agency, reference))

    in_turn(agencies, of_agency)
    return found
