"""`make bench`: measures, prints each table and writes docs/benchmarks.md with machine, versions and date.

The screening engine's own pages are made by `make bench-screening` and `make bench-noise`.
"""

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.demo.run import rows as demo_rows
from benchmarks.events.run import WHY
from benchmarks.events.run import rows as event_rows
from benchmarks.row import Row

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
PAGES = "The screening engine: [speed and finds](benchmarks-screening.md), [noise](benchmarks-noise.md)."
HEADINGS = ("what", "ours", "peer or limit of the same run", "ours / peer")
FACTS = "Facts: outbox → log → inbox"
LIBRARIES = ("kafka-python", "crc32c", "psycopg", "sqlalchemy", "cryptography")


def machine() -> str:
    """Where and when, and how busy the machine was: a loaded machine measures its load."""
    load = os.getloadavg()[0]
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} processors, load before {load:.1f},"
        f" {platform.system()} {platform.release().partition('-')[0]}, Python {platform.python_version()}; {versions}"
    )


def page(about: str, measured: Mapping[str, Sequence[Row]], notes: Mapping[str, str]) -> str:
    """The page as Markdown; `measured` by heading, as `notes` for below a table."""
    lines = ["# Benchmarks", "", f"Measured {about}."]
    for heading, rows in measured.items():
        lines += ["", f"## {heading}", "", "| " + " | ".join(HEADINGS) + " |", "|---" * len(HEADINGS) + "|"]
        lines += [f"| {row.what} | {row.ours} | {row.peer} | {row.ratio} |" for row in rows]
        lines += ["", notes[heading]] if heading in notes else []
    return "\n".join([*lines, "", PAGES, ""])


def main() -> None:
    about = machine()
    measured = {FACTS: event_rows(), "The embedded default: `make demo`": demo_rows()}
    for heading, rows in measured.items():
        table = Table(*HEADINGS, title=heading)
        for row in rows:
            table.add_row(row.what, row.ours, row.peer, row.ratio)
        Console(width=140).print(table)
    PAGE.write_text(page(about, measured, {FACTS: WHY}), encoding="utf-8")


if __name__ == "__main__":
    main()
