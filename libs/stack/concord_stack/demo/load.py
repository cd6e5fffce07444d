"""Sends the invented cases to a running exchange, by REST, as the people of each agency; shows how far it has come."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from concord_stack.demo.cases import DrawnCase, draw_cases
from concord_stack.walk.people import Person

WORKERS = 4


@dataclass(frozen=True)
class Loaded:
    """How many cases were opened and how many acts were done on them."""

    cases: int
    acts: int


def load(person: Callable[[str], Person], console: Console, *, seed: int, count: int = 200) -> Loaded:
    """Opens `count` cases and works each as far as it was drawn; raises `StepError` for an answer that refuses one."""
    drawn = list(draw_cases(seed, datetime.now(UTC).date(), count))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress, ThreadPoolExecutor(WORKERS) as pool:
        task = progress.add_task("invented cases", total=len(drawn))
        acts = 0
        for done in pool.map(lambda case: _send(person, case), drawn):
            acts += done
            progress.advance(task)
    return Loaded(len(drawn), acts)


def _send(person: Callable[[str], Person], case: DrawnCase) -> int:
    reference = person(f"{case.agency}-focal").post("/api/intake/reports", case.report)["case_reference"]
    version = 1
    for act in case.acts:
        answer = person(f"{case.agency}-{act.desk}").post(
            f"/api/intake/cases/{reference}/{act.name}", act.body, version=version
        )
        version = answer["version"]
    return len(case.acts)
