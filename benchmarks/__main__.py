"""`make bench`: measures, prints each table and writes docs/benchmarks.md with machine, versions and date.

The screening engine's own page is made by `make bench-screening`.
"""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.events.measure import Row
from benchmarks.events.run import rows

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
HEADINGS = ("what", "ours", "peer or limit of the same run", "ours / peer")
LIBRARIES = ("kafka-python", "psycopg", "sqlalchemy", "cryptography")


def machine() -> str:
    """Where and when, and how busy the machine was: a loaded machine measures its load."""
    load = os.getloadavg()[0]
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} processors, load before {load:.1f},"
        f" {platform.system()} {platform.release()}, Python {platform.python_version()}; {versions}"
    )


def page(about: str, measured: list[Row]) -> str:
    """The page as Markdown."""
    lines = ["# Benchmarks", "", f"Measured {about}.", "", "## Facts: outbox → log → inbox", ""]
    lines += ["| " + " | ".join(HEADINGS) + " |", "|---" * len(HEADINGS) + "|"]
    lines += [f"| {row.what} | {row.ours} | {row.peer} | {row.ratio} |" for row in measured]
    return "\n".join([*lines, "", "The screening engine: [its own page](benchmarks-screening.md).", ""])


def main() -> None:
    about = machine()
    measured = rows()
    table = Table(*HEADINGS, title="Facts: outbox → log → inbox")
    for row in measured:
        table.add_row(row.what, row.ours, row.peer, row.ratio)
    Console(width=140).print(table)
    PAGE.write_text(page(about, measured), encoding="utf-8")


if __name__ == "__main__":
    main()
