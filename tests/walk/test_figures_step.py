"""The step of the figures believes public cells only where they are the staff's exact counts, rounded; whatever else it
meets is a step that was not verified, never a traceback."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from rich.console import Console

from concord_stack.walk.evidence import StepError
from concord_stack.walk.steps import figures
from concord_stack.walk.walk import Step, World, walk

RELEASE = "2026-11-27"
Tables = dict[str, list[dict[str, int]]]


def sea_year(year: int, cases: int, substantiated: int, victims: int) -> dict[str, int]:
    return {"year": year, "cases": cases, "own_cases": 0, "substantiated": substantiated, "victims": victims}


def right() -> Tables:
    return {
        "exploitation-and-abuse": [
            {"year": 2026, "cases": 15, "substantiated": 0, "victims": 20},
            {"year": 2025, "cases": 0, "substantiated": 0, "victims": 5},
        ],
        "harassment": [],
        "assistance": [{"year": 2026, "offered": 5, "accepted": 5, "done": 0}],
        "screening": [{"year": 2026, "screenings": 5}],
    }


@dataclass
class Exchange:
    """What reporting answers; a report that is sent is counted at once."""

    public: Tables = field(default_factory=right)
    published: bool = True
    vintage: str = RELEASE
    reports: int = 0
    grows: int = 0
    """So many cases arrive while the release is made."""
    asked: int = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/api/intake/reports":
            self.reports += 1
            return httpx.Response(201, json={})
        if path == "/api/reporting/counts":
            return httpx.Response(200, json=self.counts())
        if not self.published:
            return httpx.Response(200 if path == "/data" else 404, json={"code": "no_release_yet"})
        table, _, kind = path.removeprefix("/data/").partition(".")
        if kind == "json":
            about = {"release": RELEASE, "published": RELEASE, "vintage": self.vintage}
            return httpx.Response(200, json={**about, "rows": self.public[table]})
        return httpx.Response(200, text=self.as_csv(table) if kind else "")

    def counts(self) -> dict[str, Any]:
        self.asked += 1
        cases = 13 + self.reports + (self.grows if self.asked > 2 else 0)
        newest = {**sea_year(2026, cases, 2, 22), "own_cases": 3 + self.reports}
        return {
            "head": {"facts": 40, "last_fact": "2026-11-27T10:00:00+00:00"},
            "sea": [newest, sea_year(2025, 2, 1, 3)],
            "sh": [],
            "referrals": [{"code": "done", "all": 2}, {"code": "accepted", "all": 1}, {"code": "rejected", "all": 1}],
            "screenings": [{"code": "clear", "all": 7}],
        }

    def as_csv(self, table: str) -> str:
        out = io.StringIO()
        rows = self.public[table]
        writer = csv.DictWriter(out, rows[0].keys() if rows else ["year"])
        writer.writeheader()
        writer.writerows(rows)
        return out.getvalue()

    def world(self) -> World:
        def client(origin: str) -> httpx.Client:
            return httpx.Client(base_url=origin, transport=httpx.MockTransport(self.answer))

        return World({"": "http://hub"}, client, lambda _: "token", lambda: RELEASE, lambda _: ())


def test_the_rounded_exact_counts_are_shown() -> None:
    sentence = figures.run(Exchange().world()).sentence
    assert "one more report moved the exact count from 3 to 4" in sentence
    assert f"release {RELEASE}, 10 cells" in sentence


@pytest.mark.parametrize("cases", [15, 20])
def test_what_arrives_while_the_release_is_made_may_be_in_it_or_not(cases: int) -> None:
    exchange = Exchange(grows=6)
    exchange.public["exploitation-and-abuse"][0]["cases"] = cases
    figures.run(exchange.world())


def put(table: str, row: int, column: str, value: int) -> Callable[[Exchange], None]:
    def change(exchange: Exchange) -> None:
        exchange.public[table][row][column] = value

    return change


def none(table: str) -> Callable[[Exchange], None]:
    def change(exchange: Exchange) -> None:
        exchange.public[table].clear()

    return change


WRONG: dict[str, Callable[[Exchange], None]] = {
    "a multiple of 5 that is not the count": put("exploitation-and-abuse", 0, "cases", 10),
    "an exact count": put("exploitation-and-abuse", 1, "victims", 3),
    "another year": put("exploitation-and-abuse", 1, "year", 2024),
    "no case at all": none("exploitation-and-abuse"),
    "a year of harassment that nobody counted": lambda exchange: exchange.public["harassment"].append(
        {"year": 2026, "cases": 5, "substantiated": 0}
    ),
    "referrals that nobody counted": put("assistance", 0, "offered", 10),
    "no checks": put("screening", 0, "screenings", 0),
    "days left out": lambda exchange: setattr(exchange, "vintage", "2025-12-31"),
    "no release": lambda exchange: setattr(exchange, "published", False),
}


@pytest.mark.parametrize("how", WRONG)
def test_other_figures_are_refused(how: str) -> None:
    exchange = Exchange()
    WRONG[how](exchange)
    with pytest.raises(StepError):
        figures.run(exchange.world())


def test_an_answer_that_lacks_something_is_a_step_not_verified() -> None:
    exchange = Exchange()
    exchange.public["screening"] = [{"year": 2026}]
    console = Console(file=io.StringIO(), width=200)
    assert not walk(exchange.world(), [Step("Figures", figures.run)], console)
    file = console.file
    assert isinstance(file, io.StringIO)
    assert "not verified: an answer is not what the step reads (KeyError, figures.py:" in file.getvalue()
