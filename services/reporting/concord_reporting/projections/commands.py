"""What every room asks of the projections: which generation is read now, and how far it has come."""

from dataclasses import dataclass

from sqlalchemy import Connection

from concord_core.events import generations
from concord_reporting.projections import counts

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
