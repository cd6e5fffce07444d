"""Consents in SQL: a line per change, none is ever overwritten; the last one of a scope is in force."""

from __future__ import annotations

from sqlalchemy import Connection, text


def add(conn: Connection, agency: str, report: str, scope: str, state: str, by: str) -> None:
    """Adds a change; `by` is the kind of actor."""
    conn.execute(
        text(
            "insert into consents (agency, report_reference, scope, state, changed_by)"
            " values (:agency, :report, :scope, :state, :by)"
        ),
        {"agency": agency, "report": report, "scope": scope, "state": state, "by": by},
    )


def current(conn: Connection, agency: str, report: str) -> dict[str, str]:
    """Scope → state in force; scopes without a line were not asked."""
    rows = conn.execute(
        text(
            "select distinct on (scope) scope, state from consents"
            " where agency = :agency and report_reference = :report order by scope, number desc"
        ),
        {"agency": agency, "report": report},
    )
    return {row.scope: row.state for row in rows}
