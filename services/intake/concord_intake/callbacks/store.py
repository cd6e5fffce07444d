"""Call-backs in SQL: codes, references and moments; how the child is reached stays, encrypted, in the report."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from sqlalchemy import Connection, Row, text

from concord_core.clocks import Clock, LimitsHistory
from concord_intake.callbacks.domain import RULE, CallBack, Outcome


def _call(row: Row[Any], promises: LimitsHistory) -> CallBack:
    rule = next(rule for rule in promises.version(row.limits_version).rules if rule.name == RULE)
    ended = row.ended_at.astimezone(UTC) if row.ended_at is not None else None
    clock = Clock(rule.normal, row.limits_version, rule.holder, row.started_at.astimezone(UTC), stopped=ended)
    return CallBack(
        case=row.case_reference,
        number=row.number,
        report=row.report_reference,
        country=row.country,
        home_safe=row.home_safe,
        clock=clock,
        outcome=Outcome(row.outcome) if row.outcome else None,
        by=row.recorded_by,
    )


def insert(conn: Connection, agency: str, call: CallBack) -> None:
    """Adds a promise."""
    conn.execute(
        text(
            """insert into call_backs (agency, case_reference, number, report_reference, country, home_safe,
                                       limits_version, started_at, outcome, recorded_by)
               values (:agency, :case, :number, :report, :country, :home_safe, :version, :started, '', '')"""
        ),
        {
            "agency": agency,
            "case": call.case,
            "number": call.number,
            "report": call.report,
            "country": call.country,
            "home_safe": call.home_safe,
            "version": call.clock.version,
            "started": call.started,
        },
    )


def of_receipt(conn: Connection, locator: int, tag: bytes, promises: LimitsHistory) -> list[CallBack]:
    """The promises to the holder of a receipt, oldest first; empty for a wrong tag."""
    rows = conn.execute(text("select * from receipt_call_backs(:locator, :tag)"), {"locator": locator, "tag": tag})
    return [_call(row, promises) for row in rows]


def of_case(conn: Connection, agency: str, case: str, promises: LimitsHistory, *, lock: bool = False) -> list[CallBack]:
    """The promises of a case, oldest first, locked until the end of the transaction if wished."""
    rows = conn.execute(
        text(
            "select * from call_backs where agency = :agency and case_reference = :case order by number"
            + (" for update" if lock else "")
        ),
        {"agency": agency, "case": case},
    )
    return [_call(row, promises) for row in rows]


def open_ones(conn: Connection, agency: str, promises: LimitsHistory) -> list[CallBack]:
    """Promises of the agency that nobody has kept, the oldest first."""
    rows = conn.execute(
        text(
            "select * from call_backs where agency = :agency and ended_at is null order by started_at, case_reference"
        ),
        {"agency": agency},
    )
    return [_call(row, promises) for row in rows]


def end(conn: Connection, agency: str, call: CallBack) -> None:
    """Writes the outcome of a promise that was read with a lock."""
    conn.execute(
        text(
            """update call_backs set ended_at = :ended, outcome = :outcome, recorded_by = :by
               where agency = :agency and case_reference = :case and number = :number"""
        ),
        {
            "agency": agency,
            "case": call.case,
            "number": call.number,
            "ended": call.ended,
            "outcome": call.outcome.value if call.outcome is not None else "",
            "by": call.by,
        },
    )
