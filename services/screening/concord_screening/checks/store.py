"""Screenings in SQL: rows of the asking agency. Nothing in them names an owner before that owner released something."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, text

from concord_core.storage import Work, rows
from concord_core.values import values_of
from concord_core.vault import RecordCipher, Vault, Wrapped
from concord_screening.checks.domain import (
    Candidate,
    DayCount,
    Disclosure,
    Purpose,
    Request,
    Screening,
    ScreeningState,
    SelfCertification,
)

KIND = "screening"
_TABLE = "screenings"
_CANDIDATE = ("name_latin", "name_native", "birth_date", "no_birth_date", "sex", "nationality")


def request_content(request: Request) -> dict[str, str]:
    """The request as flat text."""
    return {name: getattr(request.candidate, name) for name in _CANDIDATE} | {
        "purpose": str(request.purpose),
        "requisition": request.requisition,
        "consent_date": request.consent_date.isoformat(),
        "consent_notice": request.consent_notice,
        "self_certification": str(request.self_certification),
    }


def _request(content: dict[str, str]) -> Request:
    return Request(
        Candidate(**{name: content[name] for name in _CANDIDATE}),
        Purpose(content["purpose"]),
        content["requisition"],
        date.fromisoformat(content["consent_date"]),
        content["consent_notice"],
        SelfCertification(content["self_certification"]),
    )


class ScreeningStore:
    """Reads and writes screenings of the work's agency."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def insert(self, work: Work, screening: Screening, request: Request) -> None:
        """Adds a check that was just asked."""
        cipher = self._vault.new_record(work.owner, KIND, screening.reference)
        values = values_of(screening, "reference", "state", "facts", "asked_by", "asked_at", "answer_by")
        asked = cipher.encrypt("request", json.dumps(request_content(request)))
        rows.insert(work, _TABLE, {**values, "ticket": "", "request_enc": asked, **cipher.wrapped.columns()})

    def update(self, work: Work, screening: Screening) -> None:
        """Writes where a screening stands, which was read `for_change` in this work."""
        rows.update(work, _TABLE, screening.reference, values_of(screening, "state", "facts", "ticket", "closed_date"))

    def read(self, work: Work, reference: str, *, for_change: bool = False) -> Screening:
        """The screening; `not_found` if the agency has none of that reference."""
        return self._screening(work, rows.get(work, _TABLE, reference, lock=for_change))

    def recent(self, work: Work, limit: int) -> list[Screening]:
        """The agency's checks, newest first."""
        found = rows.select(work, _TABLE, "order by asked_at desc, reference limit :limit", limit=limit)
        return [self._screening(work, row) for row in found]

    def in_review(self, work: Work, limit: int) -> list[Screening]:
        """Checks that wait for their answer, oldest first."""
        waiting = "and state in ('checking', 'in_review') order by asked_at, reference limit :limit"
        found = rows.select(work, _TABLE, waiting, limit=limit)
        return [self._screening(work, row) for row in found]

    def not_compared(self, work: Work, before: datetime) -> list[str]:
        """References of checks asked before that moment whose candidate was not compared with every list."""
        found = work.conn.execute(
            text(
                """select reference from screenings where agency = :agency and asked_at < :before
                   and (state = 'checking' or (state = 'in_review' and ticket = '')) order by asked_at"""
            ),
            {"agency": work.owner, "before": before},
        )
        return [row.reference for row in found]

    def asked_since(self, work: Work, moment: datetime, by: str) -> tuple[int, int]:
        """Checks asked since that moment: by this person, by the whole agency. Others of the agency wait until this
        work ends, so that two at once cannot pass a quota."""
        work.conn.execute(
            text("select pg_advisory_xact_lock(hashtextextended('quota:' || :agency, 0))"), {"agency": work.owner}
        )
        row = work.conn.execute(
            text(
                """select count(*) filter (where asked_by = :by) as person, count(*) as agency from screenings
                   where agency = :agency and asked_at >= :moment"""
            ),
            {"agency": work.owner, "by": by, "moment": moment},
        ).one()
        return row.person, row.agency

    def add_disclosure(self, work: Work, screening: str, disclosure: Disclosure) -> None:
        """Keeps what an owner released, under this agency's key; fetched twice, it is kept once."""
        cipher = self._cipher(work, screening, rows.get(work, _TABLE, screening))
        facts = cipher.encrypt(f"disclosure/{disclosure.owner}", json.dumps(list(disclosure.facts)))
        values = {"screening": screening, **values_of(disclosure, "owner", "released_date"), "facts_enc": facts}
        rows.insert_once(work, "screening_disclosures", values)

    def disclosures(self, work: Work, screening: str) -> list[Disclosure]:
        """What owners released about the candidate of a check."""
        found = work.conn.execute(
            text(
                """select d.*, s.data_key, s.key_period from screening_disclosures d
                   join screenings s on s.agency = d.agency and s.reference = d.screening
                   where d.agency = :agency and d.screening = :screening order by d.owner"""
            ),
            {"agency": work.owner, "screening": screening},
        )
        return [self._disclosure(self._cipher(work, screening, row), row) for row in found]

    def uncounted_days(self, work: Work, until: date) -> Sequence[date]:
        """Days from the agency's first check to `until` that were not counted yet, oldest first."""
        found = work.conn.execute(
            text(
                """select d::date as day from generate_series(
                     (select min((asked_at at time zone 'UTC')::date) from screenings where agency = :agency),
                     cast(:until as date), interval '1 day') d
                   where d::date not in (select day from activity_days where agency = :agency) order by 1 limit 400"""
            ),
            {"agency": work.owner, "until": until},
        )
        return [row.day for row in found]

    def count_day(self, work: Work, day: date) -> DayCount | None:
        """Counts a day and marks it counted; none if another process was first."""
        if not rows.insert_once(work, "activity_days", {"day": day}):
            return None
        row = work.conn.execute(
            text(
                """select count(*) filter (where asked) as screenings,
                     count(*) filter (where asked and facts = 1 and state = 'clear') as clear,
                     count(*) filter (where asked and facts > 1) as reviews,
                     count(*) filter (where closed_date = :day and facts > 2) as closed,
                     count(*) filter (where closed_date = :day and state = 'disclosed') as disclosed
                   from (select *, (asked_at at time zone 'UTC')::date = :day as asked from screenings
                         where agency = :agency) s"""
            ),
            {"agency": work.owner, "day": day},
        ).one()
        return rows.record_of(DayCount, row)

    def _cipher(self, work: Work, reference: str, row: Row[Any]) -> RecordCipher:
        return self._vault.record(work.owner, KIND, reference, Wrapped.of(row))

    def _disclosure(self, cipher: RecordCipher, row: Row[Any]) -> Disclosure:
        facts = json.loads(cipher.decrypt(f"disclosure/{row.owner}", bytes(row.facts_enc)))
        return Disclosure(row.owner, row.released_date, [(field, value) for field, value in facts])

    def _screening(self, work: Work, row: Row[Any]) -> Screening:
        content = json.loads(self._cipher(work, row.reference, row).decrypt("request", bytes(row.request_enc)))
        return rows.record_of(Screening, row, state=ScreeningState(row.state), request=_request(content))
