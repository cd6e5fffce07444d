"""Step 7: staff see live, exact counts; the public sees a release, which one more report does not change."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

from concord_stack.walk.evidence import Evidence, expect
from concord_stack.walk.people import Person, until
from concord_stack.walk.steps.reports import report_body
from concord_stack.walk.walk import World

TABLES = ("exploitation-and-abuse", "harassment", "assistance", "screening")


def run(world: World) -> Evidence:
    """Publishes a release, sends one more report, and compares."""
    analyst = world.person("unicef-analyst")
    until("the counts including the case of step 1", lambda: _own_cases(analyst) > 0)
    release = world.publish()
    before = _public(world)
    expect(before, "the public pages show no release")
    counted = _own_cases(analyst)
    body = report_body(datetime.now(UTC).date().isoformat())
    world.person("unicef-focal").post("/api/intake/reports", body)
    until("staff counts growing by the new report", lambda: _own_cases(analyst) == counted + 1)
    expect(_public(world) == before, "one report changed what the public sees")
    head = analyst.get("/api/reporting/counts")["head"]
    numbers = sum(len(row) - 1 for rows in before.values() for row in rows)
    return Evidence(
        f"Staff: {head['facts']} facts counted, the newest of {head['last_fact'][:19]}; one more report moved "
        f"the exact count from {counted} to {counted + 1}. Public: release {release}, {numbers} cells, "
        "all multiples of 5, the same in CSV and JSON, unchanged by the report.",
        f"{world.origin()}/data",
    )


def _own_cases(analyst: Person) -> int:
    return sum(row["own_cases"] for row in analyst.get("/api/reporting/counts")["sea"])


def _public(world: World) -> dict[str, list[dict[str, Any]]]:
    client = world.clients(world.origin())
    found: dict[str, list[dict[str, Any]]] = {}
    expect(client.get("/data").status_code == 200, "the public page of figures does not answer")
    for table in TABLES:
        rows: list[dict[str, Any]] = client.get(f"/data/{table}.json").json()["rows"]
        lines = csv.DictReader(io.StringIO(client.get(f"/data/{table}.csv").text))
        expect([{k: int(v) for k, v in line.items()} for line in lines] == rows, f"CSV and JSON of {table} differ")
        cells = [value for row in rows for name, value in row.items() if name != "year"]
        expect(all(value % 5 == 0 for value in cells), f"a figure of {table} is not rounded")
        found[table] = rows
    return found
