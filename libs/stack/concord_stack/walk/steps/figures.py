"""Step 7: staff see live, exact counts; the public sees a release, which one more report does not change."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

from concord_stack.walk.evidence import Evidence, expect
from concord_stack.walk.people import Person, until
from concord_stack.walk.steps.reports import report_body
from concord_stack.walk.walk import World

CASES = {
    "exploitation-and-abuse": ("sea", ("cases", "substantiated", "victims")),
    "harassment": ("sh", ("cases", "substantiated")),
}
"""Tables that staff see by year too, with where they see them; of the others staff see sums over all years."""
TABLES = (*CASES, "assistance", "screening")
BASE = 5

Rows: TypeAlias = list[dict[str, Any]]


def run(world: World) -> Evidence:
    """Publishes a release, sends one more report, and compares."""
    analyst = world.person("unicef-analyst")
    until("the counts including the case of step 1", lambda: _own_cases(analyst) > 0)
    earlier = analyst.get("/api/reporting/counts")
    release = world.publish()
    later = analyst.get("/api/reporting/counts")
    before = _public(world, release)
    _compare(before, earlier, later)
    counted = _own_cases(analyst)
    body = report_body(datetime.now(UTC).date().isoformat())
    world.person("unicef-focal").post("/api/intake/reports", body)
    until("staff counts growing by the new report", lambda: _own_cases(analyst) == counted + 1)
    expect(_public(world, release) == before, "one report changed what the public sees")
    head = analyst.get("/api/reporting/counts")["head"]
    numbers = sum(len(row) - 1 for rows in before.values() for row in rows)
    return Evidence(
        f"Staff: {head['facts']} facts counted, the newest of {head['last_fact'][:19]}; one more report moved "
        f"the exact count from {counted} to {counted + 1}. Public: release {release}, {numbers} cells, "
        "rounded to multiples of 5: cases as staff count each year, referrals and checks as they count all years; the "
        "same in CSV and JSON, unchanged by the report.",
        f"{world.origin()}/data",
    )


def _own_cases(analyst: Person) -> int:
    return sum(row["own_cases"] for row in analyst.get("/api/reporting/counts")["sea"])


def _public(world: World, release: str) -> dict[str, Rows]:
    client = world.clients(world.origin())
    found: dict[str, Rows] = {}
    expect(client.get("/data").status_code == 200, "the public page of figures does not answer")
    for table in TABLES:
        as_json, as_csv = (client.get(f"/data/{table}.{kind}") for kind in ("json", "csv"))
        statuses = (as_json.status_code, as_csv.status_code)
        expect(statuses == (200, 200), f"the public figures of {table} answer {statuses[0]} and {statuses[1]}")
        content = as_json.json()
        expect(content["release"] == release, f"the public figures of {table} are not of release {release}")
        expect(content["vintage"] == content["published"], "the release leaves out days that staff count")
        lines = csv.DictReader(io.StringIO(as_csv.text))
        found[table] = content["rows"]
        expect(
            [{k: int(v) for k, v in line.items()} for line in lines] == found[table], f"CSV and JSON of {table} differ"
        )
    expect(found["exploitation-and-abuse"], "the release holds no year, and a case was opened")
    return found


def _compare(public: Mapping[str, Rows], earlier: Mapping[str, Any], later: Mapping[str, Any]) -> None:
    """Each public cell is the exact one rounded; facts that came while the release was made may be in it or not."""
    for table, (concern, columns) in CASES.items():
        first, last = _by_year(earlier[concern]), _by_year(later[concern])
        years = [row["year"] for row in public[table]]
        expect(first.keys() <= set(years) <= last.keys(), f"{table} has other years than staff count")
        for year, row in zip(years, public[table], strict=True):
            for column in columns:
                exact = (first[year][column] if year in first else 0, last[year][column])
                low, high = _rounded(min(exact)), _rounded(max(exact))
                _between(low, row[column], high, f"{table}, {year}, {column}")
                expect(row[column] % BASE == 0, f"{table}, {year}, {column}: not rounded")
    first_sums, last_sums = _over_all_years(earlier), _over_all_years(later)
    for table, column in first_sums:
        cells = [row[column] for row in public[table]]
        expect(all(cell % BASE == 0 for cell in cells), f"{table}, {column}: not rounded")
        exact = (first_sums[table, column], last_sums[table, column])
        slack = BASE // 2 * len(cells)  # each year was rounded by itself
        _between(min(exact) - slack, sum(cells), max(exact) + slack, f"{table}, {column}")


def _between(low: int, shown: int, high: int, what: str) -> None:
    expect(low <= shown <= high, f"{what}: {shown} is not what staff count, rounded: {low} to {high}")


def _by_year(rows: Sequence[Mapping[str, Any]]) -> dict[int, Mapping[str, Any]]:
    return {int(row["year"]): row for row in rows}


def _over_all_years(counts: Mapping[str, Any]) -> dict[tuple[str, str], int]:
    """What staff count of referrals and checks, by table and column of the public figures."""
    by_status = {row["code"]: row["all"] for row in counts["referrals"]}
    done = by_status.get("done", 0)
    return {
        ("assistance", "offered"): sum(by_status.values()),
        ("assistance", "accepted"): by_status.get("accepted", 0) + done,
        ("assistance", "done"): done,
        ("screening", "screenings"): sum(row["all"] for row in counts["screenings"]),
    }


def _rounded(count: int) -> int:
    """The nearest multiple of 5; none lies half way, so that no rule for halves matters."""
    return BASE * round(count / BASE)
