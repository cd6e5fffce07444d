"""Tells the hub's steward of reviews that their owner leaves unanswered: references and dates, nobody's name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from concord_core.runtime import in_turn
from concord_core.storage import Actor, Database
from concord_screening.disclosure.commands import Disclosures

ACTOR = Actor("job", "screening.escalation")


def escalate(database: Database, disclosures: Disclosures, agencies: Sequence[str], steward: str, day: date) -> None:
    """One round over the owners hosted here, for the agency whose operators are the stewards.

    Two agencies, two transactions: a crash between them is made good by the next round.
    """
    if steward not in agencies:
        return

    def of_owner(owner: str) -> None:
        with database.work(owner, actor=ACTOR) as work:
            late = disclosures.for_steward(work, day)
        with database.work(steward, actor=ACTOR) as work:
            disclosures.tell_steward(work, owner, late)

    in_turn(agencies, of_owner)
