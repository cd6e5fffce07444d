"""What the register does on intake's facts: an unsubstantiated case asks for the withdrawal of its listing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from concord.intake.v1.events_pb2 import OutcomeDecided
from concord_core.events import Fact, Subscription
from concord_core.storage import Work
from concord_screening.register.commands import Register


def subscription(register: Register) -> Subscription:
    """Own cases' outcomes. A case without a listing is kept too: the listing may come later."""

    def on_outcome(work: Work, fact: Fact[OutcomeDecided]) -> None:
        register.keep_outcome(work, fact.subject, fact.message.outcome, fact.message.decided_date, fact.sequence)

    def concerns(fact: Fact[Any]) -> Iterable[str]:
        return (fact.agency,)

    return Subscription(
        consumer="register", reads=("intake",), handlers={OutcomeDecided: on_outcome}, concerns=concerns
    )
