"""Time limits, mandated or promised, measured end to end: how long, who held the clock, and why it was paused.

Pure: no database, no event, no wall clock. The caller gives the day.
"""

from .clock import Clock, ClockRefusedError, Pause, PauseReason, Refusal, Segment, State
from .limits import Holder, Limit, Limits, LimitsHistory, Rule, Unit, add_months, load, parse

__all__ = [
    "Clock",
    "ClockRefusedError",
    "Holder",
    "Limit",
    "Limits",
    "LimitsHistory",
    "Pause",
    "PauseReason",
    "Refusal",
    "Rule",
    "Segment",
    "State",
    "Unit",
    "add_months",
    "load",
    "parse",
]
