"""Lays out yearly bars, which `parts.html` draws: zero base, direct labels, one colour; the table says the same."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 280
_TOP, _BOTTOM = 28, 28


@dataclass(frozen=True)
class Bar:
    """One bar, in the units of a 640 × 280 drawing."""

    label: str
    value: int
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """Where its labels are centred."""
        return self.x + self.width / 2


def bars(points: Sequence[tuple[int, int]], *, most: int = 12) -> list[Bar]:
    """Bars of `(year, value)` in the order of time, the newest `most` years, on one scale from zero.

    None where a picture shows nothing that the table does not: a single year, or nothing but zeros.
    """
    shown = sorted(points)[-most:]
    highest = max((value for _, value in shown), default=0)
    if len(shown) < 2 or not highest:
        return []
    slot = WIDTH / len(shown)
    width = min(slot * 0.7, 72)
    room = HEIGHT - _TOP - _BOTTOM
    drawn = []
    for index, (year, value) in enumerate(shown):
        height = room * value / highest
        x = index * slot + (slot - width) / 2
        drawn.append(Bar(str(year), value, round(x, 1), round(HEIGHT - _BOTTOM - height, 1), width, round(height, 1)))
    return drawn
