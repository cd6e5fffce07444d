"""What an exact figure is made of. Pure."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["sea", "sh", "referrals", "screenings"]


@dataclass(frozen=True, slots=True)
class Part:
    """What the record of one fact adds to one figure: of which kind, of which year, in which column."""

    kind: Kind
    year: int
    column: str
    event_id: str
    count: int = 1
