"""What a release is made of, and how a figure is protected. Pure.

First public tables (design of reporting, "Projections"): yearly totals rounded to base 5, SEA and SH in separate
tables. Rounding is conventional: 1 and 2 become 0, 3 to 7 become 5. A reader cannot tell from a 0 that nothing was
reported, and every page says so.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from concord_core.web.marks import msgid
from concord_reporting.projections.domain import Kind, Part

BASE = 5
METHOD = (
    "yearly totals, each rounded to the nearest multiple of 5; reports are counted, not incidents;"
    " substantiated means established by an investigation in whole or in part"
)


@dataclass(frozen=True)
class TableDefinition:
    """One public table: its address, its title and columns (English message ids)."""

    key: str
    title: str
    unit: str
    columns: Mapping[str, str]


TABLES: Mapping[str, TableDefinition] = {
    table.key: table
    for table in (
        TableDefinition(
            "exploitation-and-abuse",
            msgid("Sexual exploitation and abuse: reports by year"),
            "reports",
            {
                "cases": msgid("Reports that became a case"),
                "substantiated": msgid("Substantiated"),
                "victims": msgid("Victims in them"),
            },
        ),
        TableDefinition(
            "harassment",
            msgid("Sexual harassment: reports by year"),
            "reports",
            {"cases": msgid("Reports that became a case"), "substantiated": msgid("Substantiated")},
        ),
        TableDefinition(
            "assistance",
            msgid("Help between agencies: referrals by year"),
            "referrals",
            {"offered": msgid("Asked of another agency"), "accepted": msgid("Accepted"), "done": msgid("Done")},
        ),
        TableDefinition(
            "screening",
            msgid("Candidates checked, by year"),
            "checks",
            {"screenings": msgid("Checks")},
        ),
    )
}


@dataclass(frozen=True)
class Table:
    """The protected cells of one table: `rows` by year, newest first, each a value per column."""

    key: str
    rows: Sequence[tuple[int, Mapping[str, int]]]


TABLE_OF: Mapping[Kind, str] = {
    "sea": "exploitation-and-abuse",
    "sh": "harassment",
    "referrals": "assistance",
    "screenings": "screening",
}
"""Which public table the figures of a kind stand in."""


def published_parts(parts: Iterable[Part]) -> list[Part]:
    """Those that a public table has a column for."""
    return [part for part in parts if part.column in TABLES[TABLE_OF[part.kind]].columns]


def exact_tables(parts: Iterable[Part]) -> dict[str, dict[int, dict[str, int]]]:
    """The exact cells of every table by year and column."""
    tables: dict[str, dict[int, dict[str, int]]] = {key: {} for key in TABLES}
    for part in parts:
        row = tables[TABLE_OF[part.kind]].setdefault(part.year, {})
        row[part.column] = row.get(part.column, 0) + part.count
    return tables


def sources(parts: Iterable[Part]) -> list[tuple[str, int, str, str]]:
    """Table, year, column and fact of each part: every cell leads back to what it counts."""
    return [(TABLE_OF[part.kind], part.year, part.column, part.event_id) for part in parts]


def rounded(count: int) -> int:
    """The nearest multiple of 5. `count` is never negative."""
    return BASE * ((count + BASE // 2) // BASE)


def protected(key: str, exact: Mapping[int, Mapping[str, int]]) -> Table:
    """Rounds the exact cells of a table; a year without a column's facts has 0 there."""
    columns = TABLES[key].columns
    rows = [
        (year, {column: rounded(exact[year].get(column, 0)) for column in columns})
        for year in sorted(exact, reverse=True)
    ]
    return Table(key, rows)


def as_csv(table: Table) -> bytes:
    """The cells as CSV: UTF-8, CRLF (RFC 4180), first line the column codes."""
    columns = list(TABLES[table.key].columns)
    lines = [",".join(["year", *columns])]
    lines += [",".join([str(year), *(str(cells[column]) for column in columns)]) for year, cells in table.rows]
    return ("\r\n".join(lines) + "\r\n").encode()


def as_json(table: Table, *, release: str, published: date, vintage: date) -> bytes:
    """The same cells as JSON, with what a reader needs to cite them."""
    definition = TABLES[table.key]
    content = {
        "release": release,
        "published": published.isoformat(),
        "vintage": vintage.isoformat(),
        "table": table.key,
        "title": definition.title,
        "unit": definition.unit,
        "method": METHOD,
        "rounding_base": BASE,
        "columns": dict(definition.columns),
        "rows": [{"year": year, **cells} for year, cells in table.rows],
    }
    return canonical(content)


def table_from_json(content: Mapping[str, Any]) -> Table:
    """Reads back what `as_json` wrote."""
    columns = list(content["columns"])
    return Table(content["table"], [(row["year"], {name: row[name] for name in columns}) for row in content["rows"]])


def manifest(*, release: str, published: date, vintage: date, facts: int, files: Mapping[str, bytes]) -> dict[str, Any]:
    """What is signed: the release's dates and the SHA-256 of every file."""
    return {
        "release": release,
        "published": published.isoformat(),
        "vintage": vintage.isoformat(),
        "method": METHOD,
        "facts_applied": facts,
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
    }


def canonical(content: Mapping[str, Any]) -> bytes:
    """JSON that is the same bytes for the same content."""
    return (json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def next_id(published: date, existing: Sequence[str]) -> str:
    """The day of publication; a second release of the same day gets `.2`, and so on."""
    day = published.isoformat()
    same_day = [name for name in existing if name == day or name.startswith(f"{day}.")]
    return day if not same_day else f"{day}.{len(same_day) + 1}"
