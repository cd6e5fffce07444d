"""What every room asks of the projections: which generation is read now, how far it has come, what it holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from concord_core.events import generations
from concord_reporting.projections import counts
from concord_reporting.projections.domain import Part

CONSUMER = "figures"


@dataclass(frozen=True)
class Standing:
    """The generation that is read, and how far it has come."""

    generation: int
    head: counts.Head


def standing(conn: Connection) -> Standing:
    """How the projections stand in this transaction."""
    generation = generations.current(conn, CONSUMER)
    return Standing(generation, counts.head(conn, generation, CONSUMER))


def exact_parts(conn: Connection, found: Standing, vintage: date) -> Sequence[Part]:
    """What each fact adds to the exact figures of days up to `vintage`, in the generation that is read."""
    return list(counts.parts(conn, found.generation, vintage))
