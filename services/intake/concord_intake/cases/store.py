"""Cases, their clocks and timeline in SQL. Every query runs with the agency of its transaction: others do not exist."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from concord_core.clocks import Clock, Holder, LimitsHistory, Pause, PauseReason
from concord_core.storage.rows import record_of
from concord_core.vault import Wrapped
from concord_intake.cases.domain import CODES, Case, Dates, Proposal, Stage, VictimCount

_DATES = tuple(Dates.__dataclass_fields__)
_COLUMNS = (
    *CODES,
    *(f"{name}_on" for name in _DATES),
    "victims",
    "sanctions",
    "proposal_kind",
    "proposal_code",
    "proposal_on",
    "proposal_by",
)


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A case with its version (for ETag), the sequence of its last fact, and its wrapped data key."""

    case: Case
    version: int
    sequence: int
    opened_at: datetime
    wrapped: Wrapped


@dataclass(frozen=True, slots=True)
class StoredClock:
    """A clock and whether its breach has been told to others."""

    clock: Clock
    breach_published: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timeline. `name_enc` is the actor's name, encrypted with the case's key."""

    number: int
    at: datetime
    on: date
    act: str
    codes: Mapping[str, str]
    actor_kind: str
    actor_subject: str
    name_enc: bytes | None


def _values(case: Case) -> dict[str, Any]:
    proposal = case.proposal
    return {
        **{name: getattr(case, name) for name in CODES},
        **{f"{name}_on": case.dates.get(name) for name in _DATES},
        "stage": case.stage.value,
        "victims": json.dumps([[v.sex, v.age_category, v.count] for v in case.victims]),
        "sanctions": json.dumps([[code, day.isoformat()] for code, day in case.sanctions]),
        "proposal_kind": proposal.kind if proposal else None,
        "proposal_code": proposal.code if proposal else None,
        "proposal_on": proposal.on if proposal else None,
        "proposal_by": proposal.by if proposal else None,
    }


def case_of(row: Row[Any]) -> StoredCase:
    """The case of a row of `cases`."""
    columns = row._mapping
    proposal = None
    if row.proposal_kind is not None:
        proposal = Proposal(row.proposal_kind, row.proposal_code, row.proposal_on, row.proposal_by)
    case = Case(
        reference=row.reference,
        agency=row.agency,
        dates=Dates(**{name: columns[f"{name}_on"] for name in _DATES}),
        victims=tuple(VictimCount(sex, age, count) for sex, age, count in row.victims),
        sanctions=tuple((code, date.fromisoformat(day)) for code, day in row.sanctions),
        proposal=proposal,
        **{name: columns[name] for name in CODES if name != "stage"},
        stage=Stage(row.stage),
    )
    return StoredCase(case, row.version, row.sequence, row.opened_at, Wrapped.of(row))


def clocks_of(
    clocks: Iterable[Row[Any]], pauses: Iterable[Row[Any]], history: LimitsHistory
) -> dict[str, dict[str, StoredClock]]:
    """Clocks by case and code, of rows of `case_clocks` and `clock_pauses`, oldest first."""
    found: dict[str, dict[str, StoredClock]] = {}
    for row in clocks:
        _, limit = history.version(row.limits_version).of_code(row.code)
        clock = Clock(
            limit=limit,
            version=row.limits_version,
            holder=Holder(row.holder),
            started=row.started_on,
            stopped=row.stopped_on,
            cancelled=row.cancelled_on,
        )
        found.setdefault(row.case_reference, {})[row.code] = StoredClock(clock, row.breach_published)
    for row in pauses:
        stored = found[row.case_reference][row.code]
        pause = Pause(row.started_on, row.ended_on, PauseReason(row.reason), Holder(row.holder))
        clock = replace(stored.clock, pauses=(*stored.clock.pauses, pause))
        found[row.case_reference][row.code] = replace(stored, clock=clock)
    return found


def of_receipt(
    conn: Connection, locator: int, tag: bytes, history: LimitsHistory
) -> tuple[StoredCase, dict[str, StoredClock]] | None:
    """The case of a receipt and its clocks, read with the tag of its secret; None when there is no case."""
    given = {"locator": locator, "tag": tag}
    row = conn.execute(text("select * from receipt_case(:locator, :tag)"), given).one_or_none()
    if row is None:
        return None
    clocks = conn.execute(text("select * from receipt_clocks(:locator, :tag) order by started_on, code"), given).all()
    pauses = conn.execute(text("select * from receipt_pauses(:locator, :tag) order by code, number"), given).all()
    return case_of(row), clocks_of(clocks, pauses, history).get(row.reference, {})


def insert_case(conn: Connection, case: Case, wrapped: Wrapped, sequence: int) -> bool:
    """Adds a case at version 1; False when the reference is taken."""
    names = ", ".join(_COLUMNS)
    places = ", ".join(f"cast(:{c} as jsonb)" if c in ("victims", "sanctions") else f":{c}" for c in _COLUMNS)
    result = conn.execute(
        text(
            f"""insert into cases (agency, reference, version, sequence, data_key, key_period, {names})
                values (:agency, :reference, 1, :sequence, :data_key, :key_period, {places})
                on conflict do nothing"""
        ),
        {
            "agency": case.agency,
            "reference": case.reference,
            "sequence": sequence,
            **wrapped.columns(),
            **_values(case),
        },
    )
    return result.rowcount == 1


def update_case(conn: Connection, case: Case, *, version: int, sequence: int) -> None:
    """Writes the case and its new version; the row was locked by `lock_case`."""
    sets = ", ".join(f"{c} = cast(:{c} as jsonb)" if c in ("victims", "sanctions") else f"{c} = :{c}" for c in _COLUMNS)
    conn.execute(
        text(
            f"update cases set version = :version, sequence = :sequence, {sets}"
            " where agency = :agency and reference = :reference"
        ),
        {
            "agency": case.agency,
            "reference": case.reference,
            "version": version,
            "sequence": sequence,
            **_values(case),
        },
    )


def read_case(conn: Connection, agency: str, reference: str, *, lock: bool = False) -> StoredCase | None:
    """One case, locked until the end of the transaction if wished."""
    row = conn.execute(
        text("select * from cases where agency = :agency and reference = :reference" + (" for update" if lock else "")),
        {"agency": agency, "reference": reference},
    ).one_or_none()
    return case_of(row) if row is not None else None


def list_cases(
    conn: Connection, agency: str, *, open_only: bool, after: str = "", limit: int = 1000
) -> list[StoredCase]:
    """Cases in order of reference, from the one after `after`."""
    rows = conn.execute(
        text(
            "select * from cases where agency = :agency and reference > :after"
            + (" and stage <> 'closed'" if open_only else "")
            + " order by reference limit :limit"
        ),
        {"agency": agency, "after": after, "limit": limit},
    )
    return [case_of(row) for row in rows]


def read_clocks(
    conn: Connection, agency: str, history: LimitsHistory, references: Iterable[str]
) -> dict[str, dict[str, StoredClock]]:
    """The clocks of these cases, by case and code."""
    wanted = {"agency": agency, "cases": list(references)}
    clocks = conn.execute(
        text(
            "select * from case_clocks where agency = :agency and case_reference = any(:cases)"
            " order by case_reference, started_on, code"
        ),
        wanted,
    ).all()
    pauses = conn.execute(
        text(
            "select * from clock_pauses where agency = :agency and case_reference = any(:cases)"
            " order by case_reference, code, number"
        ),
        wanted,
    )
    return clocks_of(clocks, pauses, history)


def cases_with_running_clocks(conn: Connection, agency: str, before: date) -> list[str]:
    """Cases with a clock that runs, began before `before`, and whose breach was not told."""
    found = conn.execute(
        text(
            "select distinct case_reference from case_clocks where agency = :agency and started_on < :before"
            " and stopped_on is null and cancelled_on is null and not breach_published order by 1"
        ),
        {"agency": agency, "before": before},
    )
    return list(found.scalars())


def insert_clock(conn: Connection, agency: str, reference: str, clock: Clock) -> None:
    """Adds a clock; a breach of it has not been told."""
    conn.execute(
        text(
            """insert into case_clocks (agency, case_reference, code, limits_version, holder, started_on, stopped_on,
                                        cancelled_on, breach_published)
               values (:agency, :reference, :code, :version, :holder, :started, :stopped, :cancelled, false)"""
        ),
        {"agency": agency, "reference": reference, "version": clock.version, **_clock_values(clock)},
    )


def _clock_values(clock: Clock) -> dict[str, Any]:
    return {
        "code": clock.limit.code,
        "holder": clock.holder.value,
        "started": clock.started,
        "stopped": clock.stopped,
        "cancelled": clock.cancelled,
    }


def update_clock(conn: Connection, agency: str, reference: str, stored: StoredClock) -> None:
    """Writes a clock's end, whether its breach was told, and its pauses."""
    key = {"agency": agency, "reference": reference, "code": stored.clock.limit.code}
    conn.execute(
        text(
            """update case_clocks set stopped_on = :stopped, cancelled_on = :cancelled, breach_published = :published
               where agency = :agency and case_reference = :reference and code = :code"""
        ),
        {
            **key,
            "stopped": stored.clock.stopped,
            "cancelled": stored.clock.cancelled,
            "published": stored.breach_published,
        },
    )
    for number, pause in enumerate(stored.clock.pauses, start=1):
        conn.execute(
            text(
                """insert into clock_pauses (agency, case_reference, code, number, started_on, ended_on, reason, holder)
                   values (:agency, :reference, :code, :number, :start, :end, :reason, :holder)
                   on conflict (agency, case_reference, code, number) do update set ended_on = excluded.ended_on"""
            ),
            {
                **key,
                "number": number,
                "start": pause.start,
                "end": pause.end,
                "reason": pause.reason.value,
                "holder": pause.holder.value,
            },
        )


