"""Screenings in SQL: rows of the asking agency. Nothing in them names an owner before that owner released something."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, text

from concord_core.errors.codes import NOT_FOUND
from concord_core.storage import Work
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
        work.conn.execute(
            text(
                """insert into screenings (agency, reference, state, facts, asked_by, asked_at, answer_by, ticket,
                     request_enc, data_key, key_period)
                   values (:agency, :reference, :state, :facts, :by, :at, :answer_by, '', :request, :key, :period)"""
            ),
            {
                "agency": work.owner,
                "reference": screening.reference,
                "state": screening.state,
                "facts": screening.facts,
                "by": screening.asked_by,
                "at": screening.asked_at,
                "answer_by": screening.answer_by,
                "request": cipher.encrypt("request", json.dumps(request_content(request))),
                "key": cipher.wrapped.blob,
                "period": cipher.wrapped.period,
            },
        )

    def update(self, work: Work, screening: Screening) -> None:
        """Writes where a screening stands, which was read `for_change` in this work."""
        work.conn.execute(
            text(
                """update screenings set state = :state, facts = :facts, ticket = :ticket, closed_date = :closed
                   where agency = :agency and reference = :reference"""
            ),
            {
                "agency": work.owner,
                "reference": screening.reference,
                "state": screening.state,
                "facts": screening.facts,
                "ticket": screening.ticket,
                "closed": screening.closed_date,
            },
        )

    def read(self, work: Work, reference: str, *, for_change: bool = False) -> Screening:
        """The screening; `not_found` if the agency has none of that reference."""
        lock = "for update" if for_change else ""
        row = work.conn.execute(
            text(f"select * from screenings where agency = :agency and reference = :reference {lock}"),
            {"agency": work.owner, "reference": reference},
        ).one_or_none()
        if row is None:
            raise NOT_FOUND.error()
        return self._screening(work, row)

    def recent(self, work: Work, limit: int) -> list[Screening]:
        """The agency's checks, newest first."""
        rows = work.conn.execute(
            text("select * from screenings where agency = :agency order by asked_at desc, reference limit :limit"),
            {"agency": work.owner, "limit": limit},
        )
        return [self._screening(work, row) for row in rows]

    def in_review(self, work: Work, limit: int) -> list[Screening]:
        """Checks that wait for their answer, oldest first."""
        rows = work.conn.execute(
            text(
                """select * from screenings where agency = :agency and state in ('checking', 'in_review')
                   order by asked_at, reference limit :limit"""
            ),
            {"agency": work.owner, "limit": limit},
        )
        return [self._screening(work, row) for row in rows]

    def not_compared(self, work: Work, before: datetime) -> list[str]:
        """References of checks asked before that moment whose candidate was not compared with every list."""
        rows = work.conn.execute(
            text(
                """select reference from screenings where agency = :agency and asked_at < :before
                   and (state = 'checking' or (state = 'in_review' and ticket = '')) order by asked_at"""
            ),
            {"agency": work.owner, "before": before},
        )
        return [row.reference for row in rows]

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
        row = work.conn.execute(
            text("select data_key, key_period from screenings where agency = :agency and reference = :reference"),
            {"agency": work.owner, "reference": screening},
        ).one()
        cipher = self._cipher(work, screening, row)
        work.conn.execute(
            text(
                """insert into screening_disclosures (agency, screening, owner, released_date, facts_enc)
                   values (:agency, :screening, :owner, :released, :facts) on conflict do nothing"""
            ),
            {
                "agency": work.owner,
                "screening": screening,
                "owner": disclosure.owner,
                "released": disclosure.released_date,
                "facts": cipher.encrypt(f"disclosure/{disclosure.owner}", json.dumps(list(disclosure.facts))),
            },
        )

    def disclosures(self, work: Work, screening: str) -> list[Disclosure]:
        """What owners released about the candidate of a check."""
        rows = work.conn.execute(
            text(
                """select d.*, s.data_key, s.key_period from screening_disclosures d
                   join screenings s on s.agency = d.agency and s.reference = d.screening
                   where d.agency = :agency and d.screening = :screening order by d.owner"""
            ),
            {"agency": work.owner, "screening": screening},
        )
        found = []
        for row in rows:
            cipher = self._cipher(work, screening, row)
            facts = json.loads(cipher.decrypt(f"disclosure/{row.owner}", bytes(row.facts_enc)))
            found.append(Disclosure(row.owner, row.released_date, [(field, value) for field, value in facts]))
        return found

    def uncounted_days(self, work: Work, until: date) -> Sequence[date]:
        """Days from the agency's first check to `until` that were not counted yet, oldest first."""
        rows = work.conn.execute(
            text(
                """select d::date as day from generate_series(
                     (select min((asked_at at time zone 'UTC')::date) from screenings where agency = :agency),
                     cast(:until as date), interval '1 day') d
                   where d::date not in (select day from activity_days where agency = :agency) order by 1 limit 400"""
            ),
            {"agency": work.owner, "until": until},
        )
        return [row.day for row in rows]

    def count_day(self, work: Work, day: date) -> DayCount | None:
        """Counts a day and marks it counted; none if another process was first."""
        first = work.conn.execute(
            text("insert into activity_days (agency, day) values (:agency, :day) on conflict do nothing returning 1"),
            {"agency": work.owner, "day": day},
        ).scalar()
        if first is None:
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
        return DayCount(row.screenings, row.clear, row.reviews, row.closed, row.disclosed)

    def _cipher(self, work: Work, reference: str, row: Row[Any]) -> RecordCipher:
        return self._vault.record(work.owner, KIND, reference, Wrapped.of(row))

    def _screening(self, work: Work, row: Row[Any]) -> Screening:
        content = json.loads(self._cipher(work, row.reference, row).decrypt("request", bytes(row.request_enc)))
        return Screening(
            reference=row.reference,
            state=ScreeningState(row.state),
            request=_request(content),
            asked_by=row.asked_by,
            asked_at=row.asked_at,
            answer_by=row.answer_by,
            ticket=row.ticket,
            closed_date=row.closed_date,
            facts=row.facts,
        )
