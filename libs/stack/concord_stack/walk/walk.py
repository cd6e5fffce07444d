"""Runs the steps in order and tells what each showed."""

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from rich.console import Console

from concord_stack.otlp import Span
from concord_stack.walk.browser import Browser
from concord_stack.walk.evidence import Evidence, StepError
from concord_stack.walk.people import Person, TokenSource

_MISREAD = (LookupError, ValueError, TypeError)
"""What a step raises that reads an answer which lacks something, or is of another form."""
ClientFactory = Callable[[str], httpx.Client]


@dataclass
class World:
    """What the steps work with: addresses, people, and what earlier steps found out.

    `clients` makes an HTTP client for an origin; `nodes` tells each agency's origin (`""` is everybody's default);
    `publish` runs `concord release publish`; `trace` returns the spans of a trace that have come so far; it is
    asked for `trace_seconds` until they are all there.
    """

    origins: dict[str, str]
    clients: ClientFactory
    tokens: TokenSource
    publish: Callable[[], str]
    trace: Callable[[str], Sequence[Span]]
    seed: int = 2026
    trace_seconds: float = 60
    found: dict[str, str] = field(default_factory=dict)

    def origin(self, agency: str = "") -> str:
        """Where an agency's people work."""
        return self.origins.get(agency, self.origins[""])

    def browser(self, language: str = "en", agency: str = "") -> Browser:
        """A browser of somebody without an account."""
        return Browser(self.clients(self.origin(agency)), language)

    def person(self, user: str) -> Person:
        """A signed-in person at their agency's node."""
        return Person(user, self.clients(self.origin(user.partition("-")[0])), self.tokens)


@dataclass(frozen=True)
class Step:
    """One step of the walk."""

    title: str
    run: Callable[[World], Evidence]


def walk(world: World, steps: Sequence[Step], console: Console) -> bool:
    """Runs every step until one fails; returns whether all were verified."""
    for number, step in enumerate(steps, 1):
        with console.status(f"{number}. {step.title}"):
            try:
                evidence = step.run(world)
            except StepError as failure:
                console.print(f"[red]▲ {number}. {step.title}[/red]\n     not verified: {failure}", highlight=False)
                return False
            except _MISREAD as error:
                console.print(
                    f"[red]▲ {number}. {step.title}[/red]\n     not verified: an answer is not what the step reads"
                    f" ({_where(error)})",
                    highlight=False,
                )
                return False
            except httpx.HTTPError as error:
                console.print(
                    f"[red]▲ {number}. {step.title}[/red]\n     no answer: {type(error).__name__}", highlight=False
                )
                return False
        console.print(f"[green]●[/green] {number}. {step.title}\n     {evidence.sentence}", highlight=False)
        if evidence.look:
            console.print(f"     [dim]look: {evidence.look}[/dim]", highlight=False, soft_wrap=True)
    return True


def _where(error: Exception) -> str:
    """The kind of error and the line that met it; its text may hold what was answered."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}, {Path(last.filename).name}:{last.lineno}"
