"""Compares a candidate with the lists of the agencies hosted here, and puts the candidate before those who must look.

The match runs on the owner's side. What comes back to the asker's side is a sum (somebody has to look, or not) and an
opaque ticket of the same form for every check.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence

from concord_core.storage import Database
from concord_screening.checks.domain import (
    OWNER_WORKING_DAYS,
    Outcome,
    Request,
    Screening,
    outcome_of,
    release_moment,
)
from concord_screening.checks.shelf import ACTOR, NOT_CHECKED, Shelf
from concord_screening.disclosure.commands import Disclosures, Tickets, group_name
from concord_screening.disclosure.domain import Asked, Evidence, Ticket
from concord_screening.engine.domain import Hit, Zone
from concord_screening.values import add_working_days

TIME_TO_READ_LISTS = 2.0
"""Seconds that a check gives the lists to come up to date."""


class Matcher:
    """The owner's side of a check, for all agencies of this node at once.

    `shares(owner, asker)`: whether the agreement lets an owner tell that asker anything now. Where it does not, no list
    is looked at: the answer would tell of it, and its officer would see somebody else's candidate.
    """

    def __init__(
        self,
        database: Database,
        shelf: Shelf,
        disclosures: Disclosures,
        tickets: Tickets,
        group_key: bytes,
        shares: Callable[[str, str], bool],
    ) -> None:
        self._database = database
        self._shelf = shelf
        self._disclosures = disclosures
        self._tickets = tickets
        self._group_key = group_key
        self._shares = shares

    def check(self, asker: str, screening: Screening, request: Request) -> tuple[Outcome, str]:
        """Compares, opens what has to be looked at, and gives the ticket; comparing twice opens nothing twice."""
        deadline = time.monotonic() + TIME_TO_READ_LISTS
        query = request.candidate.query()
        zones: list[Zone] = []
        checked, unreadable = True, False
        asked = [agency for agency in self._shelf.agencies if self._shares(agency, asker)]
        for agency, result in self._shelf.query(asked, query, deadline).items():
            if result is NOT_CHECKED:
                checked = False
                continue
            unreadable = unreadable or (result.zone is Zone.UNDECIDABLE and bool(result.reasons))
            if result.hits:
                zones += self._open_reviews(agency, asker, screening, request, result.hits)
        ticket = Ticket(
            group=group_name(self._group_key, asker, screening.reference),
            asker=asker,
            release_at=release_moment(screening.asked_at, secrets.randbelow),
            answer_by=screening.answer_by,
            readable=not unreadable,
        )
        return outcome_of(zones, unreadable=unreadable, checked=checked), self._tickets.seal(ticket)

    def _open_reviews(
        self, agency: str, asker: str, screening: Screening, request: Request, hits: Sequence[Hit]
    ) -> list[Zone]:
        candidate = request.candidate
        digest = candidate.identity()
        zones = []
        with self._database.work(agency, actor=ACTOR) as work:
            known = self._disclosures.known_namesakes(work, digest, [hit.subject_id for hit in hits])
            for hit in hits:
                if hit.subject_id in known and candidate.birth_date:
                    continue
                self._disclosures.open_review(
                    work,
                    listing=hit.subject_id,
                    group=group_name(self._group_key, asker, screening.reference),
                    asker=asker,
                    asked=Asked(
                        names=candidate.names,
                        birth_date=candidate.birth_date,
                        sex=candidate.sex,
                        nationality=candidate.nationality,
                        purpose=str(request.purpose),
                        requisition=request.requisition,
                        evidence=tuple(
                            Evidence(reason.code, reason.weight, dict(reason.params)) for reason in hit.reasons
                        ),
                    ),
                    digest=digest,
                    opened_at=screening.asked_at,
                    due_date=add_working_days(screening.asked_at.date(), OWNER_WORKING_DAYS),
                    answer_by=screening.answer_by,
                )
                zones.append(hit.zone)
        return zones