def add_entry(
    conn: Connection,
    agency: str,
    reference: str,
    *,
    number: int,
    on: date,
    act: str,
    codes: Mapping[str, str],
    actor: tuple[str, str],
    name_enc: bytes | None,
) -> None:
    """Adds a line to the timeline; `actor` is (kind, opaque subject)."""
    conn.execute(
        text(
            """insert into case_timeline (agency, case_reference, number, on_date, act, codes, actor_kind,
                                          actor_subject, actor_name_enc)
               values (:agency, :reference, :number, :on, :act, cast(:codes as jsonb), :kind, :subject, :name)"""
        ),
        {
            "agency": agency,
            "reference": reference,
            "number": number,
            "on": on,
            "act": act,
            "codes": json.dumps(dict(codes)),
            "kind": actor[0],
            "subject": actor[1],
            "name": name_enc,
        },
    )


def read_timeline(conn: Connection, agency: str, reference: str) -> list[Entry]:
    """The timeline, newest first."""
    found = conn.execute(
        text("select * from case_timeline where agency = :agency and case_reference = :reference order by number desc"),
        {"agency": agency, "reference": reference},
    )
    return [
        record_of(Entry, row, name_enc=bytes(row.actor_name_enc) if row.actor_name_enc is not None else None)
        for row in found
    ]
