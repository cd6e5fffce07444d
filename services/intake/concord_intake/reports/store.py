"""Reports and receipts in SQL. Words lie encrypted, each in a column of its own.

The public login only inserts; what it reads of a verified receipt comes from the `receipt_…` functions of the database,
which ask for the tag of the receipt's secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from concord_core.vault import RecordCipher, Wrapped
from concord_intake.reports.domain import PERSONAL, NewReport
from concord_intake.reports.receipt import Receipt, Verifier

_CODES = (
    "received",
    "channel",
    "language",
    "form_version",
    "concern",
    "country",
    "reporter_type",
    "personnel_category",
    "age_band",
    "wish",
    "relation",
    "home_safe",
    "urgent",
    "help_wanted",
)


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A report without its words; `encrypted` maps names of PERSONAL to what is stored."""

    reference: str
    case_reference: str | None
    codes: Mapping[str, Any]
    needs: tuple[str, ...]
    wrapped: Wrapped
    encrypted: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class ReceiptReport:
    """What the holder of a receipt may know of the report itself."""

    agency: str
    reference: str
    case_reference: str | None
    received: date
    concern: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What is told of a submission to whoever holds its id."""

    locator: int
    received: date


class ReferenceTakenError(Exception):
    """Another report of the agency has that reference: with thousands a year it happens, and another one is drawn."""


def insert_report(
    conn: Connection,
    agency: str,
    reference: str,
    case_reference: str | None,
    report: NewReport,
    cipher: RecordCipher,
    sequence: int,
) -> None:
    """Adds a report; its words are encrypted here, on the way in. Raises ReferenceTakenError."""
    columns = (*_CODES, *(f"{name}_enc" for name in PERSONAL))
    added = conn.execute(
        text(
            f"""insert into reports (agency, reference, case_reference, needs, data_key, key_period, sequence,
                                     {", ".join(columns)})
                values (:agency, :reference, :case_reference, :needs, :data_key, :key_period, :sequence,
                        {", ".join(f":{c}" for c in columns)}) on conflict do nothing"""
        ),
        {
            "agency": agency,
            "reference": reference,
            "case_reference": case_reference,
            "needs": list(report.needs),
            **cipher.wrapped.columns(),
            "sequence": sequence,
            **{name: getattr(report, name) for name in _CODES},
            **{
                f"{name}_enc": cipher.encrypt(name, report.words[name]) if report.words.get(name) else None
                for name in PERSONAL
            },
        },
    )
    if added.rowcount == 0:
        raise ReferenceTakenError


def _stored(row: Any) -> StoredReport:
    columns = row._mapping
    return StoredReport(
        reference=row.reference,
        case_reference=row.case_reference,
        codes={name: columns[name] for name in _CODES},
        needs=tuple(row.needs),
        wrapped=Wrapped.of(row),
        encrypted={name: bytes(columns[f"{name}_enc"]) for name in PERSONAL if columns[f"{name}_enc"] is not None},
    )


def read_report(conn: Connection, agency: str, reference: str) -> StoredReport | None:
    """One report by its reference."""
    row = conn.execute(
        text("select * from reports where agency = :agency and reference = :reference"),
        {"agency": agency, "reference": reference},
    ).one_or_none()
    return _stored(row) if row is not None else None


def reports_of_case(conn: Connection, agency: str, case_reference: str) -> list[StoredReport]:
    """The reports that make a case, in order of arrival."""
    rows = conn.execute(
        text("select * from reports where agency = :agency and case_reference = :case order by received, recorded_at"),
        {"agency": agency, "case": case_reference},
    )
    return [_stored(row) for row in rows]


def insert_receipt(
    conn: Connection, agency: str, report: str, receipt: Receipt, submission: str, verifier: Verifier, today: date
) -> bool:
    """Adds a receipt; False when this submission, or by a rare chance this locator, is there already."""
    result = conn.execute(
        text(
            """insert into receipts (locator, agency, report_reference, submission, salt, tag_hash, made_on)
               values (:locator, :agency, :report, cast(:submission as uuid), :salt, :tag_hash, :today)
               on conflict do nothing"""
        ),
        {
            "locator": receipt.locator,
            "agency": agency,
            "report": report,
            "submission": submission,
            "salt": verifier.salt,
            "tag_hash": verifier.tag_hash,
            "today": today,
        },
    )
    return result.rowcount == 1


def sent_before(conn: Connection, submission: str) -> Sent | None:
    """Under which locator a submission was stored, and when its report arrived; None when it was not."""
    row = conn.execute(
        text("select * from submission_sent(cast(:submission as uuid))"), {"submission": submission}
    ).one_or_none()
    return Sent(row.locator, row.received) if row is not None else None


def receipt_salt(conn: Connection, locator: int) -> bytes | None:
    """The salt of a locator, or None when there is no such receipt."""
    salt = conn.scalar(text("select receipt_salt(:locator)"), {"locator": locator})
    return bytes(salt) if salt is not None else None


def receipt_report(conn: Connection, locator: int, tag: bytes) -> ReceiptReport | None:
    """The report of a receipt, for the right tag only."""
    row = conn.execute(
        text("select * from receipt_report(:locator, :tag)"), {"locator": locator, "tag": tag}
    ).one_or_none()
    if row is None:
        return None
    return ReceiptReport(row.agency, row.reference, row.case_reference, row.received, row.concern)


def receipt_consents(conn: Connection, locator: int, tag: bytes) -> dict[str, str]:
    """Scope → state in force, for the holder of the receipt."""
    rows = conn.execute(text("select * from receipt_consents(:locator, :tag)"), {"locator": locator, "tag": tag})
    return {row.scope: row.state for row in rows}


def receipt_next_sequence(conn: Connection, locator: int, tag: bytes) -> int | None:
    """The report's next sequence, its row locked until the end of the transaction; None for a wrong tag."""
    found = conn.scalar(text("select receipt_next_sequence(:locator, :tag)"), {"locator": locator, "tag": tag})
    return int(found) if found is not None else None
