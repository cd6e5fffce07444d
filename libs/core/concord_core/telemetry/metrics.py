"""Counters and gauges by name, with allow-listed attributes. Without `setup` they cost nothing and go nowhere."""

from functools import cache

from opentelemetry import metrics
from opentelemetry.metrics import Counter

from concord_core.telemetry.attributes import allowed

EVENTS_SENT = "concord.events.sent"
EVENTS_APPLIED = "concord.events.applied"
EVENTS_SKIPPED = "concord.events.skipped"
EVENTS_GAPS = "concord.events.gaps"
EVENTS_REPEATS = "concord.events.repeats"
EVENTS_LAG = "concord.events.lag"
OUTBOX_AGE = "concord.outbox.age"
OUTBOX_WAITING = "concord.outbox.waiting"
DEAD_LETTERS = "concord.dead_letters"


@cache
def _counter(name: str) -> Counter:
    return metrics.get_meter("concord").create_counter(name)


@cache
def _gauge(name: str) -> "metrics._Gauge":
    return metrics.get_meter("concord").create_gauge(name)


def count(name: str, amount: int = 1, **attributes: object) -> None:
    """Adds to a counter."""
    _counter(name).add(amount, allowed(attributes))


def gauge(name: str, value: float, **attributes: object) -> None:
    """Sets a gauge to what it is now."""
    _gauge(name).set(value, allowed(attributes))
